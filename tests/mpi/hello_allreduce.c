// All ranks add up their numbers, and rank 0 says how many they are, on how many nodes.
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int distinct(const char* names, int count) {
  int found = 0;
  for (int i = 0; i < count; ++i) {
    int first = 0;
    while (strcmp(names + first * MPI_MAX_PROCESSOR_NAME, names + i * MPI_MAX_PROCESSOR_NAME) != 0) ++first;
    found += first == i;
  }
  return found;
}

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int rank, size, sum, length;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);

  char name[MPI_MAX_PROCESSOR_NAME] = "";
  MPI_Get_processor_name(name, &length);
  char* names = malloc((size_t)size * sizeof name);
  MPI_Gather(name, sizeof name, MPI_CHAR, names, sizeof name, MPI_CHAR, 0, MPI_COMM_WORLD);
  if (rank == 0) printf("%d ranks on %d nodes, sum %d\n", size, distinct(names, size), sum);
  free(names);
  return MPI_Finalize();
}
