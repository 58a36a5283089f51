"""Runs many steps at once, with options drawn at random, and compares each one's end and output with what they must be;
then the machine with what it was before."""

import collections
import concurrent.futures
import os
import random
import re
import subprocess
import tempfile
import threading
import time

import machine

AT_ONCE = 8
WARM_UP = 24  # steps before the first look: slurmd's memory and threads grow with the first ones
STEP_SECONDS = 60
# Of each slurmd, for buffers of its own that still grow; a descriptor or a plugin's leak at each of 300 steps shows.
MEMORY_KIB = 6144

MARK = "Slipway test image"  # tests/steps/lib.sh

UNSHARABLE = ("net", "ipc", "uts", "pid")

# What each rank prints: one line, in the order of Step.says.
REPORT = r"""
word=- data=- put=-
[ ! -e /mnt/soak/word ] || word=$(cat /mnt/soak/word)
[ ! -e /mnt/data/word ] || data=$(cat /mnt/data/word)
[ ! "$SOAK_PUT" ] || { echo x > "$SOAK_PUT" && put=put; }
! touch /etc/other 2>/dev/null || put=$put+writable
. /etc/os-release
spaces=
for kind in net ipc uts pid; do spaces="$spaces $(readlink /proc/self/ns/$kind)"; done
echo "rank $SLURM_PROCID of $SLURM_NTASKS: $NAME, uid $(id -u), in $PWD, SOAK ${SOAK:-none}, word $word, data $data," \
  "put $put, ns$spaces"
"""

ENDINGS = {  # by name: what the command does after its report, and how srun ends
    "well": ("exit 0", {0}),
    "a status": ("exit 7", {7}),
    "SIGKILL": ("kill -KILL $$", {137}),
    "SIGTERM": ("kill -TERM $$", {143}),
    "SIGSEGV": ("kill -SEGV $$", {139}),
    # scancel sends SIGTERM, then SIGKILL.
    "scancel": ("echo now $SLURM_JOB_ID.$SLURM_STEP_ID; exec sleep 600", {137, 143}),
}

REFUSALS = (  # options or a command, the sentence, srun's end, and whether each node tells
    (["--container=/no/such.sif"], "/no/such.sif: no such image on this node", 1, True),
    (["--container=/etc/hostname"], "is not an image but something else", 1, True),
    (["--container-mounts=/no/such:/mnt"], "cannot mount /no/such", 1, True),
    (["--container-workdir=/no/such"], "/no/such: working directory inside the container", 1, True),
    (["--container-overlay=/no/such"], "--container-overlay=/no/such: open: No such file or directory", 1, True),
    (["--container-app=none"], "--container-app=none: the image has no such app", 1, True),
    (["--container-unshare=cgroup"], "--container-unshare=cgroup: there is no cgroup", 1, False),
    (["nosuch"], "nosuch: command not found in the image", 127, True),
    (["/bin/garbage"], "/bin/garbage: is not a program this node can run", 126, True),
)


class Images:
    """Those of tests/steps/lib.sh, and a data set; what steps show inside."""

    def __init__(self, cluster):
        lib = os.path.join(os.path.dirname(os.path.abspath(__file__)), "steps", "lib.sh")
        subprocess.run(["bash", "-euo", "pipefail", "-c", f"source '{lib}'; make_images"], check=True,
                       env=os.environ | {"repository": os.path.dirname(os.path.dirname(os.path.dirname(lib)))})
        images, shared = cluster.paths["CLUSTER_IMAGES"], cluster.paths["CLUSTER_SHARED"]
        self.roots = {"SIF": f"{images}/small.sif", "own SIF": f"{shared}/mine.sif", "squashfs": f"{images}/small.sqsh",
                      "directory": f"{images}/small.dir"}
        self.words = self.make_directory(f"{shared}/words", "shown")
        data = self.make_directory(f"{shared}/data", "packed")
        self.data = [f"{images}/soak-data.sqsh", f"{shared}/soak-data.sqsh"]  # root's, and the user's
        for path in self.data:
            subprocess.run(["mksquashfs", data, path, "-all-root", "-noappend", "-quiet", "-no-progress"], check=True,
                           stdout=subprocess.DEVNULL)
        os.chown(self.data[1], cluster.user.pw_uid, cluster.user.pw_gid)
        self.user = cluster.user
        self.overlays = tempfile.mkdtemp(prefix="soak-", dir=shared)
        os.chmod(self.overlays, 0o755)

    @staticmethod
    def make_directory(path, word):
        os.makedirs(path, exist_ok=True)
        with open(f"{path}/word", "w") as file:
            file.write(word + "\n")
        return path

    def new_overlay(self, number):
        top = f"{self.overlays}/{number}"
        for path in (top, f"{top}/upper", f"{top}/work"):
            os.mkdir(path)
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        return top


