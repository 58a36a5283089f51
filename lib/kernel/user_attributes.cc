// SPDX-License-Identifier: BSD-3-Clause
#include "lib/kernel/user_attributes.h"

#include <sys/xattr.h>

#include <cerrno>

namespace slipway {

// lsetxattr(2): of those that set an attribute, the one that a filter for tests can tell from programs' own.
bool has_user_attributes(const std::string& directory) {
  constexpr char kName[] = "user.slipway";
  if (lsetxattr(directory.c_str(), kName, "", 0, 0) != 0) return errno != EOPNOTSUPP;
  removexattr(directory.c_str(), kName);
  return true;
}

}  // namespace slipway
