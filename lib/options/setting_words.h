// SPDX-License-Identifier: BSD-3-Clause

// The words of the admin's line in plugstack.conf, with those of the file that config= names in its place; each with
// the place where it stands, and those that are for some steps only told from the others.
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slipway {

// Before a file's path: its words stand in this one's place.
inline constexpr char kConfig[] = "config=";

struct SettingWord {
  std::string text;   // "writable=none" or "partition:debug.writable=all"
  std::string place;  // "plugstack.conf" or "/etc/slipway.conf line 3"
  bool operator==(const SettingWord&) const = default;
};

// For whom the settings are read: partition, account, user and groups of a step or job.
struct Subject {
  std::optional<std::string> partition, account;  // none: unknown, as on the submit host
  std::vector<gid_t> groups;
  // Whether slurmctld has checked them: that the user is in the account, and may use the partition with it
  // (AccountingStorageEnforce=associations). Else anybody may name any.
  bool is_checked = false;
  uid_t uid = static_cast<uid_t>(-1);  // unknown
};

// Whether `name`, a name or number, is that of the user, or of one of the groups. Nothing: the name service did not
// answer.
std::optional<bool> is_user(uid_t user, const std::string& name);
std::optional<bool> is_member(const std::vector<gid_t>& groups, const std::string& name);

// All groups of this process.
std::vector<gid_t> own_groups();

// `place` is where the words themselves stand. Throws Error: the file of config= cannot be read, or is not root's
// alone.
std::vector<SettingWord> setting_words(std::span<const std::string> words, const std::string& place);

// For which steps a word is; the later ones win over those before.
enum class Scope { kAll, kPartition, kAccount, kGroup };

struct ScopedWord {
  Scope scope = Scope::kAll;
  std::string name;       // of the partition, account or group
  std::string_view rest;  // "writable=all", in the word's text
};

// Throws Error: the scope has no name.
ScopedWord scoped_word(const SettingWord& word);

// Nothing: it is not known.
std::optional<bool> is_for(const ScopedWord& word, const Subject& subject);

}  // namespace slipway
