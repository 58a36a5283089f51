// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/privileges.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace slipway {

namespace {

// As in linux/capability.h, which not every C library brings along.
struct Header {
  uint32_t version;
  int pid;
};
struct Sets {
  uint32_t effective, permitted, inheritable;
};
constexpr uint32_t kVersion3 = 0x20080522;

}  // namespace

const char* set_capabilities(uint64_t effective, uint64_t permitted) {
  const auto low = [](uint64_t mask) { return static_cast<uint32_t>(mask); };
  const auto high = [](uint64_t mask) { return static_cast<uint32_t>(mask >> 32); };
  Header header{kVersion3, 0};
  const Sets sets[] = {{low(effective), low(permitted), 0}, {high(effective), high(permitted), 0}};
  return syscall(SYS_capset, &header, sets) == 0 ? nullptr : "capset";
}

const char* give_up_all_privileges() {
  // EINVAL ends the loop at the last capability of this kernel, whatever our headers know.
  unsigned long capability = 0;
  while (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0) ++capability;
  if (capability == 0 || errno != EINVAL) return "prctl(PR_CAPBSET_DROP)";
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return "prctl(PR_CAP_AMBIENT)";
  if (const char* const failed = set_capabilities(0, 0)) return failed;
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? nullptr : "prctl(PR_SET_NO_NEW_PRIVS)";
}

const char* become_undumpable() { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? nullptr : "prctl(PR_SET_DUMPABLE)"; }

}  // namespace slipway
