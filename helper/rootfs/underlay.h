// SPDX-License-Identifier: BSD-3-Clause

// The container's root: a tmpfs with what the image lacks, into which all that the image has is bound. An overlay of
// both would be one mount instead of twenty, but then every file that a rank opens is opened twice, which a program
// feels that reads thousands of them (tests/bench storm: a tenth of its time).
#pragma once

#include "lib/base/fd.h"

namespace slipway {

// Gives `tree` every entry of `image` that it lacks: directories and files are bound, links copied. A directory that
// both have, /etc most often, becomes a small overlay, since its entries may be many; where there can be none (in user
// namespaces before Linux 5.11, over some file systems), its entries are bound too. Throws Error.
void add_entries_of(const Fd& image, const Fd& tree);

}  // namespace slipway
