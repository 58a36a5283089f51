// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/setting_words.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <utility>

#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/base/text_file.h"
#include "lib/options/admin_file.h"

namespace slipway {

namespace {

constexpr std::string_view kBlanks = " \t\r";

constexpr std::pair<std::string_view, Scope> kScopes[] = {
    {"partition:", Scope::kPartition}, {"account:", Scope::kAccount}, {"group:", Scope::kGroup}};

std::string_view trimmed(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  return line.substr(0, line.find_last_not_of(kBlanks) + 1);
}

// One word a line, which may hold blanks; a line that begins with # says nothing.
void add_config(std::vector<SettingWord>& words, const std::string& path, const std::string& place) {
  const Fd file = open_admin_file(path, kConfig + path, place);
  const std::string text = text_of_file("/proc/self/fd/" + std::to_string(file.get()));
  size_t number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = trimmed(rest.substr(0, rest.find('\n')));
    rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
    ++number;
    if (line.empty() || line[0] == '#') continue;
    words.push_back({std::string(line), printable(path) + " line " + std::to_string(number)});
  }
}

bool has_group(const std::vector<gid_t>& groups, gid_t group) {
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

std::optional<uint32_t> number_in(const std::string& name) {
  uint32_t number = 0;
  const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool is_number = failure == std::errc() && end == name.data() + name.size();
  return is_number ? std::optional(number) : std::nullopt;
}

// getpwnam(3), getgrnam(3): these stand for a name that does not exist.
bool is_answer(int error) {
  return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
}

}  // namespace

std::optional<bool> is_user(uid_t user, const std::string& name) {
  if (const auto number = number_in(name)) return *number == user;
  errno = 0;
  if (const passwd* const found = getpwnam(name.c_str())) return found->pw_uid == user;
  return is_answer(errno) ? std::optional(false) : std::nullopt;
}

std::optional<bool> is_member(const std::vector<gid_t>& groups, const std::string& name) {
  if (const auto number = number_in(name)) return has_group(groups, *number);
  errno = 0;
  if (const group* const found = getgrnam(name.c_str())) return has_group(groups, found->gr_gid);
  return is_answer(errno) ? std::optional(false) : std::nullopt;
}

std::vector<gid_t> own_groups() {
  std::vector<gid_t> groups(std::max(getgroups(0, nullptr), 0));
  groups.resize(std::max(getgroups(static_cast<int>(groups.size()), groups.data()), 0));
  groups.push_back(getgid());
  return groups;
}

std::vector<SettingWord> setting_words(std::span<const std::string> words, const std::string& place) {
  std::vector<SettingWord> all;
  for (const std::string& word : words) {
    if (word.starts_with(kConfig)) add_config(all, word.substr(strlen(kConfig)), place);
    else all.push_back({word, place});
  }
  return all;
}

ScopedWord scoped_word(const SettingWord& word) {
  ScopedWord scoped;
  scoped.rest = word.text;
  for (const auto& [prefix, scope] : kScopes) {
    if (!scoped.rest.starts_with(prefix)) continue;
    // Names may hold dots, keys do not.
    const size_t end = scoped.rest.substr(0, scoped.rest.find('=')).rfind('.');
    if (end == scoped.rest.npos || end <= prefix.size()) {
      throw Error(word.place, printable(word.text) + " names no " + std::string(prefix.substr(0, prefix.size() - 1)),
                  "ask the admin to write " + std::string(prefix) + "NAME.KEY=VALUE");
    }
    scoped.scope = scope;
    scoped.name = scoped.rest.substr(prefix.size(), end - prefix.size());
    scoped.rest.remove_prefix(end + 1);
    break;
  }
  return scoped;
}

std::optional<bool> is_for(const ScopedWord& word, const Subject& subject) {
  switch (word.scope) {
    case Scope::kAll: break;
    case Scope::kPartition:
      return subject.partition ? std::optional(*subject.partition == word.name) : std::nullopt;
    case Scope::kAccount: return subject.account ? std::optional(*subject.account == word.name) : std::nullopt;
    case Scope::kGroup: return is_member(subject.groups, word.name);
  }
  return true;
}

}  // namespace slipway
