// In place of squashfs_files.cc where configure found no libsquashfuse.
#include "cli/squashfs_files.h"
#include "helper/error.h"

namespace slipway {

std::unique_ptr<ImageFiles> squashfs_files(int, uint64_t) {
  throw Error("squashfs", "this slipway was built without libsquashfuse");
}

}  // namespace slipway
