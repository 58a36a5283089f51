"""What steps could leave on this machine and on the nodes of the test cluster, for comparing before and after. Only
what belongs to the cluster is looked at: others may work on this machine.

Left out, since Slurm itself or this machine changes it: zombies (process 1 here need not reap; Slurm's helpers end so,
too), the credentials that slurmd notes in its spool directory, logs (but for their errors), slurmctld's state, what
changes in the home, and which files are in the page cache.
"""

import collections
import glob
import os
import re
import subprocess
import time

OURS = re.compile(r"slipway-|slurmstepd|squashfuse")
NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")
KERNEL_TROUBLE = re.compile(r"BUG:|WARNING:|Oops|Call Trace|blocked for more than|loop.*I/O error|SQUASHFS error|"
                            r"(slipway|slurm|squashfuse).*(segfault|trap)")
LOGS = ("errors in slurmd's logs", "the kernel's log")


def read(path):
    try:
        with open(path, errors="replace") as file:
            return file.read()
    except OSError:  # it has ended
        return ""


def link(path):
    try:
        return os.readlink(path)
    except OSError:
        return ""


def output_of(*command):
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout


class Process:
    def __init__(self, pid):
        self.pid = pid
        self.root = f"/proc/{pid}"
        status = read(f"{self.root}/status")
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        self.name = fields.get("Name", "")
        self.state = fields.get("State", "Z")[0]
        self.uid = int(fields.get("Uid", "-1").split()[0])
        self.parent = int(fields.get("PPid", "0"))
        self.resident = int(fields.get("VmRSS", "0").split()[0])  # KiB

    def namespace(self, kind):
        return link(f"{self.root}/ns/{kind}")

    def is_alive(self):
        return self.state not in "ZX"


def processes():
    found = [Process(int(name)) for name in os.listdir("/proc") if name.isdigit()]
    return [process for process in found if process.name and process.is_alive()]


