// Two ranks send messages of 1 byte to 64 MiB back and forth. Rank 0 prints a line for each size: bytes, the time of
// one message in microseconds, MB/s.
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void exchange(char* data, int size, int rank, int times) {
  for (int i = 0; i < times; ++i) {
    if (rank == 0) MPI_Send(data, size, MPI_CHAR, 1, 0, MPI_COMM_WORLD);
    MPI_Recv(data, size, MPI_CHAR, 1 - rank, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    if (rank == 1) MPI_Send(data, size, MPI_CHAR, 0, 0, MPI_COMM_WORLD);
  }
}

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  const int most = 64 << 20;
  char* data = malloc(most);
  memset(data, rank, most);
  for (int size = 1; size <= most; size *= 4) {
    const int times = size <= 4096 ? 2000 : size <= 262144 ? 300 : size <= 2097152 ? 60 : 6;
    exchange(data, size, rank, times / 5 + 1);
    const double start = MPI_Wtime();
    exchange(data, size, rank, times);
    const double each = (MPI_Wtime() - start) / times / 2;
    if (rank == 0) printf("%d %.3f %.1f\n", size, each * 1e6, size / each / 1e6);
  }
  free(data);
  return MPI_Finalize();
}
