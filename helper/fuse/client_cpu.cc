// SPDX-License-Identifier: BSD-3-Clause
#include "helper/fuse/client_cpu.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

namespace slipway {

namespace {

// A look at the client's CPU costs about as much as a request: it pays when many follow, and a client may have moved.
constexpr unsigned kLookEvery = 64;

void run_on(const cpu_set_t& cpus) { sched_setaffinity(0, sizeof cpus, &cpus); }

// Field 39 of /proc/PID/stat (proc(5)), or -1. The second one ends with the last parenthesis.
int cpu_of(pid_t process) {
  const std::string path = "/proc/" + std::to_string(process) + "/stat";
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  char text[1024];
  const ssize_t size = file < 0 ? -1 : read(file, text, sizeof text - 1);
  if (file >= 0) close(file);
  if (size <= 0) return -1;
  text[size] = '\0';
  const char* at = strrchr(text, ')');
  for (int field = 2; at && field < 39; ++field) at = strchr(at + 1, ' ');
  return at ? atoi(at) : -1;
}

}  // namespace

ClientCpu::ClientCpu() {
  if (sched_getaffinity(0, sizeof allowed_, &allowed_) != 0) CPU_ZERO(&allowed_);
}

void ClientCpu::asked_by(pid_t client) {
  if (client != client_) {
    client_ = client;
    in_a_row_ = 0;
    if (is_bound_) run_on(allowed_);
    is_bound_ = false;
    return;
  }
  if (++in_a_row_ % kLookEvery != 0) return;
  const int cpu = cpu_of(client);
  if (cpu < 0 || cpu >= CPU_SETSIZE || !CPU_ISSET(cpu, &allowed_)) return;
  cpu_set_t there;
  CPU_ZERO(&there);
  CPU_SET(cpu, &there);
  run_on(there);
  is_bound_ = true;
}

}  // namespace slipway
