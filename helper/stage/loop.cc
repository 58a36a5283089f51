// SPDX-License-Identifier: BSD-3-Clause
#include "helper/stage/loop.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "lib/base/error.h"

#ifndef LOOP_CONFIGURE  // headers before 5.8
#define LOOP_CONFIGURE 0x4C0A
struct loop_config {
  __u32 fd;
  __u32 block_size;
  struct loop_info64 info;
  __u64 __reserved[8];
};
#endif

namespace slipway {

namespace {

constexpr char kRemedy[] = "ask the admin to check that this node has loop devices (modprobe loop)";

// Another step can take the free device between LOOP_CTL_GET_FREE and our configuring it; there are as many devices as
// steps that start at once, so this many attempts never run out in practice.
constexpr int kAttempts = 1000;

// Kernels before 5.8: two calls, and between them a device that nothing would ever free. So a child makes them, which
// does not die with this process (fork(2): PR_SET_PDEATHSIG) and is not known to those who would kill it.
int configure_in_two_calls(int device, const loop_config& config) {
  volatile int error = EINTR;  // where the child says nothing
  const pid_t child = vfork();
  if (child < 0) return -1;
  if (child == 0) {
    if (ioctl(device, LOOP_SET_FD, config.fd) != 0) {
      error = errno;
    } else if (ioctl(device, LOOP_SET_STATUS64, &config.info) != 0) {
      error = errno;
      ioctl(device, LOOP_CLR_FD, 0);
    } else {
      error = 0;
    }
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  errno = error;
  return error == 0 ? 0 : -1;
}

int configure(int device, const loop_config& config) {
  const int result = ioctl(device, LOOP_CONFIGURE, &config);
  // Old kernels answer EINVAL to an ioctl of loop devices that they do not know.
  if (result != 0 && (errno == EINVAL || errno == ENOTTY)) return configure_in_two_calls(device, config);
  return result;
}

}  // namespace

LoopDevice attach_loop(int file, uint64_t offset, uint64_t size, LoopAccess access) {
  const Fd control(open("/dev/loop-control", O_RDWR | O_CLOEXEC));
  if (!control) throw system_error("/dev/loop-control", "open", kRemedy);

  loop_config config{};
  config.fd = file;
  config.info.lo_offset = offset;
  config.info.lo_sizelimit = (size + kLoopBlock - 1) / kLoopBlock * kLoopBlock;
  config.info.lo_flags = LO_FLAGS_AUTOCLEAR | (access == LoopAccess::kRead ? LO_FLAGS_READ_ONLY : 0);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const int number = ioctl(control.get(), LOOP_CTL_GET_FREE);
    if (number < 0) throw system_error("/dev/loop-control", "LOOP_CTL_GET_FREE", kRemedy);
    LoopDevice device;
    device.path = "/dev/loop" + std::to_string(number);
    device.fd.reset(open(device.path.c_str(), (access == LoopAccess::kRead ? O_RDONLY : O_RDWR) | O_CLOEXEC));
    if (!device.fd) {
      if (errno == ENOENT || errno == ENXIO || errno == EBUSY) continue;  // devtmpfs or another step is at it
      throw system_error(device.path, "open", kRemedy);
    }
    if (configure(device.fd.get(), config) == 0) return device;
    if (errno != EBUSY) throw system_error(device.path, "LOOP_CONFIGURE", kRemedy);
  }
  throw Error("/dev/loop-control", "no loop device stayed free for long enough", kRemedy);
}

}  // namespace slipway
