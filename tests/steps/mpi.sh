# What the tests of MPI share: mpi.test, and mpi-job-container.test under job_container/tmpfs. On nodes of this one
# machine, ranks of several nodes talk by TCP over the node's eth0.
# shellcheck shell=bash

built=0
"$repository/tests/mpi/images" || built=$?
[ $built -ne 77 ] || skip "Debian's packages cannot be reached"
[ $built -eq 0 ]
ompi=$CLUSTER_IMAGES/ompi.sif
mpich=$CLUSTER_IMAGES/mpich.sif
plain=$CLUSTER_IMAGES/plain.sif
bare=$CLUSTER_STATE/tools/mpi  # the same programs, for the host's Open MPI
errors=$CLUSTER_STATE/tools/mpi-errors

# Each prints what the step prints, without what srun tells of its queue.
open_mpi() { as_user srun -Q --mpi=pmix --container="$ompi" "$@"; } # open_mpi SRUN-ARGUMENT... /app/PROGRAM
# To UCX, which is below MPICH, nodes of this machine are one host, so that it opens the memory of ranks of other nodes
# by their /proc/PID/fd. Processes in different containers may not do that to one another; hence not "posix".
mpich() { as_user env UCX_TLS=^posix srun -Q --mpi=pmi2 --container="$mpich" "$@"; }
bare() { as_user srun -Q --mpi=pmix "$@"; }

# As prints(), of standard output alone.
answers() { # answers EXPECTED COMMAND...
  local expected=$1 got status=0
  shift
  got=$("$@") || status=$?
  [ $status -eq 0 ] || { echo "ended with status $status: $got"; return 1; }
  equals "$expected" "$got"
}

# leaves_no_more_than COMMAND...: nothing of the step stays; or its slurmstepd alone does, as after this bare step (seen
# on 24.11, for minutes).
leaves_no_more_than() {
  until_true nothing_is_left && return
  equals slurmstepd "$(leftovers | grep -v '^user:' | sort -u)"
  local before
  before=$(running slurmstepd | wc -l)
  "$@" > /dev/null 2>&1 || true
  sleep 5
  [ "$(running slurmstepd | wc -l)" -gt "$before" ] || { echo "a bare step leaves nothing"; return 1; }
  kill_running slurmstepd
  skip "slurmstepd of this Slurm stays after a killed rank of a bare step, too"
}

status_of() { # status_of COMMAND...
  local status=0
  "$@" > /dev/null 2>&1 || status=$?
  echo "$status"
}

open_mpi_adds_up() { # open_mpi_adds_up SRUN-ARGUMENT...: over 1, 2 and 4 nodes
  answers "4 ranks on 1 nodes, sum 6" open_mpi -N1 --ntasks-per-node=4 "$@" /app/hello_allreduce
  answers "8 ranks on 2 nodes, sum 28" open_mpi -N2 --ntasks-per-node=4 "$@" /app/hello_allreduce
  answers "16 ranks on 4 nodes, sum 120" open_mpi -N4 --ntasks-per-node=4 "$@" /app/hello_allreduce
}

mpich_adds_up() {
  answers "4 ranks on 1 nodes, sum 6" mpich -N1 --ntasks-per-node=4 "$@" /app/hello_allreduce
  answers "8 ranks on 2 nodes, sum 28" mpich -N2 --ntasks-per-node=4 "$@" /app/hello_allreduce
  answers "16 ranks on 4 nodes, sum 120" mpich -N4 --ntasks-per-node=4 "$@" /app/hello_allreduce
}

neighbours_read_each_other() {
  answers "$(printf 'rank 0 read: the memory of rank 1\nrank 1 read: the memory of rank 0')" \
    open_mpi -N1 -n2 "$@" /app/read_neighbour
}

open_mpi_copies_once() { answers cma open_mpi -N1 -n2 "$@" /app/single_copy; }
