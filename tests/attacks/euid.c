// euid: prints its effective uid. (BusyBox gives up a setuid program's rights by itself.)
#include <stdio.h>
#include <unistd.h>

int main(void) {
  printf("%d\n", (int)geteuid());
  return 0;
}
