// SPDX-License-Identifier: BSD-3-Clause

// Which locales an image has, as the C library stores them: a directory for each, or one archive of all.
#pragma once

namespace slipway {

// Whether the system whose root is at "/" has the locale `name`, as LANG gives it ("en_US.UTF-8"). "C", "POSIX" and
// their UTF-8 forms need no files. What a program would find by other ways (LOCPATH, a path as the name) counts as
// there. `directory` is another one for tests.
bool has_locale(const char* name, const char* directory = "/usr/lib/locale");

}  // namespace slipway
