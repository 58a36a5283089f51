// A stand-in for NVIDIA's libcuda.so.1, which cannot run without a GPU. What it does of CUDA is how devices are found and
// numbered: those whose nodes in /dev this process may open, by PCI address (here: by their numbers), of them what
// CUDA_VISIBLE_DEVICES names, in that order, up to the first word that names none.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int devices[64], count;

int cuInit(unsigned flags) {
  int found[64], all = 0;
  for (int number = 0; number < 64; ++number) {
    char path[32];
    snprintf(path, sizeof path, "/dev/nvidia%d", number);
    if (access(path, R_OK | W_OK) == 0) found[all++] = number;
  }
  const char* words = getenv("CUDA_VISIBLE_DEVICES");
  if (!words) {
    memcpy(devices, found, sizeof found);
    count = all;
  }
  while (words && *words) {
    char* end;
    const long word = strtol(words, &end, 10);
    if (end == words || word < 0 || word >= all) break;
    devices[count++] = found[word];
    words = *end == ',' ? end + 1 : end;
  }
  (void)flags;
  return count > 0 ? 0 : 100;  // CUDA_ERROR_NO_DEVICE
}

int cuDeviceGetCount(int* out) {
  *out = count;
  return 0;
}

// CUDA's is a PCI address.
int cuDeviceGetPCIBusId(char* out, int size, int device) {
  if (device < 0 || device >= count) return 101;  // CUDA_ERROR_INVALID_DEVICE
  snprintf(out, size, "nvidia%d", devices[device]);
  return 0;
}