class Step:
    """Drawn at random: options, and what each rank says of itself because of them."""

    def __init__(self, draw, number, images, home):
        self.number = number
        self.nodes = draw.choice((1, 1, 1, 2, 4))
        self.options = {"container": images.roots[draw.choice(list(images.roots))]}
        self.environment = {}
        self.says = {"uid": 23001, "in": home, "SOAK": "none", "word": "-", "data": "-", "put": "-"}
        self.draw_writing(draw, images)
        self.draw_mounts(draw, images)
        self.draw_identity(draw)
        self.draw_variables(draw)
        self.ranks = draw.randint(self.nodes, 4)
        self.ending = draw.choice(("well", "well", "well", "a status", "SIGKILL", "SIGTERM", "SIGSEGV", "scancel", ""))
        self.refusal = None if self.ending else draw.choice(REFUSALS)
        if self.ending:
            does, self.statuses = ENDINGS[self.ending]
            self.command = ["/bin/sh", "-c", REPORT + does]
        else:
            self.refuse()

    def draw_writing(self, draw, images):
        how = draw.choice(("", "", "memory", "overlay", "overlay, read-only"))
        if self.options["container"] == images.roots["directory"] and how == "memory":
            how = "overlay"  # a directory is written itself, and this one is root's
        if how == "memory":
            self.options["container-writable"] = None
        elif how:
            directory = images.new_overlay(self.number)
            self.options["container-overlay"] = directory + (":ro" if "read-only" in how else "")
            self.nodes = 1  # one step on one node at a time may write it
        if how in ("memory", "overlay"):
            self.environment["SOAK_PUT"] = "/etc/put"
            self.says["put"] = "put+writable"

    def draw_mounts(self, draw, images):
        mounts = []
        if draw.random() < 0.4:
            mounts.append(f"{images.words}:/mnt/soak:ro")
            self.says["word"] = "shown"
        if draw.random() < 0.3:
            mounts.append(f"{draw.choice(images.data)}:/mnt/data")
            self.says["data"] = "packed"
        if draw.random() < 0.2:
            mounts.append("tmpfs:/mnt/empty:size=1m")
        if mounts:
            self.options["container-mounts"] = ",".join(mounts)

    def draw_identity(self, draw):
        if draw.random() < 0.2:
            self.options["container-remap-root"] = None
            self.says["uid"] = 0
        contained = draw.random() < 0.2
        if contained:
            self.options["container-contain"] = None
        if contained or draw.random() < 0.3:
            self.says["in"] = draw.choice(("/", "/usr/bin", "/tmp"))
            self.options["container-workdir"] = self.says["in"]
        unshared = [kind for kind in UNSHARABLE if draw.random() < 0.25]
        if unshared:
            self.options["container-unshare"] = ",".join(unshared)
        self.says["ns"] = " ".join("own" if kind in unshared else "node's" for kind in UNSHARABLE)

    def draw_variables(self, draw):
        kept = []
        if draw.random() < 0.2:
            self.options["container-cleanenv"] = None
            kept += list(self.environment)
        if draw.random() < 0.3:
            self.says["SOAK"] = f"value-{self.number}"
            kept.append(f"SOAK={self.says['SOAK']}")
        if kept:
            self.options["container-env"] = ",".join(kept)

    def refuse(self):
        words, _, status, _ = self.refusal
        self.statuses = {status}
        self.command = ["/bin/sh", "-c", "exit 0"]
        if words[0].startswith("--"):
            name, value = words[0][2:].split("=", 1)
            self.options[name] = value
        else:
            self.command = words

    def words(self):
        options = [f"--{name}" if value is None else f"--{name}={value}" for name, value in self.options.items()]
        return [f"-N{self.nodes}", f"-n{self.ranks}", *options, *self.command]

    def lines(self):
        if not self.ending:
            return []
        said = ", ".join(f"{name} {value}" for name, value in self.says.items())
        return sorted(f"rank {rank} of {self.ranks}: {MARK}, {said}" for rank in range(self.ranks))

    def __str__(self):
        words = " ".join(self.words()[:-len(self.command)])
        return f"step {self.number} (srun {words}; ends by {self.ending or ' '.join(self.refusal[0])})"