class Machine:
    """One look at everything. `seen` has, by kind, how often each thing is there."""

    def __init__(self, state, uids):
        self.state = state
        self.uids = uids
        self.seen = {}
        self.memory = {}  # node -> KiB resident of its slurmd
        everything = processes()
        # /run/netns also has names whose node is being taken down; those with a slurmd count.
        self.nodes = {}
        netns = {f"net:[{os.stat(path).st_ino}]": os.path.basename(path)[len("slip-"):]
                 for path in glob.glob("/run/netns/slip-*")}
        ours = []
        for process in everything:
            node = netns.get(process.namespace("net"))
            if process.name == "slurmd" and node:
                self.nodes[node] = process
            if node or process.uid in uids or OURS.match(process.name):
                ours.append(process)
        self.look_at_processes(ours)
        self.look_at_mounts()
        self.look_at_devices()
        self.look_at_slurmd()
        self.look_at_directories()
        self.look_at_slurm()

    def note(self, kind, things):
        self.seen[kind] = collections.Counter(things)

    def look_at_processes(self, ours):
        us = {os.getpid(), os.getppid()}
        ours = [process for process in ours if process.pid not in us]
        self.note("processes", (f"{process.name} of {process.uid}" for process in ours))
        # Of processes, and those that a descriptor alone holds. (lsns ends early when a process ends while it looks.)
        held = {process.namespace(kind) for process in ours for kind in NAMESPACES}
        for process in ours:
            held.update(where for where in map(link, glob.glob(f"{process.root}/fd/*"))
                        if where.split(":[")[0] in NAMESPACES)
        self.note("namespaces", held - {""})

    def look_at_mounts(self):
        where = {"this machine": "/proc/self"} | {node: slurmd.root for node, slurmd in self.nodes.items()}
        self.note("mounts", (f"{name}: {mount}" for name, root in where.items()
                             for mount in mounts_of(read(f"{root}/mountinfo"))))

    def look_at_devices(self):
        loops = output_of("losetup", "-nO", "NAME,BACK-FILE").splitlines()
        self.note("loop devices", (line for line in loops if self.state in line))
        links = [f"this machine: {name}" for name in os.listdir("/sys/class/net")]
        for node, slurmd in self.nodes.items():
            lines = read(f"{slurmd.root}/net/dev").splitlines()[2:]
            links += [f"{node}: {line.split(':')[0].strip()}" for line in lines]
        self.note("network interfaces", links)
        self.note("FUSE connections", connections_of_fuse())
        self.note("System V IPC", (f"{kind} of {line.split()[2]}" for kind in "mqs"
                                   for line in output_of("ipcs", f"-{kind}").splitlines()
                                   if re.search(r" slip(user|other) ", line)))

    def look_at_slurmd(self):
        files = []
        for node, slurmd in self.nodes.items():
            self.memory[node] = slurmd.resident
            files += [f"{node}: {re.sub(r'[0-9]+', 'N', link(path))}" for path in glob.glob(f"{slurmd.root}/fd/*")]
        self.note("open files of slurmd", files)

    def look_at_directories(self):
        found = []
        for node, slurmd in self.nodes.items():
            found += [f"{node}:{path}" for path in tree_of(f"{slurmd.root}/root", "/tmp")]
        for directory in ("/dev/shm", "/tmp", "/var/tmp", "/run"):
            found += [path for path in tree_of("", directory, depth=2) if self.is_of_cluster(path)]
        self.note("temporary files", found)
        # job_container/tmpfs and Slurm's own: a job's directory stays until the job has ended.
        spool = [path for name in ("spool", "jobs") for path in tree_of("", f"{self.state}/{name}")]
        self.note("spool directories", (path for path in spool if "cred_state" not in path))
        self.note("helpers' directories", tree_of("", f"{self.state}/usr/libexec"))

    def is_of_cluster(self, path):
        try:
            owner = os.lstat(path).st_uid
        except OSError:
            return False
        # Root's stage makes no file with a name of its own; where it works has "slipway" in its name. The nodes have a /tmp
        # of their own: what root makes in this machine's is another's.
        return owner in self.uids or (owner == 0 and "slipway" in path and not path.startswith("/tmp/"))

    def look_at_slurm(self):
        states = subprocess.run(["sinfo", "-h", "-N", "-o", "%N %T %E"], check=False, capture_output=True, text=True,
                                env=os.environ | {"SLURM_CONF": f"{self.state}/etc/slurm.conf"}).stdout
        usable = re.compile(r"^(\S+) (idle|mixed|allocated)\b")
        self.note("node states", (f"{usable.match(line).group(1)} usable" if usable.match(line) else line
                                  for line in states.splitlines()))
        logs = [f"{os.path.basename(path)}: {line.split('] ', 1)[-1]}" for path in glob.glob(f"{self.state}/log/slurmd-*")
                for line in read(path).splitlines() if "error:" in line and "slipway" in line]
        self.note("errors in slurmd's logs", logs)
        kernel = re.sub(r"^\[[^]]*\] ", "", output_of("dmesg"), flags=re.MULTILINE)
        self.note("the kernel's log", (line for line in kernel.splitlines() if KERNEL_TROUBLE.search(line)))

    def differences(self, later):
        """Sentences: what is there later and was not, and the other way round."""
        found = []
        for kind, before in self.seen.items():
            after = later.seen[kind]
            found += [f"{kind}: {count} more: {thing}" for thing, count in sorted((after - before).items())]
            if kind not in LOGS:  # their old lines go some time
                found += [f"{kind}: {count} less: {thing}" for thing, count in sorted((before - after).items())]
        return found


def mounts_of(mountinfo):
    """By where, what kind and from what: ids and peer groups are numbered anew."""
    for line in mountinfo.splitlines():
        first, second = line.split(" - ", 1)
        yield f"{first.split()[4]} ({' '.join(second.split()[:2])})"


def connections_of_fuse():
    return os.listdir("/sys/fs/fuse/connections") if os.path.isdir("/sys/fs/fuse/connections") else []


def tree_of(root, top, depth=20):
    """Paths below `top`, as they are below `root`; a directory that is unreadable or gone has none."""
    paths = []
    base = root + top
    for directory, names, files in os.walk(base):
        if directory[len(base):].count("/") >= depth - 1:
            names.clear()
        paths += [os.path.join(directory, name)[len(root):] for name in names + files]
        names[:] = [name for name in names if not os.path.ismount(os.path.join(directory, name))]
    return sorted(paths)


def settle(before, look, seconds=20):
    """The last look, and what still differs after so long at most: Slurm ends steps some moments after srun has ended."""
    deadline = time.monotonic() + seconds
    while True:
        later = look()
        found = before.differences(later)
        if not found or time.monotonic() > deadline:
            return later, found
        time.sleep(0.5)


def at_rest(look):
    """A look that is the same twice, when no step is left: of one that was cancelled, Slurm waits for the processes."""
    for _ in range(30):
        before = look()
        time.sleep(1)
        later = look()
        is_free = not any("slipway-" in process or "slurmstepd" in process for process in later.seen["processes"])
        if is_free and not before.differences(later):
            break
    return later
