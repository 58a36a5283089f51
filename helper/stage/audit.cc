// SPDX-License-Identifier: BSD-3-Clause
#include "helper/stage/audit.h"

#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <string>

#include "lib/base/error.h"
#include "lib/kernel/opened_file.h"
#include "lib/policy/mount_choice.h"

namespace slipway {

namespace {

// A value that a user chose. No blank or comma of it ends its field, and it leaves room for the others: log daemons cut
// what is longer than 8 KiB.
std::string field(const std::string& untrusted) {
  constexpr size_t kMostBytes = 1024;
  std::string escaped;
  for (const char c : untrusted) {
    switch (c) {
      case ' ': escaped += "\\x20"; break;
      case ',': escaped += "\\x2c"; break;
      case '\\': escaped += "\\x5c"; break;
      default: escaped += c;
    }
  }
  const std::string whole = printable(escaped, escaped.size() * 4);
  return whole.size() <= kMostBytes ? whole : printable(escaped, kMostBytes) + "...";
}

// The path that the kernel names: what the request names may have been a link.
std::string path_of(const OpenedImage& image) {
  try {
    return field(real_path(image.fd.get()));
  } catch (const Error&) {
    return "?";
  }
}

const char* name_of(ImageMount::How how) {
  switch (how) {
    case ImageMount::kBind: return "bind";
    case ImageMount::kKernel: return "kernel";
    case ImageMount::kSealed: return "sealed";
    case ImageMount::kFuse: return "fuse";
  }
  return "?";
}

constexpr unsigned kLogSeconds = 10;
constexpr int kLongestLine = 7900;

// A log daemon that takes nothing would keep this process for ever: SIGALRM ends it. What it is needed for is done.
void log(const Request& request, const char* beginning, const std::string& rest, int priority = LOG_INFO) {
  alarm(kLogSeconds);
  openlog("slipway", LOG_PID, LOG_AUTHPRIV);
  syslog(priority, "%sjob=%u step=%d uid=%u %.*s", beginning, request.job, static_cast<int>(request.step), request.uid,
         kLongestLine, rest.c_str());
  alarm(0);
}

}  // namespace

void audit(const Request& request, const OpenedImages& images, const ImageMounts& mounts, const ImageVerdict& verdict) {
  struct statx status;
  std::string file = "device=? inode=?";  // hidden from root
  if (known_status(images.root.fd.get(), status)) {
    file = "device=" + std::to_string(status.stx_dev_major) + ":" + std::to_string(status.stx_dev_minor) +
           " inode=" + std::to_string(status.stx_ino);
  }
  std::string line = "image=" + path_of(images.root) + " " + file;
  line += " mount=" + std::string(name_of(mounts.root.how)) + ": it " + mounts.root.why;
  if (!request.chosen_by.empty()) line += "; chosen by " + request.chosen_by;
  if (!verdict.key.empty()) line += "; allowed by " + verdict.key;
  for (size_t i = 0; i < images.data.size(); ++i) {
    line += " data=" + path_of(images.data[i].image) + "," + name_of(mounts.data[i].how);
  }
  log(request, "verdict=allowed ", line);
}

void audit_refusal(const Request& request, const std::string& sentence) {
  log(request, "verdict=refused ", "image=" + field(request.image) + ": " + sentence);
}

void log_slow_names(const Request& request) {
  log(request, "", "the node's name service does not answer: the container has the names of the step's environment",
      LOG_WARNING);
}

}  // namespace slipway
