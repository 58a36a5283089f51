// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/unshare.h"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "lib/base/error.h"
#include "lib/protocol/wire.h"

namespace slipway {

namespace {

std::string name_of(unsigned flag) {
  const auto is_meant = [&](const Unsharable& unsharable) { return unsharable.flag == flag; };
  return std::find_if(std::begin(kUnsharable), std::end(kUnsharable), is_meant)->name;
}

}  // namespace

void unshare_namespace(unsigned flag, const std::string& what) {
  if (unshare(flag) == 0) return;
  const std::string kind = name_of(flag);
  if (errno == ENOSPC) {
    throw Error(what, "this node has no more " + kind + " namespaces for you",
                "ask the admin to raise the sysctl user.max_" + kind + "_namespaces");
  }
  throw system_error(what, "unshare", "ask the admin whether this node's kernel has " + kind + " namespaces");
}

std::string unshare_option(const std::string& option, unsigned flag) { return option + "=" + name_of(flag); }

}  // namespace slipway
