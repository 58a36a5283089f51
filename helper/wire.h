// The one message that every rank of a step on this node waits for, byte for byte: written by stage or the plugin
// (helper/message.h), read by enter (enter/arrival.h). And what else both sides must agree on. Without the C++ library,
// which enter does not have.
#pragma once

namespace slipway {

// The environment variable that tells enter where to read: "<descriptor>:<seconds to wait>".
inline constexpr char kEnterVariable[] = "SLIPWAY_ENTER";
// The step's argv[0], where argv could only be changed in place (Slurm before 23.11). Absent elsewhere: argv[1] it is.
inline constexpr char kArgv0Variable[] = "SLIPWAY_ARGV0";

struct Wire {
  char release[16];  // catches a plugin, stage and enter of different installations
  int exit_code;     // 0: the container is ready, and kWireDescriptors come with the message
  char sentence[4096];  // why there is no container, or how it was made; empty: nothing to say
};

// The descriptors that come with it; the plan is that of helper/plan.h.
enum { kWireUserNamespace, kWireMountNamespace, kWirePlan, kWireDescriptors };

// The plan's first entry, and the request's.
inline constexpr char kReleaseEntry[] = "release=" PACKAGE_VERSION;

// Where the step has no PATH: what images expect, sbin included.
inline constexpr char kDefaultSearchPath[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// Exit codes a user sees from a step. 126 and 127 are the shell's own convention.
inline constexpr int kExitRefused = 1;          // the container could not be made
inline constexpr int kExitNotExecutable = 126;  // the command exists in the image but cannot be run
inline constexpr int kExitNotFound = 127;       // the command does not exist in the image

}  // namespace slipway
