// A FUSE mount of the image, for the user's half: made by the user, inside the user's namespaces, so that no process
// of root ever waits for a server that is the user's.
#pragma once

#include "helper/fd.h"
#include "helper/request.h"

namespace slipway {

// With the opened device, from the user's half to the worker.
struct FuseMounted {
  char done = 1;
};

// Mounts at kImageName in the working directory. Returns the opened /dev/fuse, which belongs to the server alone: until
// it has it, whatever touches the mount waits. Throws Error.
Fd mount_fuse(const Request& request);

// Returns when the server answers. Throws Error when it ended instead.
void wait_for_fuse_server(const Request& request);

}  // namespace slipway
