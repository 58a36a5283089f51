// SPDX-License-Identifier: BSD-3-Clause

// What a GPU's driver has in user space that a container takes from its node: the table that is installed
// (conf/drivers.conf), and what the admin's own adds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway {

enum class GpuVendor { kNvidia, kAmd, kIntel };

// The words of NVIDIA_DRIVER_CAPABILITIES, as bits.
inline constexpr unsigned kComputeCapability = 1, kUtilityCapability = 2, kVideoCapability = 4,
                          kGraphicsCapability = 8, kDisplayCapability = 16, kNgxCapability = 32,
                          kCompat32Capability = 64, kAllCapabilities = 127;

// "compute,utility", or "all"; words that nobody knows count for nothing.
unsigned capabilities_of(std::string_view words);

struct DriverRule {
  enum Verb {
    kLibrary,  // as the node's ld.so.cache names it
    kProgram,  // on the usual search path, or an absolute path
    kFile,     // a file, socket or directory at its own place
  } verb = kLibrary;
  GpuVendor vendor = GpuVendor::kNvidia;
  unsigned capabilities = kAllCapabilities;  // one of these is enough; only NVIDIA's has any
  std::string pattern;  // as fnmatch(3) has it, of a path for each of its directories; a program's is a plain name
};

// The lines of both files, in order. `own_table` may be empty: there is none. Throws Error: a file that cannot be read,
// or a line that is not understood.
std::vector<DriverRule> read_driver_table(const std::string& own_table);

// The lines of one file's `text`; `path` is for the error.
std::vector<DriverRule> driver_rules_of(const std::string& text, const std::string& path);

}  // namespace slipway
