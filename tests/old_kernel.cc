// SPDX-License-Identifier: BSD-3-Clause

// old-kernel RELEASE COMMAND [WORD]...: runs a command, and all that it starts, as under a kernel of RELEASE: system
// calls that came later do not exist there (ENOSYS), and what the remaining ones learnt later they refuse. A mock: what
// an old kernel gets wrong in other ways is not seen. Stays until the last of those processes has ended.

#include <poll.h>
#include <seccomp.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>

#include "lib/kernel/channel.h"

namespace {

struct Kernel {
  const char* release;
  int last_call;  // the highest number of a system call; from 424 on they are the same on all architectures
  bool has_loop_configure;              // 5.8
  bool has_overlay_in_user_namespaces;  // 5.11
  bool has_idmapped_squashfs;           // 6.2
  // And none has users' attributes on tmpfs (6.6), as far as lsetxattr(2) sets them.
};

constexpr Kernel kKernels[] = {
    {"4.18", 423, false, false, false},
    {"5.14", 447, true, true, false},
    {"5.15", 448, true, true, false},
    {"6.1", 450, true, true, false},
};

constexpr int kLastCallOfAnyKernel = 600;
constexpr uint32_t kLoopConfigure = 0x4C0A;
constexpr uint64_t kIdMap = 0x100000;  // MOUNT_ATTR_IDMAP

[[noreturn]] void die(const char* what) {
  fprintf(stderr, "old-kernel: %s: %s\n", what, strerror(errno));
  _exit(1);
}

void must(int result, const char* what) {
  if (result >= 0) return;
  errno = -result;
  die(what);
}

int load_filter(const Kernel& kernel) {
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  // Without no_new_privs, which is ours to test.
  must(seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0), "seccomp_attr_set");
  must(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2), "seccomp_attr_set");
  for (int call = kernel.last_call + 1; call <= kLastCallOfAnyKernel; ++call) {
    must(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), call, 0), "seccomp_rule_add");
  }
  if (!kernel.has_loop_configure) {
    must(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(ioctl), 1, SCMP_A1_32(SCMP_CMP_EQ, kLoopConfigure)),
         "seccomp_rule_add(ioctl)");
  }
  must(seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(mount), 0), "seccomp_rule_add(mount)");
  if (kernel.last_call >= SYS_mount_setattr) {
    must(seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SYS_mount_setattr, 0), "seccomp_rule_add(mount_setattr)");
  }
  must(seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(lsetxattr), 0), "seccomp_rule_add(lsetxattr)");
  must(seccomp_load(filter), "seccomp_load");
  return seccomp_notify_fd(filter);
}

bool read_memory(pid_t process, uint64_t address, void* buffer, size_t size) {
  const iovec ours{buffer, size}, theirs{reinterpret_cast<void*>(address), size};
  return process_vm_readv(process, &ours, 1, &theirs, 1, 0) == static_cast<ssize_t>(size);
}

bool is_in_our_user_namespace(pid_t process) {
  std::error_code error;
  const auto namespace_of = [&](const std::string& id) {
    return std::filesystem::read_symlink("/proc/" + id + "/ns/user", error);
  };
  return namespace_of(std::to_string(process)) == namespace_of("self");
}

bool is_on_tmpfs(pid_t process, const char* path) {
  struct statfs status;
  const std::string from = "/proc/" + std::to_string(process) + (path[0] == '/' ? "/root" : "/cwd/") + path;
  return statfs(from.c_str(), &status) == 0 && status.f_type == TMPFS_MAGIC;
}

// The error with which the old kernel answers, or 0.
int refusal(const Kernel& kernel, const seccomp_notif& call) {
  if (call.data.nr == SYS_lsetxattr) {
    char path[256] = "", name[sizeof "user."] = "";
    // As much as lies in front of the end of what is mapped there.
    for (size_t size = sizeof path - 1; size > 0 && !read_memory(call.pid, call.data.args[0], path, size);) size /= 2;
    read_memory(call.pid, call.data.args[1], name, sizeof name - 1);
    return strcmp(name, "user.") == 0 && is_on_tmpfs(call.pid, path) ? EOPNOTSUPP : 0;
  }
  if (call.data.nr == SYS_mount) {
    char type[sizeof "overlay"];
    const bool is_overlay = read_memory(call.pid, call.data.args[2], type, sizeof type) &&
                            memcmp(type, "overlay", sizeof type) == 0;
    return is_overlay && !kernel.has_overlay_in_user_namespaces && !is_in_our_user_namespace(call.pid) ? EPERM : 0;
  }
  uint64_t set = 0;
  read_memory(call.pid, call.data.args[3], &set, sizeof set);
  return set & kIdMap && !kernel.has_idmapped_squashfs ? EINVAL : 0;
}

// Until no process is left that has the filter.
void supervise(const Kernel& kernel, const slipway::Fd& filter) {
  seccomp_notif* call;
  seccomp_notif_resp* answer;
  must(seccomp_notify_alloc(&call, &answer), "seccomp_notify_alloc");
  for (;;) {
    pollfd wait{filter.get(), POLLIN, 0};
    if (poll(&wait, 1, -1) < 0 && errno != EINTR) die("poll");
    if (wait.revents & POLLHUP) return;
    memset(call, 0, sizeof *call);
    if (!(wait.revents & POLLIN) || seccomp_notify_receive(filter.get(), call) != 0) continue;  // killed meanwhile
    const int error = refusal(kernel, *call);
    *answer = {call->id, 0, -error, error ? 0u : unsigned{SECCOMP_USER_NOTIF_FLAG_CONTINUE}};
    seccomp_notify_respond(filter.get(), answer);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Kernel* kernel = nullptr;
  for (const Kernel& known : kKernels) {
    if (argc > 2 && strcmp(argv[1], known.release) == 0) kernel = &known;
  }
  if (!kernel) {
    fputs("usage: old-kernel 4.18|5.14|5.15|6.1 COMMAND [WORD]...\n", stderr);
    return 2;
  }
  slipway::SocketPair pair = slipway::socket_pair();
  const pid_t child = fork();
  if (child < 0) die("fork");
  const char loaded = 1;
  if (child == 0) {
    const int filter = load_filter(*kernel);
    if (!slipway::send_datagram(pair.theirs.get(), slipway::bytes_of(loaded), std::span(&filter, 1))) die("sendmsg");
    close(filter);
    execvp(argv[2], argv + 2);
    die(argv[2]);
  }
  pair.theirs.reset();
  char byte;
  const slipway::Datagram datagram = slipway::receive_datagram(pair.ours.get(), slipway::writable_bytes_of(byte));
  if (datagram.descriptors.size() != 1) return 1;
  supervise(*kernel, datagram.descriptors[0]);
  return 0;
}
