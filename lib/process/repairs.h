// SPDX-License-Identifier: BSD-3-Clause

// Variables that name what a container may not have.
#pragma once

namespace slipway {

// Called inside the container: TMPDIR, SHELL, LANG, LC_..., XDG_RUNTIME_DIR and DBUS_SESSION_BUS_ADDRESS stay where
// what they name is there too. Else TMPDIR becomes /tmp, SHELL /bin/sh, a locale C.UTF-8, and the others go.
void repair_environment();

}  // namespace slipway
