// SPDX-License-Identifier: BSD-3-Clause

// Which other program a file needs to be executed: for errors alone. (lib/elf/elf.h reads more, with the C++ library.)
#pragma once

#include <stddef.h>

namespace slipway {

// The program of a script's #! line, or the dynamic loader of an ELF program, cut where `size` bytes are full. Empty:
// the file has none, or cannot be read. Untrusted.
void read_interpreter(const char* path, char* out, size_t size);

}  // namespace slipway
