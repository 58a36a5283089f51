// SPDX-License-Identifier: BSD-3-Clause
#include "lib/protocol/entries.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>

#include "lib/base/error.h"
#include "lib/kernel/memory_file.h"
#include "lib/protocol/release_entry.h"

namespace slipway {

EntryWriter::EntryWriter() { text_.append(kReleaseEntry).push_back('\0'); }

void EntryWriter::add(std::string_view key, std::string_view value) {
  text_.append(key).append("=").append(value.substr(0, value.find('\0'))).push_back('\0');
}

void EntryWriter::add(std::string_view key, uint64_t number) { add(key, std::to_string(number)); }

Fd EntryWriter::seal(const char* what) const {
  Fd fd = memory_file("slipway");
  if (!fd) throw system_error(what, "memfd_create");
  if (write(fd.get(), text_.data(), text_.size()) != static_cast<ssize_t>(text_.size())) {
    throw system_error(what, "write");
  }
  if (fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) {
    throw system_error(what, "fcntl(F_ADD_SEALS)");
  }
  return fd;
}

void read_entries(int fd, const char* what,
                  const std::function<void(std::string_view key, std::string_view value)>& visit) {
  struct stat status;
  if (fstat(fd, &status) != 0) throw system_error(what, "fstat");
  std::string text(status.st_size, '\0');
  if (pread(fd, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    throw system_error(what, "pread");
  }
  entries_in(text, what, visit);
}

void entries_in(std::string_view text, const char* what,
                const std::function<void(std::string_view key, std::string_view value)>& visit) {
  bool first = true;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view entry = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(entry.size() + 1, rest.size()));
    const size_t equals = entry.find('=');
    if (first ? entry != kReleaseEntry : equals == entry.npos) {
      throw Error(what, "slipway's plugin and helpers are of different releases",
                  "ask the admin to finish the upgrade of this node");
    }
    if (!first) visit(entry.substr(0, equals), entry.substr(equals + 1));
    first = false;
  }
}

uint64_t entry_number(std::string_view value, const char* what) {
  uint64_t number = 0;
  const char* const end = value.data() + value.size();
  const auto [stop, failure] = std::from_chars(value.data(), end, number);
  if (failure != std::errc() || stop != end) throw Error(what, "a number is malformed");
  return number;
}

}  // namespace slipway
