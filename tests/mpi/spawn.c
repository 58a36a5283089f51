// Starts itself once more with MPI_Comm_spawn, and prints what the new process says, or that it was refused.
#include <mpi.h>
#include <stdio.h>

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  MPI_Comm parent, child;
  MPI_Comm_get_parent(&parent);
  int answer = 42;
  if (parent != MPI_COMM_NULL) {
    MPI_Send(&answer, 1, MPI_INT, 0, 0, parent);
    MPI_Comm_disconnect(&parent);
    return MPI_Finalize();
  }
  MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
  if (MPI_Comm_spawn(argv[0], MPI_ARGV_NULL, 1, MPI_INFO_NULL, 0, MPI_COMM_SELF, &child, MPI_ERRCODES_IGNORE) ==
      MPI_SUCCESS) {
    answer = 0;
    MPI_Recv(&answer, 1, MPI_INT, 0, 0, child, MPI_STATUS_IGNORE);
    printf("the new process says %d\n", answer);
    MPI_Comm_disconnect(&child);
  } else {
    printf("refused\n");
  }
  return MPI_Finalize();
}
