// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/settings.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "lib/base/error.h"
#include "lib/options/keys.h"
#include "lib/options/widening.h"

namespace slipway {

namespace {

// "required spank_slipway.so", say: somebody took the one file for the other.
bool is_line_of_plugstack(std::string_view text) {
  constexpr std::string_view kFirstWords[] = {"required", "optional", "include"};
  const std::string_view first = text.substr(0, text.find_first_of(" \t"));
  return first.size() < text.size() &&
         std::find(std::begin(kFirstWords), std::end(kFirstWords), first) != std::end(kFirstWords);
}

const Key& key_of(const SettingWord& word, const ScopedWord& scoped) {
  const std::string_view name = scoped.rest.substr(0, scoped.rest.find('='));
  const Key* const key = find_key(name);
  if (!key && is_line_of_plugstack(word.text)) {
    throw Error(word.place, printable(word.text) + " is a line of plugstack.conf, and this file holds keys",
                "ask the admin to keep it in plugstack.conf, and to name in config= a file with lines KEY=VALUE only "
                "(slipway.conf(5))");
  }
  if (!key) {
    throw Error(word.place, "unknown key " + printable(std::string(name)),
                "ask the admin to correct it; slipway.conf(5) lists the keys");
  }
  if (scoped.scope != Scope::kAll && key->is_for_all) {
    throw Error(word.place, std::string(name) + "= is for all steps or none",
                "ask the admin to write it without partition:, account: or group:");
  }
  return *key;
}

void read_word(Settings& settings, const Key& key, const SettingWord& word, const ScopedWord& scoped) {
  const std::string remedy = "ask the admin to set " + std::string(key.name) + "= to " + key.expects;
  bool is_good = false;
  try {
    is_good = key.name.size() < scoped.rest.size() && key.read(settings, scoped.rest.substr(key.name.size() + 1));
  } catch (const Error& error) {  // of a reader that users' options have too: it does not know where the word stands
    throw Error(word.place, error.what(), remedy);
  }
  if (!is_good) throw Error(word.place, printable(word.text) + " is no good value", remedy);
}

struct Found {
  const Key* key;
  const SettingWord* word;
  ScopedWord scoped;
};

// Those of the subject's. A word for others must be a good one, too.
std::vector<Found> find_words(Settings& settings, const Subject& subject) {
  std::vector<Found> found;
  for (const SettingWord& word : settings.words) {
    const ScopedWord scoped = scoped_word(word);
    const Key& key = key_of(word, scoped);
    Settings nobodys;
    read_word(nobodys, key, word, scoped);
    const std::optional<bool> counts = is_for(scoped, subject);
    settings.depends_on_job |= !counts.has_value();
    if (counts.value_or(false)) found.push_back({&key, &word, scoped});
  }
  return found;
}

// Of the words for one key, those with the narrowest scope count.
std::vector<Found> narrowest(const std::vector<Found>& found) {
  std::map<const Key*, Scope> scopes;
  for (const auto& [key, word, scoped] : found) scopes[key] = std::max(scopes[key], scoped.scope);
  std::vector<Found> counting;
  std::copy_if(found.begin(), found.end(), std::back_inserter(counting),
               [&](const Found& one) { return one.scoped.scope == scopes[one.key]; });
  return counting;
}

Settings settings_with(const std::vector<Found>& counting) {
  Settings settings;
  for (const auto& [key, word, scoped] : counting) read_word(settings, *key, *word, scoped);
  return settings;
}

// Takes those words of a scope out that let users have more than all words of wider scopes do; `found` has none of
// narrower ones.
void drop_widening(Settings& settings, std::vector<Found>& found, Scope scope) {
  std::vector<Found> others;
  std::copy_if(found.begin(), found.end(), std::back_inserter(others),
               [&](const Found& one) { return one.scoped.scope != scope; });
  if (others.size() == found.size()) return;
  const Settings without = settings_with(narrowest(others));
  const std::vector<Found> counting = narrowest(found);
  const Settings with = settings_with(counting);
  std::set<const Key*> wider;
  for (const Found& one : counting) {
    if (one.scoped.scope != scope || !widens(one.key->name, without, with)) continue;
    wider.insert(one.key);
    settings.not_counted.push_back(*one.word);
  }
  std::erase_if(found, [&](const Found& one) { return one.scoped.scope == scope && wider.contains(one.key); });
}

// What the user says of the job takes nothing away that a wider scope forbids: first the partition, then the account,
// which wins over it.
void drop_unchecked(Settings& settings, std::vector<Found>& found) {
  std::vector<Found> accounts;
  std::copy_if(found.begin(), found.end(), std::back_inserter(accounts),
               [](const Found& one) { return one.scoped.scope == Scope::kAccount; });
  std::erase_if(found, [](const Found& one) { return one.scoped.scope == Scope::kAccount; });
  drop_widening(settings, found, Scope::kPartition);
  found.insert(found.end(), accounts.begin(), accounts.end());
  drop_widening(settings, found, Scope::kAccount);
}

void read_words(Settings& settings, const Subject& subject) {
  std::vector<Found> found = find_words(settings, subject);
  if (!subject.is_checked) drop_unchecked(settings, found);
  for (const auto& [key, word, scoped] : narrowest(found)) {
    read_word(settings, *key, *word, scoped);
    settings.in_force.push_back(*word);
  }
}

}  // namespace

bool is_key_word(const std::string& word) {
  const size_t equals = word.find('=');
  if (equals == word.npos || word.starts_with(kConfig)) return equals != word.npos;
  const SettingWord whole{word, ""};
  try {
    const std::string_view rest = scoped_word(whole).rest;
    return find_key(rest.substr(0, rest.find('='))) != nullptr;
  } catch (const Error&) {
    return true;  // of a scope without a name
  }
}

Settings read_settings(std::span<const SettingWord> words, const Subject& subject) {
  Settings settings;
  settings.words.assign(words.begin(), words.end());
  try {
    read_words(settings, subject);
  } catch (const Error& error) {
    settings.error = error.what();
  }
  return settings;
}

Settings read_settings(std::span<const std::string> words, const Subject& subject, const std::string& place) {
  std::vector<SettingWord> all;
  std::string unreadable;
  for (const std::string& word : words) {
    try {
      for (SettingWord& found : setting_words(std::span(&word, 1), place)) all.push_back(std::move(found));
    } catch (const Error& error) {
      if (unreadable.empty()) unreadable = error.what();
    }
  }
  Settings settings = read_settings(all, subject);
  if (!unreadable.empty()) settings.error = unreadable;
  return settings;
}

void refuse_unknown_subject(const Settings& settings) {
  if (!settings.depends_on_job) return;
  throw Error("container", "this node cannot tell the job's partition or account, or the members of a group",
              "ask the admin about partition:, account: and group: in slipway.conf(5)");
}

std::string words_of_key(const Settings& settings, std::string_view key) {
  const auto words_in = [&](const std::vector<SettingWord>& words) {
    std::string text;
    for (const SettingWord& word : words) {
      const std::string_view rest = scoped_word(word).rest;
      if (rest.substr(0, rest.find('=')) != key) continue;
      text += (text.empty() ? "" : ", ") + printable(word.text) + " in " + word.place;
    }
    return text;
  };
  const std::string counted = words_in(settings.in_force), not_counted = words_in(settings.not_counted);
  if (not_counted.empty()) return counted;
  return (counted.empty() ? "" : counted + "; ") + not_counted + " does not count: slurm.conf has no " + kChecksJobs;
}

}  // namespace slipway
