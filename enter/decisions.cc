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

}  // namespace

const char* apply_decisions(int plan) {
  struct stat status;
  if (fstat(plan, &status) != 0) fail_call(kWhat, "fstat");
  void* const mapped = mmap(nullptr, status.st_size, PROT_READ, MAP_PRIVATE, plan, 0);
  if (mapped == MAP_FAILED) fail_call(kWhat, "mmap");
  const char* entry = static_cast<const char*>(mapped);
  const char* const end = entry + status.st_size;
  if (end[-1] != '\0' || strcmp(entry, kReleaseEntry) != 0) refuse();

  const char* cwd = nullptr;
  entry += strlen(entry) + 1;
  drop_variables(entry, end);
  for (; entry < end; entry += strlen(entry) + 1) {
    if (const char* const path = value_of(entry, "cwd")) cwd = path;
    else if (value_of(entry, "drop") || value_of(entry, "pass")) continue;
    else if (const char* const always = value_of(entry, "set")) set_variable(always);
    else if (const char* const missing = value_of(entry, "fill")) {
      if (!has_variable(missing)) set_variable(missing);
    } else refuse();
  }
  if (!cwd) refuse();
  return cwd;
}

}  // namespace slipway
