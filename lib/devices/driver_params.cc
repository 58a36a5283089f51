// SPDX-License-Identifier: BSD-3-Clause
#include "lib/devices/driver_params.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <utility>

#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/base/text_file.h"
#include "lib/protocol/work_directory.h"

namespace slipway {

namespace {

constexpr char kParams[] = "/proc/driver/nvidia/params";

}  // namespace

std::string params_without_device_files(const std::string& params) {
  constexpr std::string_view kMakes = "ModifyDeviceFiles: 1\n", kMakesNone = "ModifyDeviceFiles: 0\n";
  const size_t line = params.starts_with(kMakes) ? 0 : params.find("\n" + std::string(kMakes));
  if (line == params.npos) return "";
  return std::string(params).replace(line == 0 ? 0 : line + 1, kMakes.size(), kMakesNone);
}

void add_driver_params(Additions& additions) {
  const std::string params = params_without_device_files(text_of_file(kParams));
  if (params.empty()) return;
  // The work directory is root's, and a bind's source must lie in a mount of this namespace.
  if (mount("slipway", kCopiesName, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755,size=64k") != 0) {
    throw system_error(kParams, "mount(tmpfs)");
  }
  const std::string copy = std::string(kCopiesName) + "/params";
  const Fd file(open(copy.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
  if (!file || write(file.get(), params.data(), params.size()) != static_cast<ssize_t>(params.size())) {
    throw system_error(kParams, "write");
  }
  LayoutEntry entry;
  entry.word.how = MountWord::kTree;
  entry.word.source = copy;
  entry.word.target = kParams;
  entry.word.flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
  entry.need = LayoutEntry::kIfThere;
  entry.asked_by = "this node's GPUs";
  additions.mounts.push_back(std::move(entry));
}

}  // namespace slipway
