// swap A B: exchanges what two names stand for, until it is killed. With pauses in which others find anything there.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  while (renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) == 0) usleep(100);
  perror("renameat2");
  return 1;
}
