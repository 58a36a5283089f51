// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/memory_size.h"

#include <unistd.h>

#include <charconv>
#include <limits>
#include <system_error>

namespace slipway {

uint64_t bytes_of_memory_size(const std::string& text) {
  uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  if (failure != std::errc()) return kMost;
  uint64_t unit = 1;
  switch (end == text.data() + text.size() ? '\0' : *end) {
    case 'g': case 'G': unit = uint64_t{1} << 30; break;
    case 'm': case 'M': unit = uint64_t{1} << 20; break;
    case 'k': case 'K': unit = uint64_t{1} << 10; break;
    case '%': unit = static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE) / 100; break;
    default: break;
  }
  return number > kMost / unit ? kMost : number * unit;
}

}  // namespace slipway
