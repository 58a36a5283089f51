// SPDX-License-Identifier: BSD-3-Clause
#include "lib/image/image_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <memory>
#include <utility>

#include "lib/kernel/open_inside.h"

namespace slipway {

namespace {

// A bound: a directory of a hostile image would fill the memory.
constexpr size_t kMostNames = 100'000;

// The path by which the kernel knows what is open. Empty: it has none.
std::string path_of(const Fd& fd) {
  char path[PATH_MAX];
  const ssize_t size = readlink(link_to(fd).c_str(), path, sizeof path);
  return size <= 0 || size == sizeof path ? "" : std::string(path, size);
}

}  // namespace

FilesBelow::FilesBelow(Fd root) : root_(std::move(root)) {}

Fd FilesBelow::open(const std::string& path) const {
  // O_NONBLOCK: a FIFO would wait for its writer.
  Fd file = open_inside(root_, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  struct stat status;
  if (file && (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))) return {};
  return file;
}

// The kernel has followed the links, and tells where it came out. Both paths begin where the mount of the root does,
// so that the root's own path is what they share.
std::string FilesBelow::real_path(const std::string& path) const {
  const Fd file = open_inside(root_, path, O_PATH);
  if (!file) return "";
  std::string root = path_of(root_);
  const std::string inside = path_of(file);
  if (root == "/") root.clear();
  if (inside == root) return "/";
  if (!inside.starts_with(root + "/")) return "";
  return inside.substr(root.size());
}

std::vector<std::string> FilesBelow::names_in(const std::string& directory) const {
  Fd opened = open_inside(root_, directory, O_RDONLY | O_DIRECTORY);
  if (!opened) return {};
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(fdopendir(opened.get()), closedir);
  if (!listing) return {};
  opened.release();
  std::vector<std::string> names;
  while (const dirent* entry = readdir(listing.get())) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (names.size() == kMostNames) break;
    names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string directory_of(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  return slash == path.npos ? "" : path.substr(0, slash);
}

std::string name_of(const std::string& path) {
  return path.substr(path.find_last_of('/') + 1);
}

}  // namespace slipway
