// SPDX-License-Identifier: BSD-3-Clause
#include "cli/subject.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "lib/base/error.h"

namespace slipway {

namespace {

std::optional<std::string> variable(const char* name) {
  const char* const value = getenv(name);
  return value ? std::optional<std::string>(value) : std::nullopt;
}

}  // namespace

Subject subject_of_process() {
  return {variable("SLURM_JOB_PARTITION"), variable("SLURM_JOB_ACCOUNT"), own_groups(), false, getuid()};
}

Subject subject_of_user(const std::string& name) {
  const passwd* const user = getpwnam(name.c_str());
  if (!user) throw Error(printable(name), "no such user here");
  Subject subject;
  subject.uid = user->pw_uid;
  int count = 64;
  do {
    subject.groups.resize(count);
  } while (getgrouplist(name.c_str(), user->pw_gid, subject.groups.data(), &count) < 0);
  subject.groups.resize(count);
  return subject;
}

}  // namespace slipway
