// SPDX-License-Identifier: BSD-3-Clause

// Why a signature does not count: a reason that stands behind "signature <n>: ". It ends with the one signature; the
// others of the image are judged all the same.
#pragma once

#include <stdexcept>

namespace slipway::signature {

class Rejection : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace slipway::signature
