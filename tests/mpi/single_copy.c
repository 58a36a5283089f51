// Prints how Open MPI copies large messages between the ranks of a node, in its own words: cma, or none where it found
// that it cannot. It is a control variable, read when all ranks have talked.
#include <mpi.h>
#include <stdio.h>

static void print_choice(const char* variable) {
  int level, index, count, value = -1, length = 200;
  MPI_T_cvar_handle handle;
  MPI_T_enum choices;
  MPI_Datatype type;
  char text[200];
  MPI_T_init_thread(MPI_THREAD_SINGLE, &level);
  if (MPI_T_cvar_get_index(variable, &index) != MPI_SUCCESS) {
    printf("no %s\n", variable);
  } else {
    MPI_T_cvar_get_info(index, NULL, NULL, &level, &type, &choices, NULL, NULL, &count, &count);
    MPI_T_cvar_handle_alloc(index, NULL, &handle, &count);
    MPI_T_cvar_read(handle, &value);
    MPI_T_enum_get_info(choices, &count, NULL, NULL);
    for (int i = 0, candidate; i < count; ++i) {
      length = sizeof text;
      MPI_T_enum_get_item(choices, i, &candidate, text, &length);
      if (candidate == value) printf("%s\n", text);
    }
  }
  MPI_T_finalize();
}

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Barrier(MPI_COMM_WORLD);
  if (rank == 0) print_choice("btl_vader_single_copy_mechanism");
  return MPI_Finalize();
}
