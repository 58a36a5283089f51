// SPDX-License-Identifier: BSD-3-Clause
#include "lib/spec/accounts.h"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace slipway {

namespace {

constexpr size_t kLongestEntry = 1 << 20;  // a group of a large site lists all its members

// Calls one of getpwuid_r and getgrgid_r with a buffer that grows until the entry fits.
template <typename Entry, typename Id>
bool look_up(int (*call)(Id, Entry*, char*, size_t, Entry**), Id id, Entry& entry, std::vector<char>& buffer) {
  for (buffer.resize(4096); buffer.size() <= kLongestEntry; buffer.resize(buffer.size() * 4)) {
    Entry* found = nullptr;
    if (call(id, &entry, buffer.data(), buffer.size(), &found) != ERANGE) return found != nullptr;
  }
  return false;
}

// A colon or line end inside a field would start another field or entry.
std::string field(const char* text) {
  std::string safe = text ? text : "";
  std::replace_if(safe.begin(), safe.end(), [](char c) { return c == ':' || c == '\n'; }, '_');
  return safe;
}

// Fields one and three of an entry of passwd(5) or group(5): its name and its number.
std::pair<std::string_view, std::string_view> name_and_id(std::string_view line) {
  const size_t first = line.find(':');
  const size_t second = first == line.npos ? first : line.find(':', first + 1);
  if (second == line.npos) return {line, {}};
  const std::string_view id = line.substr(second + 1);
  return {line.substr(0, first), id.substr(0, id.find(':'))};
}

// The lines of `existing` whose name and number are not taken by `ours`.
std::string without_conflicts(std::string_view existing, const std::set<std::string, std::less<>>& names,
                              const std::set<std::string, std::less<>>& ids) {
  std::string kept;
  while (!existing.empty()) {
    const std::string_view line = existing.substr(0, existing.find('\n'));
    existing.remove_prefix(std::min(line.size() + 1, existing.size()));
    const auto [name, id] = name_and_id(line);
    if (line.empty() || names.contains(name) || ids.contains(id)) continue;
    kept.append(line).push_back('\n');
  }
  return kept;
}

}  // namespace

Accounts accounts_of_environment(const Request& request) {
  Accounts accounts;
  accounts.uid = request.uid;
  accounts.gid = request.gid;
  if (!request.user.empty()) accounts.user = field(request.user.c_str());
  if (request.home.starts_with('/')) accounts.home = field(request.home.c_str());
  if (request.shell.starts_with('/')) accounts.shell = field(request.shell.c_str());
  std::set<gid_t> seen;
  const auto add_group = [&](gid_t gid) {
    if (seen.insert(gid).second) accounts.groups.emplace_back(gid, "group" + std::to_string(gid));
  };
  add_group(request.gid);
  for (const gid_t gid : request.groups) add_group(gid);
  return accounts;
}

Accounts look_up_accounts(const Request& request) {
  Accounts accounts = accounts_of_environment(request);
  std::vector<char> buffer;
  passwd user;
  if (look_up(getpwuid_r, request.uid, user, buffer)) {
    accounts.user = field(user.pw_name);
    accounts.full_name = field(user.pw_gecos);
    if (user.pw_dir[0] == '/') accounts.home = field(user.pw_dir);
    if (user.pw_shell[0] == '/') accounts.shell = field(user.pw_shell);
  }
  for (auto& [gid, name] : accounts.groups) {
    group entry;
    if (look_up(getgrgid_r, gid, entry, buffer)) name = field(entry.gr_name);
  }
  return accounts;
}

Accounts accounts_of_root(const Accounts& user) {
  Accounts root = user;
  root.user = "root";
  root.uid = 0;
  root.gid = 0;
  std::erase_if(root.groups, [&](const auto& group) { return group.first == user.gid || group.first == 0; });
  root.groups.insert(root.groups.begin(), {0, "root"});
  return root;
}

std::string passwd_file(const Accounts& accounts, const std::string& existing) {
  const std::string uid = std::to_string(accounts.uid);
  return accounts.user + ":x:" + uid + ":" + std::to_string(accounts.gid) + ":" + accounts.full_name + ":" +
         accounts.home + ":" + accounts.shell + "\n" + without_conflicts(existing, {accounts.user}, {uid});
}

std::string group_file(const Accounts& accounts, const std::string& existing) {
  std::string text;
  std::set<std::string, std::less<>> names, ids;
  for (const auto& [gid, name] : accounts.groups) {
    const std::string id = std::to_string(gid);
    text += name + ":x:" + id + ":" + accounts.user + "\n";
    names.insert(name);
    ids.insert(id);
  }
  return text + without_conflicts(existing, names, ids);
}

}  // namespace slipway
