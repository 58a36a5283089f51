#include "helper/audit.h"

#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <string>

#include "helper/error.h"
#include "helper/trust.h"

namespace slipway {

namespace {

// The path that the kernel names: what the request names may have been a link.
std::string path_of(const OpenedImage& image) {
  try {
    return printable(real_path(image.fd.get()));
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

// A log daemon that takes nothing would keep this process for ever: SIGALRM ends it. What it is needed for is done.
void log(const Request& request, const std::string& rest, int priority = LOG_INFO) {
  alarm(kLogSeconds);
  openlog("slipway", LOG_PID, LOG_AUTHPRIV);
  syslog(priority, "job=%u step=%d uid=%u %s", request.job, static_cast<int>(request.step), request.uid, rest.c_str());
  alarm(0);
}

}  // namespace

void audit(const Request& request, const OpenedImages& images, const ImageMounts& mounts,
           const ImageVerdict& verdict) {
  struct statx status;
  std::string file = "device=? inode=?";  // hidden from root
  if (known_status(images.root.fd.get(), status)) {
    file = "device=" + std::to_string(status.stx_dev_major) + ":" + std::to_string(status.stx_dev_minor) +
           " inode=" + std::to_string(status.stx_ino);
  }
  std::string line = "image=" + path_of(images.root) + " " + file;
  for (size_t i = 0; i < images.data.size(); ++i) {
    line += " data=" + path_of(images.data[i].image) + "," + name_of(mounts.data[i].how);
  }
  line += " mount=" + std::string(name_of(mounts.root.how)) + ": it " + mounts.root.why;
  if (!request.chosen_by.empty()) line += "; chosen by " + request.chosen_by;
  log(request, line + (verdict.key.empty() ? "" : "; allowed by " + verdict.key));
}

void audit_refusal(const Request& request, const std::string& sentence) {
  log(request, "image=" + printable(request.image) + " refused: " + sentence);
}

void log_slow_names(const Request& request) {
  log(request, "the node's name service does not answer: the container has the names of the step's environment",
      LOG_WARNING);
}

}  // namespace slipway
