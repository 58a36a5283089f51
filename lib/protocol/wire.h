// SPDX-License-Identifier: BSD-3-Clause

// The one message that every rank of a step on this node waits for, byte for byte: written by stage or the plugin
// (lib/protocol/message.h), read by enter (lib/protocol/arrival.h). And what else both sides must agree on. Without the
// C++ library, which enter does not have.
#pragma once

#include <sched.h>

#include "lib/base/exit_code.h"

namespace slipway {

// The environment variable that tells enter where to read: "<descriptor>:<seconds to wait>:<eventfd>". On the last one
// it says that this rank is there (lib/process/rank.h); negative where nobody listens.
inline constexpr char kEnterVariable[] = "SLIPWAY_ENTER";
// The step's argv[0], where argv could only be changed in place (Slurm before 23.11). Absent elsewhere: argv[1] it is.
inline constexpr char kArgv0Variable[] = "SLIPWAY_ARGV0";

struct Wire {
  char release[16];  // catches a plugin, stage and enter of different installations
  int exit_code;     // 0: the container is ready, and its descriptors come with the message
  unsigned unshared;  // its namespaces besides those of users and mounts: flags of kUnsharable
  bool has_gpus;  // of the node: what each rank needs to have its own
  char sentence[4096];  // why there is no container, or how it was made; empty: nothing to say
};

// The namespaces that a step can have for itself (--container-unshare), as clone(2) and /proc/PID/ns name them. That of
// processes is the last: it exists only when its first process does (helper/user/init_process.h).
struct Unsharable {
  unsigned flag;
  const char* name;
};
inline constexpr Unsharable kUnsharable[] = {
    {CLONE_NEWNET, "net"}, {CLONE_NEWIPC, "ipc"}, {CLONE_NEWUTS, "uts"}, {CLONE_NEWPID, "pid"}};

// The descriptors that come with it: the plan (lib/protocol/plan.h), the namespaces in the order in which they are
// joined, of which those of `unshared` follow as kUnsharable has them, with a pid namespace the lifeline of its init,
// and with GPUs what the node has of them (lib/gpu/table.h) and where the ranks agree on them (lib/gpu/meeting.h).
enum { kWirePlan, kWireUserNamespace, kWireMountNamespace, kWireOtherNamespaces };
inline constexpr int kMostWireDescriptors = kWireOtherNamespaces + sizeof kUnsharable / sizeof kUnsharable[0] + 3;
enum { kGpuTable, kGpuMeeting, kGpuDescriptors };  // from wire_gpus on

// One past the last namespace.
constexpr int wire_namespaces_end(unsigned unshared) {
  return kWireOtherNamespaces + __builtin_popcount(unshared);
}

constexpr int wire_gpus(unsigned unshared) {
  return wire_namespaces_end(unshared) + (unshared & CLONE_NEWPID ? 1 : 0);
}

constexpr int wire_descriptors(unsigned unshared, bool has_gpus) {
  return wire_gpus(unshared) + (has_gpus ? kGpuDescriptors : 0);
}

// Where the step has no PATH: what images expect, sbin included.
inline constexpr char kDefaultSearchPath[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// Slurm's PMI-2 library, where a container has it (lib/hostlibs/host_parts.h).
inline constexpr char kPmi2Library[] = "/.slipway/host/pmi/lib/libpmi2.so.0";

// What stands in for Slurm's commands, in the container of a batch script (helper/absent/absent.cc).
inline constexpr char kAbsentCommands[] = "/.slipway/slurm";

}  // namespace slipway
