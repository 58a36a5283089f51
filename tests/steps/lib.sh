# What the cluster tests share. A test reads like a user's session: run a command, say what it must print.
# shellcheck shell=bash

eval "$("$repository/tests/cluster" env)"
data=${SLIPWAY_TEST_DATA:-$repository/../shared/data}
image=$CLUSTER_IMAGES/small.sif
mark="Slipway test image"  # in the image's os-release, and nowhere on the host

# Where a check speaks even when its output is captured.
exec 19>&2
# Steps start in the user's home, which every node has.
cd "$CLUSTER_HOME"

skip() { echo "$1"; exit 77; }

# For what takes overlayfs in user namespaces.
needs_overlays() {
  local kernel
  kernel=$(cat "$CLUSTER_STATE/run/kernel" 2>/dev/null || echo 9)
  [ "$(printf '%s\n5.11\n' "$kernel" | sort -V | head -n 1)" = 5.11 ] || skip "takes Linux 5.11"
}

# Slurm's release is at least this: "2311" for 23.11.
slurm_is() { [ "$CLUSTER_SLURM" -ge "$1" ]; }
needs_slurm() { slurm_is "$1" || skip "takes Slurm ${1:0:2}.${1:2}"; }

as_user() { timeout --foreground -k 5 60 "$repository/tests/cluster" run -- "$@"; }
as_root() { timeout --foreground -k 5 60 "$repository/tests/cluster" run --user root -- "$@"; }
# Directly, outside of the cluster's login: for what the user does to processes.
as_its_user() { setpriv --reuid "$CLUSTER_USER" --regid "$CLUSTER_USER" --init-groups "$@"; }
# A line of shell, as the user.
user() { as_user sh -c "$1"; }

# fails STATUS COMMAND...: must end with this status; its output is printed for the next check.
fails() {
  local wanted=$1 status=0
  shift
  "$@" || status=$?
  [ "$status" -eq "$wanted" ] || { echo "ended with status $status, not $wanted: $*" >&19; return 1; }
}

# Reads standard input; must hold, or not hold, the text.
says() {
  local output
  output=$(cat)
  grep -qF -- "$1" <<<"$output" || { echo "expected: $1"; echo "got: $output"; return 1; }
}
says_not() {
  local output
  output=$(cat)
  ! grep -qF -- "$1" <<<"$output" || { echo "unexpected: $1"; echo "in: $output"; return 1; }
}
equals() { # equals EXPECTED GOT
  [ "$1" = "$2" ] || { echo "expected: $1"; echo "got:      $2"; return 1; }
}
prints() { # prints EXPECTED COMMAND...
  local expected=$1 got
  shift
  got=$("$@" 2>&1) || { echo "failed: $got"; return 1; }
  equals "$expected" "$(without_waiting <<<"$got")"
}
# Slurm starts nothing on a node that is still completing the job of before: then srun waits a moment, and says so.
without_waiting() {
  grep -vE '^srun: job [0-9]+ (queued and waiting for resources|has been allocated resources)$' || true
}

until_true() { # until_true COMMAND...: waits up to 20 seconds
  local deadline=$((SECONDS + 20))
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || { echo "never came true: $*"; return 1; }
    sleep 0.1
  done
}

# The user's one job; another of theirs may still be completing.
running_job() { as_user squeue -h -t R -u "$CLUSTER_USER" -o %A; }

on_node() { # on_node NAME COMMAND...: in the network, mount and UTS namespaces of a node, as root
  local pid
  pid=$(ip netns pids "slip-$1" | while read -r p; do [ "$(cat "/proc/$p/comm")" != slurmd ] || echo "$p"; done | head -n 1)
  shift
  nsenter --target "$pid" --net --mount --uts "$@"
}

# at_end COMMAND: when the test ends, however it ends; the last one first.
at_end_commands=()
at_end() { at_end_commands=("$*" "${at_end_commands[@]}"); }
trap 'for command in "${at_end_commands[@]}"; do eval "$command" || true; done' EXIT

