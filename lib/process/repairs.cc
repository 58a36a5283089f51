// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/repairs.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/process/locales.h"
#include "lib/protocol/wire.h"

namespace slipway {

namespace {

bool is_missing(const char* path, int access_mode) { return path && access(path, access_mode) != 0; }

// "unix:path=/run/user/1000/bus,guid=...": the first address' socket is looked for. Abstract ones and those of other
// kinds need no file.
bool is_missing_socket(const char* address) {
  constexpr char kPrefix[] = "unix:path=";
  if (!address || strncmp(address, kPrefix, sizeof kPrefix - 1) != 0) return false;
  address += sizeof kPrefix - 1;
  char path[PATH_MAX];
  const size_t length = strcspn(address, ",;");
  if (length >= sizeof path) return true;
  memcpy(path, address, length);
  path[length] = '\0';
  return is_missing(path, F_OK);
}

// A program that misses its locale warns, or shows its user's letters as question marks.
void repair_locales() {
  constexpr const char* kNames[] = {"LANG", "LC_ALL", "LC_ADDRESS", "LC_COLLATE", "LC_CTYPE", "LC_IDENTIFICATION",
                                    "LC_MEASUREMENT", "LC_MESSAGES", "LC_MONETARY", "LC_NAME", "LC_NUMERIC",
                                    "LC_PAPER", "LC_TELEPHONE", "LC_TIME"};
  const char* there = "C";  // most often all of them are the same
  for (const char* name : kNames) {
    const char* const locale = getenv(name);
    if (!locale || strcmp(locale, there) == 0) continue;
    if (has_locale(locale)) there = locale;
    else setenv(name, "C.UTF-8", 1);
  }
}

// Intel MPI is told the path of Slurm's library on the host.
void repair_pmi_library() {
  constexpr char kName[] = "I_MPI_PMI_LIBRARY";
  if (!is_missing(getenv(kName), R_OK)) return;
  if (access(kPmi2Library, R_OK) == 0) setenv(kName, kPmi2Library, 1);
  else unsetenv(kName);
}

}  // namespace

void repair_environment() {
  if (is_missing(getenv("TMPDIR"), W_OK | X_OK)) setenv("TMPDIR", "/tmp", 1);
  if (is_missing(getenv("SHELL"), X_OK)) setenv("SHELL", "/bin/sh", 1);
  repair_locales();
  repair_pmi_library();
  if (is_missing(getenv("XDG_RUNTIME_DIR"), X_OK)) unsetenv("XDG_RUNTIME_DIR");
  if (is_missing_socket(getenv("DBUS_SESSION_BUS_ADDRESS"))) unsetenv("DBUS_SESSION_BUS_ADDRESS");
}

}  // namespace slipway
