// SPDX-License-Identifier: BSD-3-Clause

// Starting slipway-stage from a hook.
#pragma once

namespace slipway {

inline constexpr char kStage[] = LIBEXECDIR "/slipway-stage";

// Executes stage with these as its descriptors (lib/protocol/request.h); each must be above those numbers. Stage is
// nobody's child that has to be reaped. Throws Error.
void start_stage(int request, int ranks, int place, int hello);

}  // namespace slipway
