// SPDX-License-Identifier: BSD-3-Clause

// Releases of the kernel, for what cannot be tried without doing harm.
#pragma once

#include <compare>
#include <string>

namespace slipway::doctor {

struct KernelRelease {
  unsigned major = 0, minor = 0;
  auto operator<=>(const KernelRelease&) const = default;
};

// Of "5.14.0-427.el9.x86_64", for example; 0.0 for what is none.
KernelRelease kernel_release_of(const std::string& text);

}  // namespace slipway::doctor
