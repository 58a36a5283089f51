// All ranks sum arrays of 8 bytes, 8 KiB and 1 MiB. Rank 0 prints a line for each size: bytes, the time of one sum in
// microseconds.
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static void reduce(const double* mine, double* sums, int count, int times) {
  for (int i = 0; i < times; ++i) MPI_Allreduce(mine, sums, count, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
}

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  const int most = (1 << 20) / (int)sizeof(double);
  double* mine = calloc(most, sizeof *mine);
  double* sums = calloc(most, sizeof *sums);
  const int counts[] = {1, 1024, most};  // 8 bytes, 8 KiB, 1 MiB
  for (int i = 0; i < 3; ++i) {
    const int count = counts[i];
    const int times = count < most ? 50 : 10;
    reduce(mine, sums, count, times / 5);
    MPI_Barrier(MPI_COMM_WORLD);
    const double start = MPI_Wtime();
    reduce(mine, sums, count, times);
    const double each = (MPI_Wtime() - start) / times;
    if (rank == 0) printf("%d %.3f\n", count * (int)sizeof(double), each * 1e6);
  }
  free(mine);
  free(sums);
  return MPI_Finalize();
}
