// slipway-stage: started by the plugin as root, once per node and step, as soon as slurmstepd knows that the step has a
// container. It makes the container while slurmstepd prepares the ranks, and hands it to all of them in one message;
// then nothing of it stays. This process only watches: its child, the worker, does the work.

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>

#include "helper/audit.h"
#include "helper/clean_start.h"
#include "helper/error.h"
#include "helper/image_choice.h"
#include "helper/message.h"
#include "helper/place.h"
#include "helper/request.h"
#include "helper/timeline.h"
#include "helper/worker.h"

namespace slipway {
namespace {

// slurmstepd prepares the ranks at the same time, and must not be delayed. SCHED_BATCH does not preempt others. And
// since stage's processes work by turns, they stay on the CPU that was free for the first: to wake another one takes
// longer than a turn. Both only save time, so a refusal is none of ours.
void stay_out_of_the_way() {
  const sched_param none{};
  sched_setscheduler(0, SCHED_BATCH, &none);
  const int cpu = sched_getcpu();
  if (cpu < 0 || cpu >= CPU_SETSIZE) return;
  cpu_set_t here;
  CPU_ZERO(&here);
  CPU_SET(cpu, &here);
  sched_setaffinity(0, sizeof here, &here);
}

bool is_own_namespace(const Fd& name_space, const char* kind) {
  struct stat theirs, ours;
  return fstat(name_space.get(), &theirs) == 0 && stat((std::string("/proc/self/ns/") + kind).c_str(), &ours) == 0 &&
         theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

Error jobs_own(const char* kind, const char* flag) {
  return Error("container",
               std::string("this job has a ") + kind + " namespace of its own, which no container can join",
               std::string("ask the admin to leave ") + flag + " out of clonensflags in namespace.yaml");
}

// A mount namespace of the job's own (job_container/tmpfs, namespace/linux) is fine. namespace/linux can give it more
// (namespace.yaml(5)): in another user namespace a rank may not join a container of root's making, and where /proc is
// of another PID namespace stage does not find itself.
void move_to(const Place& place, Request& request) {
  request.cwd = place.cwd;
  if (is_own_namespace(place.mount_namespace, "mnt")) return;
  const Fd owner(ioctl(place.mount_namespace.get(), NS_GET_USERNS));  // ioctl_ns(2)
  if (!is_own_namespace(owner, "user")) throw jobs_own("user", "CLONE_NEWUSER");
  if (setns(place.mount_namespace.get(), CLONE_NEWNS) != 0) {
    throw system_error("container", "setns(mount namespace of the job)");
  }
  if (access("/proc/self", F_OK) != 0) throw jobs_own("PID", "CLONE_NEWPID");
}

void stage(Fd& ranks) {
  const auto start = Timeline::Clock::now();
  stay_out_of_the_way();
  start_clean(kHelloFd);
  Request request = read_request(kRequestFd);
  close(kRequestFd);
  Timeline beginning(request.is_verbose, start), waits = beginning;
  beginning.phase("request read");
  std::optional<Worker> worker;
  if (!request.cwd.empty()) worker.emplace(request, beginning);
  waits.skip();
  const std::optional<Place> place = receive_place(kPlaceFd);
  if (!place) return;
  waits.phase("ranks' place awaited");
  if (!worker || place->cwd != request.cwd || !is_own_namespace(place->mount_namespace, "mnt")) {
    move_to(*place, request);
    beginning.phase("where the ranks are, known");
    worker.emplace(request, beginning);
  }
  try {
    worker->deliver(ranks, kHelloFd, waits);
  } catch (const Error& error) {
    // First: the log may be slow.
    send_failure(ranks.get(), {with_choice(error, request.chosen_by).what(), error.exit_code()});
    audit_refusal(request, error.what());
  }
}

}  // namespace
}  // namespace slipway

int main() {
  if (fcntl(slipway::kHelloFd, F_GETFD) < 0) {
    fputs("slipway: slipway-stage is started by Slurm's slipway plugin; run srun --container=IMAGE COMMAND\n", stderr);
    return 2;
  }
  slipway::Fd ranks(slipway::kRanksFd);
  try {
    slipway::stage(ranks);
    return 0;
  } catch (const std::exception& error) {
    slipway::send_failure(ranks.get(), {error.what(), slipway::kExitRefused});
    return 1;
  }
}