# Until the test ends, the plugin has these keys: slurmstepd reads its line at every step.
with_keys() { # with_keys KEY=VALUE...
  local conf=$CLUSTER_STATE/etc/plugstack.conf
  local before=$CLUSTER_STATE/tools/plugstack.before
  [ -e "$before" ] || { cp "$conf" "$before"; at_end "cp '$before' '$conf'; rm '$before'"; }
  echo "required $CLUSTER_STATE/usr/lib/slurm/spank_slipway.so $*" > "$conf"
}

# From now on, this directory of n1 is on a file server that answers nothing: a FUSE server that is stopped.
hang_images() { # hang_images [DIRECTORY]
  local directory=${1:-/tmp/hung} server
  on_node n1 sh -c "mkdir -p $directory && exec squashfuse -f -o allow_other '$CLUSTER_IMAGES/small.sqsh' $directory" &
  until_true on_node n1 test -e "$directory/bin"
  server=$(pgrep -xf "squashfuse .*$directory")
  kill -STOP "$server"
  at_end "on_node n1 umount -l $directory"
  at_end "kill -KILL $server"
  hung_image=$directory/etc/os-release
}

# From now on, what n1 logs is written to $log, whether this machine has a logger or not.
log=$CLUSTER_STATE/tools/log
listen() {
  rm -f "$log" "$log.socket"
  python3 -c '
import socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1] + ".socket")
with open(sys.argv[1], "w") as log:
    while True:
        print(listener.recv(9999).decode(), file=log, flush=True)
' "$log" &
  at_end "kill $!"
  until_true test -S "$log.socket" -a -e "$log"
  [ -e /dev/log ] || { touch /dev/log; at_end "rm /dev/log"; }
  on_node n1 mount --bind "$log.socket" /dev/log
  at_end "on_node n1 umount /dev/log"
}
logged() { # logged TEXT
  until_true grep -qF -- "$1" "$log"
  grep -F -- "$1" "$log"
}

# The processes of this name, without those that only wait to be reaped.
running() { ps -eo stat=,pid=,comm= | awk -v name="$1" '$1 !~ /^Z/ && $3 == name { print $2; found = 1 } END { exit !found }'; }

# Those that went with another need not be killed any more.
kill_running() { # kill_running NAME
  local processes
  processes=$(running "$1")
  # shellcheck disable=SC2086 # one word each
  kill -KILL $processes 2>/dev/null || true
}

# steal PID...: as the user, tries to take a descriptor of each process and to attach to it. Prints what worked.
steal() {
  as_user python3 -c '
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
for pid in map(int, sys.argv[1:]):
    pidfd = libc.syscall(434, pid, 0)
    for fd in range(16):
        if libc.syscall(438, pidfd, fd, 0) >= 0: print("descriptor", fd, "of", pid)
    if libc.ptrace(16, pid, None, None) == 0: print("attached to", pid)
print("tried", len(sys.argv) - 1)
' "$@"
}

# What a step could leave on this machine. (lsns is no help: it ends early when a process ends while it looks; readlink
# only says so in its status.)
leftovers() {
  losetup -a
  ps -eo stat=,comm= | grep -v '^Z' | grep -oE 'slipway-(stage|enter|fuse|init)|slurmstepd' || true
  { readlink /proc/[0-9]*/ns/user || true; } | sort -u
}
nothing_is_left() { [ -z "$(leftovers | grep -v '^user:')" ]; }

