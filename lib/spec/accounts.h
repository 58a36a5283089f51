// SPDX-License-Identifier: BSD-3-Clause

// The user's names: what /etc/passwd and /etc/group must say inside the container, whoever built the image.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lib/protocol/request.h"

namespace slipway {

struct Accounts {
  std::string user = "user";
  std::string full_name;
  std::string home = "/";
  std::string shell = "/bin/sh";
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<std::pair<gid_t, std::string>> groups;  // primary first, each once
};

// What the step's environment says of its user. Groups get made-up names, so that programs which insist on a name run.
Accounts accounts_of_environment(const Request& request);

// The same, with what the node's name services know in its place. Blocks for as long as they do.
Accounts look_up_accounts(const Request& request);

// The same user, shown as root.
Accounts accounts_of_root(const Accounts& user);

// The file inside: the user's own entries first, then those of the image's file `existing` which do not contradict.
std::string passwd_file(const Accounts& accounts, const std::string& existing);
std::string group_file(const Accounts& accounts, const std::string& existing);

}  // namespace slipway
