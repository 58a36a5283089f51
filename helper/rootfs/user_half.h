// SPDX-License-Identifier: BSD-3-Clause

// The user's half of stage: a process that is the user, owns the step's namespaces and builds the container in them.
#pragma once

#include <cstdint>

#include "lib/policy/mount_choice.h"
#include "lib/protocol/request.h"

namespace slipway {

// Where the names of the user and the groups come from (lib/spec/accounts.h).
enum class Names { kNameService, kEnvironment };

// The parent's first word: how root mounted the images.
struct MountedImages {
  ImageMount::How root = ImageMount::kBind;
  bool leaves_overlay = false;  // RootPartition::leaves_overlay, of the root
  bool has_upper_layer = false;  // helper/stage/upper_layer.h
  bool is_nobodys = false;       // the root is to be written, and the kernel shows its files as nobody's
  char no_upper_layer[256] = {};  // UpperLayer::failure
  uint32_t count = 0;
  struct {
    uint32_t word;  // DataImage::word
    ImageMount::How how;
  } data[kMostDataImages] = {};
};

// What the half writes to its parent when its namespaces exist; the parent then maps the ids and says go.
struct Unshared {
  int64_t prepared_ns = 0;  // how long everything took until root's first word was waited for, names above all
  bool remaps_root = false;  // the user is to be 0 inside
  unsigned namespaces = 0;   // that the step has for itself (lib/protocol/wire.h)
};

// What it writes when the container stands; the plan comes with it as a descriptor.
struct Built {
  int64_t root_tree_ns = 0;  // how long that took
  uint32_t mounts = 0;
  bool has_environment_scripts = false;  // helper/user/image_environment.h
};

// The body of the child. Expects two words: MountedImages, and to go on when the ids are mapped. Before the
// namespaces exist, nothing holds it up but a name service.
void run_user_half(const Request& request, Names names, int socket);

}  // namespace slipway
