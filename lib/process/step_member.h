// SPDX-License-Identifier: BSD-3-Clause

// A process of ours that stays beside a step's ranks becomes like them: where Slurm accounts for it, limits it,
// suspends and kills it. stage itself runs where slurmstepd does, which is none of these.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "lib/process/rank.h"

namespace slipway {

// Gives `process` the cgroups, priority and out-of-memory score of `rank`, and the CPUs of the whole step. Called by
// root, before `process` executes anything of the user's. Throws Error, also where the rank has ended: its number may
// be another process's.
void make_step_member(pid_t process, const Rank& rank);

// Gives this process the limits of `rank`. Called as the user: root may lack CAP_SYS_RESOURCE, with which alone it
// could see and set the limits of others. Throws Error.
void take_limits_of(pid_t rank);

// The directories of a process's cgroups, of every hierarchy that is mounted, from what the kernel says of it
// (/proc/PID/cgroup, cgroups(7)) and of the mounts (/proc/self/mountinfo, proc(5)).
std::vector<std::string> cgroup_directories(const std::string& cgroups, const std::string& mounts);

}  // namespace slipway
