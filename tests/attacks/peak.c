// peak: until it is terminated, looks how much memory Slipway's processes have had at once, and then says so: a line
// "slipway-stage MIB" for each name that it has met.
#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kMost = 16 };
static struct {
  char name[32];
  long peak;
} met[kMost];
static volatile sig_atomic_t ended;

static void end(int number) { ended = number; }

static void note(const char *name, long peak) {
  int i = 0;
  while (i < kMost - 1 && met[i].name[0] && strcmp(met[i].name, name) != 0) ++i;
  strcpy(met[i].name, name);
  if (peak > met[i].peak) met[i].peak = peak;
}

static void look_at(const char *pid) {
  char path[300], line[300], name[32] = "";
  snprintf(path, sizeof path, "/proc/%s/status", pid);
  FILE *const status = fopen(path, "re");
  if (!status) return;
  while (fgets(line, sizeof line, status)) {
    long peak;
    if (sscanf(line, "Name:\t%31s", name) == 1 && strncmp(name, "slipway-", 8) != 0) break;
    if (sscanf(line, "VmHWM: %ld kB", &peak) == 1) note(name, peak);
  }
  fclose(status);
}

int main(void) {
  signal(SIGTERM, end);
  while (!ended) {
    DIR *const directory = opendir("/proc");
    const struct dirent *entry;
    while ((entry = readdir(directory))) {
      if (isdigit(entry->d_name[0])) look_at(entry->d_name);
    }
    closedir(directory);
  }
  for (int i = 0; i < kMost && met[i].name[0]; ++i) printf("%s %ld\n", met[i].name, met[i].peak >> 10);
  return 0;
}
