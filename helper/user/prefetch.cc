// SPDX-License-Identifier: BSD-3-Clause
#include "helper/user/prefetch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/fd.h"
#include "lib/elf/elf.h"
#include "lib/image/image_scripts.h"
#include "lib/kernel/kernel.h"
#include "lib/protocol/wire.h"
#include "lib/protocol/work_directory.h"

namespace slipway {

namespace {

// Enough for a program with its libraries; a bound, since the ranks wait meanwhile. No more is guessed at: where a
// program imports thousands of files (tests/bench storm), one reader that knew them all and had a CPU to itself brought
// the time from 1.8 of a warm directory's to 1.5. The components of an MPI, read while slurmstepd starts its PMIx
// server (tests/bench mpi), brought nothing: one image has one decompressor, at which the ranks then wait for them.
constexpr uint64_t kBudget = 64 << 20;
constexpr int kDeepest = 4;  // of scripts whose interpreter is a script, as in the kernel

class Prefetch {
 public:
  explicit Prefetch(const std::string& cwd)
      : image_(open((std::string(kWorkDirectory) + "/" + kImageName).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)),
        search_path_(split(kDefaultSearchPath)),
        cwd_(cwd) {
    utsname machine;
    uname(&machine);
    const std::string triplet = std::string(machine.machine) + "-linux-gnu";
    library_path_ = {"/lib/" + triplet, "/usr/lib/" + triplet, "/lib64", "/usr/lib64", "/lib",
                     "/usr/lib",        "/usr/local/lib"};
  }

  bool has(const char* path) const { return static_cast<bool>(open_path(path)); }

  void program(const std::string& command, int depth = 0) {
    const auto [file, path] = open_command(command);
    if (!file || depth > kDeepest || !read_all(file.get())) return;
    for (const std::string& interpreter : script_interpreters(file.get())) program(interpreter, depth + 1);
    read_needs(file.get(), path);
  }

 private:
  Fd open_path(const std::string& path) const {
    constexpr int kFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    Fd file(kernel::openat2(image_.get(), path.c_str(), kFlags, kernel::kResolveInRoot));
    // Before 5.6 an absolute link leads to the host's file, which is only no help.
    if (!file && errno == ENOSYS && path.starts_with('/')) file.reset(openat(image_.get(), path.c_str() + 1, kFlags));
    if (!file) file.reset(open(path.c_str(), kFlags));
    return file;
  }

  std::pair<Fd, std::string> open_command(const std::string& command) const {
    if (command.starts_with('/')) return {open_path(command), command};
    if (command.find('/') != command.npos) return {open_path(cwd_ + "/" + command), cwd_ + "/" + command};
    for (const std::string& directory : search_path_) {
      const std::string path = directory + "/" + command;
      if (Fd file = open_path(path)) return {std::move(file), path};
    }
    return {};
  }

  // Reads a file once, if the budget allows. False: not a file, seen already, or too large.
  bool read_all(int file) {
    struct stat status;
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return false;
    if (static_cast<uint64_t>(status.st_size) > left_) return false;
    if (!seen_.insert({status.st_dev, status.st_ino}).second) return false;
    left_ -= status.st_size;
    readahead(file, 0, status.st_size);
    return true;
  }

  void read_needs(int file, const std::string& path) {
    const ElfFile needs = read_elf(file);
    if (!needs.interpreter.empty()) {
      if (const Fd interpreter = open_path(needs.interpreter)) read_all(interpreter.get());
    }
    const std::vector<std::string>& run_path = needs.runpath.empty() ? needs.rpath : needs.runpath;
    for (const std::string& name : needs.libraries) library(name, path, run_path);
  }

  void library(const std::string& name, const std::string& needed_by, const std::vector<std::string>& run_path) {
    if (!names_.insert(name).second) return;
    std::vector<std::string> directories;
    for (std::string directory : run_path) {
      const size_t origin = directory.find("$ORIGIN");
      if (origin != directory.npos) directory.replace(origin, 7, needed_by.substr(0, needed_by.find_last_of('/')));
      directories.push_back(directory);
    }
    directories.insert(directories.end(), library_path_.begin(), library_path_.end());
    for (const std::string& directory : directories) {
      const std::string path = directory + "/" + name;
      const Fd file = open_path(path);
      if (!file) continue;
      if (read_all(file.get())) read_needs(file.get(), path);
      return;
    }
  }

  // The words of a script's first line: "/usr/bin/env python3" names two programs.
  static std::vector<std::string> script_interpreters(int file) {
    char line[256];
    const ssize_t size = pread(file, line, sizeof line, 0);
    std::vector<std::string> words;
    if (size < 2 || line[0] != '#' || line[1] != '!') return words;
    const std::string_view text(line + 2, std::find(line + 2, line + size, '\n') - (line + 2));
    for (size_t start = text.find_first_not_of(" \t"); start != text.npos && words.size() < 2;) {
      const size_t end = std::min(text.find_first_of(" \t", start), text.size());
      words.emplace_back(text.substr(start, end - start));
      start = text.find_first_not_of(" \t", end);
    }
    if (words.size() == 2 && !words[0].ends_with("/env")) words.pop_back();
    return words;
  }

  static std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
      parts.emplace_back(path.substr(0, path.find(':')));
      path.remove_prefix(std::min(parts.back().size() + 1, path.size()));
    }
    return parts;
  }

  Fd image_;
  std::vector<std::string> search_path_;
  std::string cwd_;
  std::vector<std::string> library_path_;
  uint64_t left_ = kBudget;
  std::set<std::pair<dev_t, ino_t>> seen_;
  std::set<std::string> names_;
};

}  // namespace

void prefetch_program(const std::string& command, const std::string& cwd) noexcept {
  try {
    if (command.empty()) return;
    Prefetch prefetch(cwd);
    if (prefetch.has(kEnvironmentScripts)) prefetch.program(kEnvironmentShell);
    prefetch.program(command);
  } catch (const std::exception&) {
    // Only warmth is lost.
  }
}

}  // namespace slipway
