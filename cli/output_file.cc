// SPDX-License-Identifier: BSD-3-Clause
#include "cli/output_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>

#include "lib/base/error.h"

namespace slipway {

namespace {

// The user's, the terminal's and those of a limit (ulimit -t, -f).
constexpr int kEndingSignals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXCPU, SIGXFSZ};

char unfinished_path[PATH_MAX];  // for the signal handler

void remove_unfinished(int signal_number) {
  unlink(unfinished_path);
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

// What is ignored stays so: nohup(1) means it.
void catch_ending_signals() {
  for (const int number : kEndingSignals) {
    struct sigaction before;
    if (sigaction(number, nullptr, &before) == 0 && before.sa_handler != SIG_IGN) signal(number, remove_unfinished);
  }
}

Error exists_already(const std::string& path) {
  return Error(printable(path), "exists already", "add --force to replace it");
}

// Where the file is to be written: `path`, or where a link there leads. Early, so that nobody waits for an image that
// cannot get its name.
std::string place_of(const std::string& path, Existing existing) {
  struct stat status;
  if (lstat(path.c_str(), &status) != 0) return path;
  const bool leads_somewhere = stat(path.c_str(), &status) == 0;
  if (leads_somewhere && !S_ISREG(status.st_mode)) {
    throw Error(printable(path), S_ISDIR(status.st_mode) ? "is a directory" : "is not a regular file",
                "name the file that is to be written");
  }
  if (existing == Existing::kKept) throw exists_already(path);
  char place[PATH_MAX];
  if (!leads_somewhere || !realpath(path.c_str(), place)) {
    throw system_error(printable(path), "stat", "remove the link, or make the directory that it leads to");
  }
  return place;
}

// Network file systems do not know RENAME_NOREPLACE; a hard link replaces nothing either. Some have none.
bool rename_where_nothing_is(const std::string& from, const std::string& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  if (link(from.c_str(), to.c_str()) == 0) return unlink(from.c_str()) == 0;
  struct stat status;
  if (errno == EEXIST || lstat(to.c_str(), &status) == 0) {
    errno = EEXIST;
    return false;
  }
  return rename(from.c_str(), to.c_str()) == 0;
}

}  // namespace

OutputFile::OutputFile(const std::string& path, Existing existing)
    : path_(place_of(path, existing)), unfinished_(path_ + ".XXXXXX"), existing_(existing) {
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &before);
  fd_.reset(mkostemp(unfinished_.data(), O_CLOEXEC));
  const int error = errno;
  if (fd_) {
    snprintf(unfinished_path, sizeof unfinished_path, "%s", unfinished_.c_str());
    catch_ending_signals();
  }
  sigprocmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  if (!fd_) throw system_error(printable(path), "create", "choose a directory you may write to");
}

OutputFile::~OutputFile() {
  if (!is_finished_) unlink(unfinished_.c_str());
}

void OutputFile::write_at(uint64_t offset, std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t size = pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (size < 0) throw system_error(printable(path_), "write");
    offset += size;
    bytes.remove_prefix(size);
  }
}

void OutputFile::finish() {
  const mode_t mask = umask(0);
  umask(mask);
  if (fchmod(fd_.get(), 0644 & ~mask) != 0 || fsync(fd_.get()) != 0) throw system_error(printable(path_), "write");
  const bool is_renamed = existing_ == Existing::kReplaced ? rename(unfinished_.c_str(), path_.c_str()) == 0
                                                           : rename_where_nothing_is(unfinished_, path_);
  if (!is_renamed && errno == EEXIST) throw exists_already(path_);
  if (!is_renamed) throw system_error(printable(path_), "rename");
  is_finished_ = true;
}

}  // namespace slipway
