// SPDX-License-Identifier: BSD-3-Clause

// How the client makes sure that a step which asked for a container never runs on the host of a node where the plugin
// is missing: it puts a directory that exists nowhere in front of the command, and only enter takes it away again.
// Without it, slurmstepd fails to execute that path, which says what is wrong.
#pragma once

namespace slipway {

inline constexpr char kMark[] = "/slipway-is-not-configured-on-this-node/";

}  // namespace slipway
