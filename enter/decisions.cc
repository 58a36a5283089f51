#include "enter/decisions.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "enter/text.h"
#include "helper/wire.h"

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

// What follows one of the prefixes in a "PREFIX_NAME=value"; nullptr: it has none of them.
const char* injected(const char* variable) {
  constexpr const char* kPrefixes[] = {"SINGULARITYENV_", "APPTAINERENV_", "SLIPWAYENV_"};
  for (const char* prefix : kPrefixes) {
    const size_t length = strlen(prefix);
    if (strncmp(variable, prefix, length) == 0 && variable[length] != '=') return variable + length;
  }
  return nullptr;
}

// As the incumbents have it: these two names stand for a part of PATH.
bool extend_path(const char* assignment) {
  const char* const before = value_of(assignment, "PREPEND_PATH");
  const char* const behind = value_of(assignment, "APPEND_PATH");
  if (!before && !behind) return false;
  const char* const path = getenv("PATH") ? getenv("PATH") : "";
  const char* const first = before ? before : path;
  const char* const second = before ? path : behind;
  char* const joined = static_cast<char*>(malloc(strlen(first) + strlen(second) + sizeof "PATH=:"));
  if (!joined) fail_call(kWhat, "malloc");
  stpcpy(stpcpy(stpcpy(stpcpy(joined, "PATH="), first), ":"), second);
  set_variable(joined);
  return true;
}

// The rank's variables that set others inside, taken before any is dropped. Ended by nullptr; nullptr: none.
const char** injections() {
  size_t count = 0;
  for (char** variable = environ; *variable; ++variable) count += injected(*variable) != nullptr;
  if (count == 0) return nullptr;
  const char** const found = static_cast<const char**>(malloc((count + 1) * sizeof *found));
  if (!found) fail_call(kWhat, "malloc");
  const char** next = found;
  for (char** variable = environ; *variable; ++variable) {
    if (const char* const assignment = injected(*variable)) *next++ = assignment;
  }
  *next = nullptr;
  return found;
}

void inject(const char** assignments) {
  for (; assignments && *assignments; ++assignments) {
    if (!extend_path(*assignments)) set_variable(*assignments);
  }
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
    else if (const char* const notice = value_of(entry, "notice")) decisions.notice = notice;
    else if (const char* const remedy = value_of(entry, "interpreter_remedy")) decisions.interpreter_remedy = remedy;
    else if (value_of(entry, "drop") || value_of(entry, "pass") || value_of(entry, "keep")) continue;
    else if (value_of(entry, "front")) continue;
    else if (const char* const always = value_of(entry, "set")) set_variable(always);
    else if (const char* const missing = value_of(entry, "fill")) {
      if (!has_variable(missing)) set_variable(missing);
    } else refuse();
  }
  if (!decisions.cwd) refuse();
  inject(injected_by_user);
  return decisions;
}

char** with_words_in_front(const Decisions& decisions, char** words) {
  size_t in_front = 0, own = 0;
  const auto for_each_front = [&](auto visit) {
    for (const char* entry = decisions.entries; entry < decisions.end; entry += strlen(entry) + 1) {
      if (const char* const word = value_of(entry, "front")) visit(word);
    }
  };
  for_each_front([&](const char*) { ++in_front; });
  if (in_front == 0) return words;
  while (words[own]) ++own;
  if (own == 1 && strcmp(words[0], "-") == 0) own = 0;
  char** const all = static_cast<char**>(malloc((in_front + own + 1) * sizeof *all));
  if (!all) fail_call(kWhat, "malloc");
  char** next = all;
  for_each_front([&](const char* word) { *next++ = const_cast<char*>(word); });
  for (size_t i = 0; i < own; ++i) *next++ = words[i];
  *next = nullptr;
  return all;
}

}  // namespace slipway
