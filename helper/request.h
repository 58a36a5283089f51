// What the plugin asks of stage: one container, for one step on one node. The plugin writes it into a memfd as root;
// stage reads it from descriptor kRequestFd.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "helper/fd.h"

namespace slipway {

// The descriptors that stage is started with. 0, 1 and 2 are /dev/null; everything else is closed.
inline constexpr int kRequestFd = 3;
inline constexpr int kRanksFd = 4;  // the sending end of the step's socket pair, see helper/message.h
inline constexpr int kPlaceFd = 5;  // where the ranks' place arrives, see helper/place.h

// Which squashfs images the kernel mounts; all others are mounted by FUSE.
enum class MountKernel { kTrusted, kAnySquashfs, kNever };
std::string_view name_of(MountKernel which);                     // as in plugstack.conf
std::optional<MountKernel> mount_kernel_of(std::string_view name);  // the other way round

// Ours (server/), or squashfuse's where it was built without the libraries that it takes.
inline constexpr char kDefaultFuseProgram[] = FUSE_PROGRAM;

struct Request {
  // From Slurm's credential: trusted.
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
  std::vector<gid_t> groups;  // supplementary groups, as Slurm resolved them
  uint32_t job = 0;
  uint32_t step = 0;

  // From the admin's plugstack.conf line: trusted.
  bool allow_root = false;
  std::vector<std::string> trusted_paths;  // directories whose root-owned images the kernel may mount
  MountKernel mount_kernel = MountKernel::kTrusted;
  std::string fuse_program = kDefaultFuseProgram;  // absolute path of squashfuse_ll or one with its options
  std::string environment_table;  // path of the admin's own (helper/environment_table.h); empty: none
  unsigned timeout_seconds = 60;  // stage is killed after this

  // From the user: hostile.
  std::string image;    // absolute path
  std::string cwd;      // absolute path of the step's working directory, as far as it is known; empty: unknown
  std::string command;  // argv[0] of the step, to warm the page cache for; empty: nothing to warm
  std::string user, home, shell;  // what the step's environment says of its user; empty: nothing
  std::string batch_script;   // path of the job's script when this is its batch step; else empty
};

// A sealed memfd that holds `request`. Throws Error.
Fd write_request(const Request& request);

// Throws Error when `fd` does not hold what write_request of this release wrote.
Request read_request(int fd);

}  // namespace slipway
