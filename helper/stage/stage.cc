// SPDX-License-Identifier: BSD-3-Clause

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

#include "helper/stage/audit.h"
#include "helper/stage/worker.h"
#include "lib/base/error.h"
#include "lib/base/timeline.h"
#include "lib/options/image_choice.h"
#include "lib/process/clean_start.h"
#include "lib/protocol/message.h"
#include "lib/process/place.h"
#include "lib/protocol/request.h"

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

// namespace/linux can have put all of the job, slurmstepd too, into a user namespace (namespace.yaml(5)). Its PID
// namespace is as good as the node's.
void refuse_user_namespace_of_job() {
  constexpr ino_t kInitial = 0xeffffffd;  // PROC_USER_INIT_INO (linux/proc_ns.h)
  struct stat ours;
  if (stat("/proc/self/ns/user", &ours) != 0 || ours.st_ino == kInitial) return;
  throw Error("container",
              "this job has a user namespace of its own, where root may neither mount an image nor make devices",
              "ask the admin to leave CLONE_NEWUSER out of clone_ns_flags in namespace.yaml");
}

Error ranks_own(const char* kind) {
  return Error("container",
               std::string("the ranks have a ") + kind + " namespace of their own, which no container can join",
               "ask the admin which other plugin in plugstack.conf makes it");
}

// A mount namespace of the job's own (job_container/tmpfs) is fine. One that a user made would show any path and owner
// that the user likes (rule 1 of the design), and a task epilog is slurmstepd's child, too, and can execute enter: only
// what stage's own user namespace owns is joined. Other plugins can give ranks more: in another user namespace a rank
// may not join a container of root's making, and where /proc is of another PID namespace stage does not find itself.
void join_mount_namespace(const Fd& mount_namespace) {
  const Fd owner(ioctl(mount_namespace.get(), NS_GET_USERNS));  // ioctl_ns(2)
  if (!is_own_namespace(owner, "user")) throw ranks_own("user");
  if (setns(mount_namespace.get(), CLONE_NEWNS) != 0) {
    throw system_error("container", "setns(mount namespace of the job)");
  }
  if (access("/proc/self", F_OK) != 0) throw ranks_own("PID");
}

// Where the ranks stand, and a worker that builds for that. In a mount namespace of the job's own only a rank that
// waits for its container stands where the step does; the worker has begun by then.
std::optional<Place> await_place_and_work(std::optional<Worker>& worker, Request& request, const Hellos& hellos,
                                          Timeline& beginning) {
  std::optional<Place> place = await_place(kPlaceFd, hellos);
  if (place && !is_own_namespace(place->mount_namespace, "mnt")) {
    join_mount_namespace(place->mount_namespace);
    beginning.phase("the job's mounts, known");
    if (worker) worker.emplace(request, beginning);
    if (!place->rank) place = place_of_a_rank(hellos);
  }
  if (!place || (worker && place->cwd == request.cwd)) return place;
  request.cwd = place->cwd;
  beginning.phase("where the ranks are, known");
  worker.emplace(request, beginning);
  return place;
}

void stage(Fd& ranks) {
  const auto start = Timeline::Clock::now();
  stay_out_of_the_way();
  start_clean(kHelloFd);
  Request request = read_request(kRequestFd);
  close(kRequestFd);
  refuse_user_namespace_of_job();
  const Hellos hellos{kHelloFd, ranks.get(), request.slurmstepd, {request.enter_device, request.enter_inode}};
  Timeline beginning(request.is_verbose, start), waits = beginning;
  beginning.phase("request read");
  std::optional<Worker> worker;
  if (!request.cwd.empty()) worker.emplace(request, beginning);
  waits.skip();
  std::optional<Place> place = await_place_and_work(worker, request, hellos, beginning);
  if (!place) return;
  waits.phase("ranks' place awaited");
  try {
    worker->deliver(ranks, hellos, place->rank, waits);
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
