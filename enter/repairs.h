// Variables that name what a container may not have.
#pragma once

namespace slipway {

// Called inside the container: TMPDIR, SHELL, XDG_RUNTIME_DIR and DBUS_SESSION_BUS_ADDRESS stay where what they name is
// there too. Else TMPDIR becomes /tmp, SHELL /bin/sh, and the others go.
void repair_environment();

}  // namespace slipway
