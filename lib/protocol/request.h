// SPDX-License-Identifier: BSD-3-Clause

// What the plugin asks of stage: one container, for one step on one node. The plugin writes it into a memfd as root;
// stage reads it from descriptor kRequestFd.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/fd.h"
#include "lib/options/option_table.h"
#include "lib/options/settings.h"

namespace slipway {

// The descriptors that stage is started with. 0, 1 and 2 are /dev/null; everything else is closed.
inline constexpr int kRequestFd = 3;
inline constexpr int kRanksFd = 4;  // the sending end of the step's socket pair, see lib/protocol/message.h
inline constexpr int kPlaceFd = 5;  // where the ranks' place arrives, see lib/process/place.h
inline constexpr int kHelloFd = 6;  // the eventfd with which the ranks say that they are there, see lib/process/rank.h

struct Request {
  // From Slurm's credential: trusted.
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
  std::vector<gid_t> groups;  // supplementary groups, as Slurm resolved them
  uint32_t job = 0;
  uint32_t step = 0;
  std::string node;       // its name in Slurm, for messages
  uint32_t ranks = 1;     // on this node
  pid_t slurmstepd = -1;  // whose children the ranks are
  uint64_t enter_device = 0, enter_inode = 0;  // st_dev and st_ino of the program that they execute

  Subject subject;    // of the step, without its groups: these are above
  Settings settings;  // from the admin: trusted
  std::string chosen_by;  // as in lib/options/image_choice.h

  // From the user: hostile.
  std::string image;    // absolute path; the admin's, where chosen_by says so
  OptionValues options;  // lib/options/options.h; read by processes that are the user only
  std::string cwd;      // absolute path of the step's working directory, as far as it is known; empty: unknown
  std::string command;  // argv[0] of the step, to warm the page cache for; empty: nothing to warm
  std::string user, home, shell;  // what the step's environment says of its user; empty: nothing
  bool is_verbose = false;  // the ranks are told where the time went (lib/base/timeline.h)
  std::string mpi_type;      // SLURM_MPI_TYPE; empty: --mpi=none
  std::string spool;         // Slurm's spool directory here, where its PMIx server has its files; empty: no PMIx
  std::string library_path;  // LD_LIBRARY_PATH of the step
  std::string driver_capabilities, visible_devices;  // as in lib/devices/driver_wish.h
  std::string batch_script;   // path of the job's script when this is its batch step; else empty
};

// A sealed memfd that holds `request`. Throws Error.
Fd write_request(const Request& request);

// Throws Error when `fd` does not hold what write_request of this release wrote.
Request read_request(int fd);

}  // namespace slipway
