// SPDX-License-Identifier: BSD-3-Clause
#include "helper/stage/upper_layer.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "helper/stage/loop.h"
#include "lib/base/error.h"
#include "lib/base/memory_size.h"
#include "lib/kernel/memory_file.h"
#include "lib/kernel/user_attributes.h"
#include "lib/process/child.h"
#include "lib/protocol/work_directory.h"

namespace slipway {

namespace {

constexpr uint64_t kBlock = 4096;
constexpr uint64_t kLeast = 1 << 20;  // bytes: less holds no ext4

struct Handed {
  char over = 1;
};

// The body of the process that becomes mke2fs. The file is one that root alone has ever had.
void run_mke2fs(const Request& request, int socket) {
  Handed handed;
  const Datagram datagram = receive_datagram(socket, writable_bytes_of(handed));
  if (datagram.size != sizeof handed || datagram.descriptors.size() != 1) return;
  const int file = datagram.descriptors[0].get();
  // The file is zeros already, and lives no longer than its mount: nothing is written to be safe, or to grow later.
  const std::string owner = std::to_string(request.uid) + ":" + std::to_string(request.gid);
  std::vector<std::string> words = {
      "mke2fs", "-q", "-F", "-t", "ext4", "-b", std::to_string(kBlock), "-m", "0",
      "-i", "8192",  // bytes for each file at the least: as many as a tmpfs has
      "-O", "^has_journal,^resize_inode", "-E", "nodiscard,lazy_itable_init=1,root_owner=" + owner,
      "/proc/self/fd/" + std::to_string(file)};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  // Not the site's /etc/mke2fs.conf, which may ask for what an overlay does not take, or for a panic at an error.
  char config[] = "MKE2FS_CONFIG=/nonexistent";
  char* const environment[] = {config, nullptr};
  const Fd nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nothing.get(), stream);
  fcntl(file, F_SETFD, 0);
  fcntl(socket, F_SETFD, FD_CLOEXEC);
  for (const char* program : {"/sbin/mke2fs", "/usr/sbin/mke2fs"}) execve(program, arguments.data(), environment);
  throw system_error("mke2fs", "execve");
}

void make_ext4(const Request& request, const Fd& file) {
  Child mke2fs([&](int socket) { run_mke2fs(request, socket); });
  const int descriptor = file.get();
  mke2fs.send(bytes_of(Handed{}), std::span(&descriptor, 1));
  mke2fs.wait_for_exec();
  const int status = mke2fs.wait();
  if (status != 0) throw Error("mke2fs", "ended with status " + std::to_string(status));
}

void mount_ext4(const Request& request) {
  const uint64_t all = bytes_of_memory_size("100%"), allowed = bytes_of_memory_size(request.settings.writable_size);
  const uint64_t most = allowed == 0 ? all : std::min(allowed, all);  // tmpfs takes 0 as no limit, too
  const uint64_t size = std::max(most, kLeast) / kBlock * kBlock;
  const Fd file = memory_file("slipway-upper");
  if (!file || ftruncate(file.get(), static_cast<off_t>(size)) != 0) throw system_error("container", "memfd_create");
  make_ext4(request, file);
  const LoopDevice loop = attach_loop(file.get(), 0, size, LoopAccess::kWrite);
  // discard: what is removed is memory again.
  if (mount(loop.path.c_str(), kUpperName, "ext4", MS_NOSUID | MS_NODEV | MS_NOATIME,
            "discard,noinit_itable,errors=remount-ro") != 0) {
    throw system_error("container", "mount(ext4)");
  }
}

}  // namespace

UpperLayer mount_upper_layer(const Request& request) {
  if (request.settings.writable_layer != Settings::WritableLayer::kExt4 || has_user_attributes(kUpperName)) return {};
  try {
    mount_ext4(request);
    return {true, ""};
  } catch (const Error& error) {
    return {false, error.what()};
  }
}

}  // namespace slipway
