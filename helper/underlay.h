// The container's root without overlayfs, which user namespaces know since Linux 5.11 only: a tmpfs with what the image
// lacks, into which all that the image has is bound.
#pragma once

#include "helper/fd.h"

namespace slipway {

// Gives `tree` every entry of `image` that it lacks, and goes down into the directories that both have. Directories and
// files are bound, links copied. Throws Error.
void add_entries_of(const Fd& image, const Fd& tree);

}  // namespace slipway
