// SPDX-License-Identifier: BSD-3-Clause
#include "lib/image/squashfs_files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/error.h"
#include "lib/kernel/memory_file.h"
#include "lib/squashfs/squashfs.h"

namespace slipway {

namespace {

constexpr size_t kMostBytes = 256 << 20;  // of a file, and of all that are kept
constexpr size_t kMostNames = 100'000;    // of a directory
constexpr int kMostLinks = 40;            // on the way to a file, as in the kernel
constexpr size_t kDeepest = 256;          // directories

class SquashfsFiles : public ImageFiles {
 public:
  SquashfsFiles(int image, uint64_t offset) : squashfs_(image, offset) {}

  Fd open(const std::string& path) const override {
    const std::optional<Place> place = resolve(path);
    struct stat status;
    if (!place || !squashfs_.status(place->number, status) || !S_ISREG(status.st_mode)) return {};
    auto copy = copies_.find(place->number);
    if (copy == copies_.end()) {
      Fd file = copied(place->number);
      if (!file) return {};
      copy = copies_.emplace(place->number, std::move(file)).first;
    }
    return Fd(fcntl(copy->second.get(), F_DUPFD_CLOEXEC, 0));
  }

  std::string real_path(const std::string& path) const override {
    const std::optional<Place> place = resolve(path);
    return place ? place->path : "";
  }

  std::vector<std::string> names_in(const std::string& directory) const override {
    const std::optional<Place> place = resolve(directory);
    if (!place) return {};
    std::vector<std::string> names;
    squashfs_.list(place->number, 0, [&](const Squashfs::Entry& entry) {
      const std::string_view name = entry.name;
      if (name != "." && name != ".." && name.find('/') == name.npos) names.emplace_back(name);
      return names.size() < kMostNames;
    });
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  using Number = Squashfs::Number;
  struct Place {
    std::string path;  // without links
    Number number;
  };

  std::optional<Place> resolve(const std::string& path) const {
    std::vector<std::pair<std::string, Number>> way;  // from the root on, which is not in it
    std::string rest = path;
    int links = 0;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('/'), rest.size());
      const std::string name = rest.substr(0, end);
      rest.erase(0, std::min(end + 1, rest.size()));
      if (name.empty() || name == ".") continue;
      if (name == "..") {
        if (!way.empty()) way.pop_back();
        continue;
      }
      const std::optional<Number> found =
          squashfs_.find(way.empty() ? Squashfs::kRoot : way.back().second, name.c_str());
      struct stat status;
      if (!found || !squashfs_.status(*found, status)) return std::nullopt;
      if (!S_ISLNK(status.st_mode)) {
        if (way.size() == kDeepest) return std::nullopt;
        way.emplace_back(name, *found);
        continue;
      }
      std::string target;
      if (++links > kMostLinks || !squashfs_.target(*found, target) || target.empty()) return std::nullopt;
      if (target[0] == '/') way.clear();
      rest = target + "/" + rest;
      if (rest.size() > kMostLinks * 4096) return std::nullopt;
    }
    std::string real_path;
    for (const auto& [name, number] : way) real_path += "/" + name;
    return Place{real_path.empty() ? "/" : real_path, way.empty() ? Squashfs::kRoot : way.back().second};
  }

  // The library reads; those who look at files want a descriptor. They come back to the same few.
  Fd copied(Number number) const {
    Fd file = memory_file("library");
    if (!file) return {};
    std::vector<char> buffer(1 << 20);
    size_t done = 0;
    for (;;) {
      const ssize_t size = squashfs_.read(number, static_cast<int64_t>(done), buffer.size(), buffer.data());
      if (size < 0 || done + size > kMostBytes) return {};
      if (size == 0) break;
      if (kept_ + done + size > kMostBytes) {
        copies_.clear();
        kept_ = 0;
      }
      if (write(file.get(), buffer.data(), size) != size) return {};
      done += size;
    }
    kept_ += done;
    return file;
  }

  mutable Squashfs squashfs_;
  mutable std::map<Number, Fd> copies_;
  mutable size_t kept_ = 0;  // bytes in them
};

}  // namespace

std::unique_ptr<ImageFiles> squashfs_files(int image, uint64_t offset) try {
  return std::make_unique<SquashfsFiles>(image, offset);
} catch (const std::runtime_error& error) {
  throw Error("squashfs", error.what());
}

}  // namespace slipway
