// SPDX-License-Identifier: BSD-3-Clause
#include "helper/stage/fuse_server.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "helper/stage/image_mount.h"
#include "lib/base/error.h"
#include "lib/process/identity.h"
#include "lib/process/replaced.h"
#include "lib/process/step_member.h"
#include "lib/protocol/work_directory.h"

namespace slipway {

namespace {

constexpr char kCopyName[] = "slipway-fuse";  // as ps shows the server
constexpr char kKey[] = "fuse_program=";

// Of the server, whatever the program expects of its own: above what it may open itself.
constexpr int kImageFd = 10, kDeviceFd = 11;

struct Ready {
  char done = 1;
};

// The order, as the watcher gives it on.
struct Start {
  FuseOrder order;
  pid_t rank;
};

Error unfit(const std::string& program, const std::string& why) {
  return Error(kKey + printable(program), why,
               "ask the admin to install squashfuse on this node, or to correct fuse_program= in plugstack.conf");
}

Fd open_program(const std::string& program) {
  constexpr int kFlags = O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
  Fd file(open(program.c_str(), kFlags));
  if (!file && errno == ENOENT) file.reset(open(replaced_path(program).c_str(), kFlags));
  if (!file) throw unfit(program, strerror(errno));
  struct stat status;
  if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) throw unfit(program, "is not a program");
  if (status.st_uid != 0 || status.st_mode & (S_IWGRP | S_IWOTH)) {
    throw unfit(program, "can be written by others than root");
  }
  return file;
}

// A copy that its user can execute but not read: no process of theirs can then trace the server, or take the device
// from it with pidfd_getfd, with which ranks could be made to wait for ever.
void copy_program(const std::string& program) {
  const Fd source = open_program(program);
  const Fd copy(open(kCopyName, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0711));
  if (!copy) throw system_error(kCopyName, "open");
  ssize_t copied;
  do copied = sendfile(copy.get(), source.get(), nullptr, 1 << 20);
  while (copied > 0);
  if (copied < 0) throw system_error(kCopyName, "sendfile", "use a program of less than 64 MiB");
}

void be_deaf() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
}

void run_server(const Request& request, int socket) {
  // A namespace of its own, which never contains the FUSE mount: that would keep the mount, and so the server, alive.
  make_private_mount_namespace();
  if (mount("slipway", kWorkDirectory, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0711,size=64m") != 0 ||
      chdir(kWorkDirectory) != 0) {
    throw system_error(kWorkDirectory, "mount(tmpfs)", "ask the admin to install slipway completely on this node");
  }
  copy_program(request.settings.fuse_program);
  become_user(request);
  answer(socket, bytes_of(Ready{}));
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) throw system_error("container", "prctl(PR_SET_NO_NEW_PRIVS)");

  Start start;
  const Datagram datagram = receive_datagram(socket, writable_bytes_of(start));
  if (datagram.size != sizeof start || datagram.descriptors.size() != 2) return;
  take_limits_of(start.rank);
  be_deaf();
  if (dup2(datagram.descriptors[0].get(), kImageFd) < 0 || dup2(datagram.descriptors[1].get(), kDeviceFd) < 0 ||
      fcntl(socket, F_SETFD, FD_CLOEXEC) != 0) {
    throw system_error("container", "dup2");
  }
  const std::string copy = std::string(kWorkDirectory) + "/" + kCopyName,
                    options = "offset=" + std::to_string(start.order.offset),
                    image = "/proc/self/fd/" + std::to_string(kImageFd),
                    device = "/dev/fd/" + std::to_string(kDeviceFd);  // libfuse takes it as mounted already
  if (chdir("/") != 0) throw system_error("/", "chdir");
  execl(copy.c_str(), request.settings.fuse_program.c_str(), "-f", "-o", options.c_str(), image.c_str(), device.c_str(),
        nullptr);
  throw unfit(request.settings.fuse_program, strerror(errno));
}

}  // namespace

FuseServer::FuseServer(const Request& request) : child_([&](int socket) { run_server(request, socket); }) {}

void FuseServer::start(const FuseOrder& order, std::span<const int> descriptors, const Rank& rank,
                       const Patience& patience) {
  connection_ = order.connection;
  Ready ready;
  child_.receive(writable_bytes_of(ready), 0, patience);
  make_step_member(child_.pid(), rank);
  child_.send(bytes_of(Start{order, rank.pid}), descriptors);
  child_.wait_for_exec();
}

}  // namespace slipway
