// What a program of CUDA's does first: it finds the driver's library by its name, and takes the device of its local
// rank. Prints "<local rank>: <its device> of <all>".
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  void* const cuda = dlopen("libcuda.so.1", RTLD_NOW);
  if (!cuda) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  int (*init)(unsigned) = (int (*)(unsigned))dlsym(cuda, "cuInit");
  int (*get_count)(int*) = (int (*)(int*))dlsym(cuda, "cuDeviceGetCount");
  int (*get_id)(char*, int, int) = (int (*)(char*, int, int))dlsym(cuda, "cuDeviceGetPCIBusId");
  const int status = init(0);
  int count = 0;
  get_count(&count);
  const char* const local = getenv("SLURM_LOCALID");
  const int rank = local ? atoi(local) : 0;
  char id[32] = "none";
  if (count > 0) get_id(id, sizeof id, rank % count);
  printf("%d: %s of", rank, id);
  for (int i = 0; i < count; ++i) {
    get_id(id, sizeof id, i);
    printf(" %s", id);
  }
  printf(status == 0 ? "\n" : " (error %d)\n", status);
  return 0;
}
