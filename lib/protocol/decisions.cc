// SPDX-License-Identifier: BSD-3-Clause
#include "lib/protocol/decisions.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/text.h"
#include "lib/protocol/release_entry.h"
#include "lib/protocol/wire.h"

extern char** environ;

namespace slipway {

namespace {

constexpr char kWhat[] = "container plan";

[[noreturn]] void refuse() {
  fail(kExitRefused, kWhat, "slipway's plugin and helpers are of different releases",
       "ask the admin to finish the upgrade of this node");
}

// What follows `key` and "=" in an entry, or nullptr when it is of another key.
const char* value_of(const char* entry, const char* key) {
  const size_t length = strlen(key);
  return strncmp(entry, key, length) == 0 && entry[length] == '=' ? entry + length + 1 : nullptr;
}

// Whether the environment has the variable of a "NAME=value".
bool has_variable(const char* assignment) {
  const size_t length = strcspn(assignment, "=") + 1;
  for (char** variable = environ; *variable; ++variable) {
    if (strncmp(*variable, assignment, length) == 0) return true;
  }
  return false;
}

// Whether a rule's name, which may end with *, fits the variable of a "NAME=value".
bool fits(const char* name, const char* variable) {
  const size_t length = strcspn(name, "*");
  return strncmp(name, variable, length) == 0 && (name[length] == '*' || variable[length] == '=');
}

// Takes away each variable of the rank whose last fitting rule says so. The rules are among the plan's entries.
void drop_variables(const char* entries, const char* end) {
  char** kept = environ;
  for (char** variable = environ; *variable; ++variable) {
    bool stays = true;
    for (const char* rule = entries; rule < end; rule += strlen(rule) + 1) {
      const char* const drop = value_of(rule, "drop");
      const char* const pass = value_of(rule, "pass");
      if ((drop && fits(drop, *variable)) || (pass && fits(pass, *variable))) stays = pass;
    }
    if (stays) *kept++ = *variable;
  }
  *kept = nullptr;
}

void set_variable(const char* assignment) {
  // putenv(3) keeps the string as it is and takes it as writable by tradition only.
  if (putenv(const_cast<char*>(assignment)) != 0) fail_call(kWhat, "putenv");
}

// The weakest first: a name that several prefixes set gets what the strongest says.
constexpr const char* kPrefixes[] = {"SINGULARITYENV_", "APPTAINERENV_", "SLIPWAYENV_"};
constexpr size_t kPrefixCount = sizeof kPrefixes / sizeof *kPrefixes;

// What follows the prefix in a "PREFIX_NAME=value"; nullptr: another variable.
const char* injected(const char* variable, size_t prefix) {
  const size_t length = strlen(kPrefixes[prefix]);
  const bool is_one = strncmp(variable, kPrefixes[prefix], length) == 0 && variable[length] && variable[length] != '=';
  return is_one ? variable + length : nullptr;
}

// Whether a stronger prefix sets what this "NAME=value" of `prefix` sets.
bool is_overruled(const char* assignment, size_t prefix) {
  const size_t length = strcspn(assignment, "=") + 1;
  for (size_t stronger = prefix + 1; stronger < kPrefixCount; ++stronger) {
    for (char** variable = environ; *variable; ++variable) {
      const char* const other = injected(*variable, stronger);
      if (other && strncmp(other, assignment, length) == 0) return true;
    }
  }
  return false;
}

// The rank's variables that set others inside, each name once, taken before any is dropped. Ended by nullptr; nullptr:
// none.
const char** injections() {
  size_t count = 0;
  const auto for_each = [](auto visit) {
    for (size_t prefix = 0; prefix < kPrefixCount; ++prefix) {
      for (char** variable = environ; *variable; ++variable) {
        const char* const assignment = injected(*variable, prefix);
        if (assignment && !is_overruled(assignment, prefix)) visit(assignment);
      }
    }
  };
  for_each([&](const char*) { ++count; });
  if (count == 0) return nullptr;
  const char** const found = static_cast<const char**>(malloc((count + 1) * sizeof *found));
  if (!found) fail_call(kWhat, "malloc");
  const char** next = found;
  for_each([&](const char* assignment) { *next++ = assignment; });
  *next = nullptr;
  return found;
}

// The value that one of the assignments gives to `name`; nullptr: there is none, or it is empty.
const char* value_among(const char** assignments, const char* name) {
  for (; *assignments; ++assignments) {
    const char* const value = value_of(*assignments, name);
    if (value && *value) return value;
  }
  return nullptr;
}

// `first` and `second` are parts of a search path. An empty one would be the working directory.
void set_search_path(const char* name, const char* first, const char* second) {
  char* const joined = static_cast<char*>(malloc(strlen(name) + strlen(first) + strlen(second) + sizeof "=:"));
  if (!joined) fail_call(kWhat, "malloc");
  stpcpy(stpcpy(stpcpy(stpcpy(stpcpy(joined, name), "="), first), *first && *second ? ":" : ""), second);
  set_variable(joined);
}

const char* own(const char* name) { return getenv(name) ? getenv(name) : ""; }

// As the incumbents have it: PREPEND_PATH and APPEND_PATH stand for a part of PATH, and a PATH beats both.
void inject(const char** assignments) {
  if (!assignments) return;
  const char* const before = value_among(assignments, "PREPEND_PATH");
  const char* const behind = value_among(assignments, "APPEND_PATH");
  if (before) set_search_path("PATH", before, own("PATH"));
  if (behind) set_search_path("PATH", own("PATH"), behind);
  for (; *assignments; ++assignments) {
    if (!value_of(*assignments, "PREPEND_PATH") && !value_of(*assignments, "APPEND_PATH")) set_variable(*assignments);
  }
}

// Calls `visit` with the value of each of the plan's entries with this key.
template <typename Visit>
void for_each_of(const char* key, const Decisions& decisions, Visit visit) {
  for (const char* value = nullptr; (value = next_value(decisions, key, value));) visit(value);
}

// Of an entry that is "NAME=directories".
struct SearchPath {
  char name[64];
  const char* directories;
};

SearchPath search_path_of(const char* assignment) {
  SearchPath path;
  const size_t length = strcspn(assignment, "=");
  if (!assignment[length] || length >= sizeof path.name) refuse();
  memcpy(path.name, assignment, length);
  path.name[length] = '\0';
  path.directories = assignment + length + 1;
  return path;
}

// What comes first on a search path, whatever step and image have there.
void put_in_front(const char* key, const Decisions& decisions) {
  for_each_of(key, decisions, [](const char* assignment) {
    const SearchPath path = search_path_of(assignment);
    set_search_path(path.name, path.directories, own(path.name));
  });
}

// What comes last on one that the rank has. The image's scripts have seen it there, and may have kept it.
void put_behind(const char* key, const Decisions& decisions) {
  for_each_of(key, decisions, [](const char* assignment) {
    const SearchPath path = search_path_of(assignment);
    const char* const before = own(path.name);
    if (*before && !strstr(before, path.directories)) set_search_path(path.name, before, path.directories);
  });
}

}  // namespace

Decisions apply_decisions(int plan) {
  struct stat status;
  if (fstat(plan, &status) != 0) fail_call(kWhat, "fstat");
  void* const mapped = mmap(nullptr, status.st_size, PROT_READ, MAP_PRIVATE, plan, 0);
  if (mapped == MAP_FAILED) fail_call(kWhat, "mmap");
  const char* entry = static_cast<const char*>(mapped);
  Decisions decisions;
  decisions.end = entry + status.st_size;
  if (decisions.end[-1] != '\0' || strcmp(entry, kReleaseEntry) != 0) refuse();
  entry += strlen(entry) + 1;
  decisions.entries = entry;

  const char** const injected_by_user = injections();
  drop_variables(entry, decisions.end);
  for (; entry < decisions.end; entry += strlen(entry) + 1) {
    if (const char* const path = value_of(entry, "cwd")) decisions.cwd = path;
    else if (const char* const no_pmix = value_of(entry, "no_pmix")) decisions.no_pmix = no_pmix;
    else if (const char* const old_pmix = value_of(entry, "old_pmix")) decisions.old_pmix = old_pmix;
    else if (const char* const lacks_pmix = value_of(entry, "lacks_pmix")) decisions.lacks_pmix = lacks_pmix;
    else if (const char* const lacks_munge = value_of(entry, "lacks_munge")) decisions.lacks_munge = lacks_munge;
    else if (const char* const lacks_pmi = value_of(entry, "lacks_pmi")) decisions.lacks_pmi = lacks_pmi;
    else if (const char* const launcher = value_of(entry, "launcher")) decisions.launcher = launcher;
    else if (const char* const no_mpi = value_of(entry, "no_mpi")) decisions.no_mpi = no_mpi;
    else if (value_of(entry, "batch")) decisions.is_batch = true;
    else if (const char* const remedy = value_of(entry, "interpreter_remedy")) decisions.interpreter_remedy = remedy;
    else if (value_of(entry, "drop") || value_of(entry, "pass") || value_of(entry, "keep")) continue;
    else if (value_of(entry, "front") || value_of(entry, "notice") || value_of(entry, "lead")) continue;
    else if (value_of(entry, "behind")) continue;
    else if (value_of(entry, "gpu_set") || value_of(entry, "gpu_lead") || value_of(entry, "nic")) continue;
    else if (value_of(entry, "gpu_notice") || value_of(entry, "gpu_demand")) continue;
    else if (const char* const no_driver = value_of(entry, "no_driver")) decisions.no_driver = no_driver;
    else if (const char* const bind = value_of(entry, "gpu_bind")) {
      if (!topology::read_gpu_bind(bind, &decisions.gpu_bind)) refuse();
      decisions.shows_gpus = true;
    } else if (value_of(entry, "hosts_dev")) decisions.has_hosts_dev = true;
    else if (const char* const always = value_of(entry, "set")) set_variable(always);
    else if (const char* const missing = value_of(entry, "fill")) {
      if (!has_variable(missing)) set_variable(missing);
    } else refuse();
  }
  if (!decisions.cwd) refuse();
  inject(injected_by_user);
  put_in_front("lead", decisions);
  put_behind("behind", decisions);
  return decisions;
}

void set_gpu_variables(const Decisions& decisions) {
  for_each_of("gpu_set", decisions, set_variable);
  put_in_front("gpu_lead", decisions);
}

const char* next_value(const Decisions& decisions, const char* key, const char* previous) {
  const char* entry = previous ? previous + strlen(previous) + 1 : decisions.entries;
  for (; entry < decisions.end; entry += strlen(entry) + 1) {
    if (const char* const value = value_of(entry, key)) return value;
  }
  return nullptr;
}

void tell_notices(const Decisions& decisions) {
  for_each_of("notice", decisions, [](const char* notice) { tell(notice); });
}

char** with_words_in_front(const Decisions& decisions, char** words) {
  size_t in_front = 0, own = 0;
  for_each_of("front", decisions, [&](const char*) { ++in_front; });
  if (in_front == 0) return words;
  while (words[own]) ++own;
  if (own == 1 && strcmp(words[0], "-") == 0) own = 0;
  char** const all = static_cast<char**>(malloc((in_front + own + 1) * sizeof *all));
  if (!all) fail_call(kWhat, "malloc");
  char** next = all;
  for_each_of("front", decisions, [&](const char* word) { *next++ = const_cast<char*>(word); });
  for (size_t i = 0; i < own; ++i) *next++ = words[i];
  *next = nullptr;
  return all;
}

}  // namespace slipway