class Soak:
    def __init__(self, cluster, steps, seed):
        self.cluster = cluster
        self.images = Images(cluster)
        draw = random.Random(seed)
        self.steps = [Step(draw, number, self.images, cluster.user.pw_dir) for number in range(WARM_UP + steps)]
        self.uids = {cluster.user.pw_uid, cluster.user.pw_uid + 1}
        self.nodes_own = {slurmd.namespace(kind) for slurmd in self.look().nodes.values() for kind in UNSHARABLE}

    def look(self):
        return machine.Machine(self.cluster.state, self.uids)

    def start(self, *command, environment=()):
        user = self.cluster.user
        return subprocess.Popen(command, user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd=user.pw_dir,
                                env=self.cluster.environment | dict(environment), text=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def cancel_when_all_run(self, step, process):
        """Returns what the ranks printed until then."""
        lines, running = [], 0
        for line in iter(process.stdout.readline, ""):
            if not line.startswith("now "):
                lines.append(line)
                continue
            running += 1
            if running == step.ranks:
                self.start("scancel", line.split()[1]).communicate()
                break
        return "".join(lines)

    def run(self, step):
        """A sentence for each thing that is not as it must be."""
        process = self.start("srun", f"--jobid={self.cluster.job}", "--overlap", "--overcommit", "--cpu-bind=none",
                             *step.words(), environment=step.environment)
        late = threading.Timer(STEP_SECONDS, process.kill)
        late.start()
        printed = self.cancel_when_all_run(step, process) if step.ending == "scancel" else ""
        rest, errors = process.communicate()
        if not late.is_alive():
            return [f"{step}: hung for {STEP_SECONDS} s; it said: {errors[-600:]}"]
        late.cancel()
        return [f"{step}: {what}" for what in self.judge(step, process.returncode, printed + rest, errors)]

    def judge(self, step, status, output, errors):
        if status not in step.statuses:
            yield f"ended with {status}, not {' or '.join(map(str, step.statuses))}; it said: {errors[-600:]}"
        lines = sorted(re.sub(r"\w+:\[\d+\]", self.whose, line).rstrip() for line in output.splitlines())
        # When a task died of SIGKILL or SIGTERM, srun 22.05 may end the step before all of its output has come: of 3000
        # bare steps, 23 lost lines so.
        expected = step.lines()
        if "Force Terminated StepId" in errors:
            expected = [line for line in expected if line in lines]
        if lines != expected:
            yield f"printed {lines}, not {step.lines()}"
        ours = [line for line in errors.splitlines() if "slipway: " in line]
        if step.ending:
            if ours:
                yield f"said {ours}"
            return
        _, sentence, _, each_node_tells = step.refusal
        if not ours or not all(sentence in line for line in ours):
            yield f"said {errors[-600:]}, not: {sentence}"
        if each_node_tells and len(ours) != step.nodes:
            yield f"said {len(ours)} lines on {step.nodes} nodes: {ours}"

    def whose(self, namespace):
        return "node's" if namespace.group() in self.nodes_own else "own"

    def run_all(self, steps):
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            return [failure for failures in pool.map(self.run, steps) for failure in failures]


def soak(cluster, steps, seed):
    """Prints figures; returns whether all was as it must be."""
    print(f"soak: {steps} steps, {AT_ONCE} at a time, --seed {seed}", flush=True)
    soaking = Soak(cluster, steps, seed)
    failures = soaking.run_all(soaking.steps[:WARM_UP])
    before = machine.at_rest(soaking.look)
    start = time.monotonic()
    failures += soaking.run_all(soaking.steps[WARM_UP:])
    seconds = time.monotonic() - start
    after, left = machine.settle(before, soaking.look)
    grown = {node: after.memory[node] - size for node, size in before.memory.items() if node in after.memory}
    left += [f"memory: slurmd of {node} has {size} KiB more" for node, size in grown.items() if size > MEMORY_KIB]
    print("".join(f"FAILED  {failure}\n" for failure in failures) + "".join(f"LEFT    {thing}\n" for thing in left), end="")
    endings = collections.Counter(step.ending or "refused" for step in soaking.steps[WARM_UP:])
    print(f"{steps} steps in {seconds:.0f} s ({', '.join(f'{count} {name}' for name, count in sorted(endings.items()))}):"
          f" {len(failures)} failures, {len(left)} differences; KiB that slurmd grew by:"
          f" {', '.join(f'{node} {size}' for node, size in sorted(grown.items()))}")
    return not failures and not left
