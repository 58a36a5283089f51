// SPDX-License-Identifier: BSD-3-Clause

// "key=value" entries, each ended by NUL, in a sealed memfd: the one encoding of the request and the plan. No path and
// no environment string can hold a NUL, so no value can forge an entry. The first entry names the release, since
// processes of different installations must refuse each other.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "lib/base/fd.h"

namespace slipway {

class EntryWriter {
 public:
  EntryWriter();
  // A value is cut at its first NUL.
  void add(std::string_view key, std::string_view value);
  void add(std::string_view key, uint64_t number);
  // A memfd that nobody can change any more, close-on-exec. Throws Error, which names `what`.
  Fd seal(const char* what) const;
  // The entries as they are, for a pipe.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// Calls `visit` for each entry after the release. Throws Error when `fd` is not of this release.
void read_entries(int fd, const char* what,
                  const std::function<void(std::string_view key, std::string_view value)>& visit);

// The same, of entries that came through a pipe.
void entries_in(std::string_view text, const char* what,
                const std::function<void(std::string_view key, std::string_view value)>& visit);

// Throws Error when `value` is not a decimal number of 64 bits.
uint64_t entry_number(std::string_view value, const char* what);

}  // namespace slipway