make_images() {
  [ ! -e "$image" ] || return 0
  local tree=$CLUSTER_STATE/tools/tree
  mkdir -p "$tree"/{bin,etc,usr/bin,proc,sys,dev,tmp,root,var/tmp}
  cp /bin/busybox "$tree/bin/"
  chroot "$tree" /bin/busybox --install -s /bin
  echo "NAME=\"$mark\"" > "$tree/etc/os-release"
  printf 'root:x:0:0:root:/root:/bin/sh\n' > "$tree/etc/passwd"
  printf 'root:x:0:\n' > "$tree/etc/group"
  echo "only root reads this" > "$tree/root/secret"
  chmod 0600 "$tree/root/secret"
  echo "not executable" > "$tree/bin/plain"
  echo "anybody's" > "$tree/bin/open"
  chmod 0666 "$tree/bin/open"
  printf '\0garbage' > "$tree/bin/garbage"
  chmod 0755 "$tree/bin/garbage"
  ln -s /nowhere/at/all "$tree/bin/dangling"
  mkdir -p "$tree/bin/setuid"
  cp "$(tool euid -static)" "$tree/bin/setuid/"
  chmod 04755 "$tree/bin/setuid/euid"
  mknod -m 0666 "$tree/bin/null-device" c 1 3
  "$CLUSTER_STATE/usr/bin/slipway" build "$image" "$tree" >/dev/null
  rm -f "$CLUSTER_IMAGES/small.sqsh"
  mksquashfs "$tree" "$CLUSTER_IMAGES/small.sqsh" -all-root -comp gzip -quiet -no-progress >/dev/null
  cp -a "$tree" "$CLUSTER_IMAGES/small.dir"
  install -o "$CLUSTER_USER" -m 0644 "$image" "$CLUSTER_SHARED/mine.sif"
}

# An image as Apptainer builds it, whose scripts set variables and note where they run. With COMMAND, which gets the tree.
scripted=$CLUSTER_IMAGES/scripted.sif
make_scripted_image() { # make_scripted_image [COMMAND]
  local tree=$CLUSTER_STATE/tools/scripted
  rm -rf "$tree"
  cp -a "$CLUSTER_IMAGES/small.dir" "$tree"
  mkdir -p "$tree/.singularity.d/env"
  cat > "$tree/.singularity.d/env/10-base.sh" <<'END'
#!/bin/sh
export PATH="/opt/tool/bin:$PATH"
export FROM_IMAGE="${FROM_IMAGE:-"the image's"}"
export ALWAYS="two
lines"
not_exported=1
END
  cat > "$tree/.singularity.d/env/90-environment.sh" <<'END'
export ORDER="$ALWAYS after"
unset UNWANTED
export SEEN="${SLURM_PROCID:-none} ${SLURM_JOB_ID:-none} ${SLIPWAY_CONTAINER:-none}"
export SLURM_PROCID=forged SLURM_JOB_ID=forged PMIX_RANK=forged SLIPWAY_CONTAINER=forged CUDA_VISIBLE_DEVICES=image
echo "run $$" >> "$HOME/environment-runs"
cat /proc/self/status > "$HOME/environment-status"
cat /proc/self/cgroup > "$HOME/environment-cgroup"
cat /proc/self/limits > "$HOME/environment-limits"
ls /proc/self/fd > "$HOME/environment-descriptors"
END
  echo 'export IGNORED=1' > "$tree/.singularity.d/env/readme.txt"
  "${@:-:}" "$tree"
  "$CLUSTER_STATE/usr/bin/slipway" build --force "$scripted" "$tree"
  rm -f "$CLUSTER_HOME"/environment-*
}

# tool NAME [CC-ARGUMENT]...: builds tests/attacks/NAME.c and says where it is.
tool() {
  local name=$1
  shift
  cc -O -o "$CLUSTER_STATE/tools/$name" "$repository/tests/attacks/$name.c" "$@" && echo "$CLUSTER_STATE/tools/$name"
}

# Runs a line of shell in the namespaces of a running rank, with every capability there.
joined() { # joined SHELL-LINE SRUN-ARGUMENT...
  local line=$1 rank status=0
  shift
  as_user srun -w n1 "$@" sleep 1201 >/dev/null 2>&1 &
  until_true pgrep -xf 'sleep 1201'
  rank=$(pgrep -xf 'sleep 1201')
  as_its_user "$(tool joined)" "$rank" /bin/busybox sh -c "$line" || status=$?
  kill "$rank"
  wait $! || true
  echo "status $status"
}
