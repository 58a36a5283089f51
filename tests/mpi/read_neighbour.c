// Two ranks of a node read each other's memory with process_vm_readv(2), as MPI libraries do for large messages (CMA).
#define _GNU_SOURCE
#include <errno.h>
#include <mpi.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <unistd.h>

struct place {
  long pid;
  void* at;
};

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);  // for nodes with Yama

  char own[32], copy[32] = "", line[100];
  snprintf(own, sizeof own, "the memory of rank %d", rank);
  struct place mine = {getpid(), own}, other;
  MPI_Sendrecv(&mine, sizeof mine, MPI_BYTE, 1 - rank, 0, &other, sizeof other, MPI_BYTE, 1 - rank, 0, MPI_COMM_WORLD,
               MPI_STATUS_IGNORE);
  const struct iovec here = {copy, sizeof copy}, there = {other.at, sizeof copy};
  const ssize_t size = process_vm_readv((pid_t)other.pid, &here, 1, &there, 1, 0);
  snprintf(line, sizeof line, "rank %d read: %s", rank, size == sizeof copy ? copy : strerror(errno));
  MPI_Barrier(MPI_COMM_WORLD);

  if (rank == 1) {
    MPI_Send(line, sizeof line, MPI_CHAR, 0, 1, MPI_COMM_WORLD);
  } else {
    puts(line);
    MPI_Recv(line, sizeof line, MPI_CHAR, 1, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    puts(line);
  }
  return MPI_Finalize();
}
