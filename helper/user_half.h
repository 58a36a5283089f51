// The user's half of stage: a process that is the user, owns the step's namespaces and builds the container in them.
#pragma once

#include "helper/request.h"

namespace slipway {

// Where the names of the user and the groups come from (helper/accounts.h).
enum class Names { kNameService, kEnvironment };

// What the half writes to its parent when its namespaces exist; the parent then maps the ids and says go.
struct Unshared {
  char done = 1;
};

// What it writes when the container stands; the plan comes with it as a descriptor.
struct Built {
  bool has_environment_scripts = false;  // helper/image_environment.h
};

// The body of the child. Expects two words to go on: when the image is mounted, and when the ids are mapped. Before the
// namespaces exist, nothing holds it up but a name service.
void run_user_half(const Request& request, Names names, int socket);

}  // namespace slipway
