// SPDX-License-Identifier: BSD-3-Clause

// What goes along with libraries of the host: the table that is installed (conf/libraries.conf), and what the admin's
// own adds.
#pragma once

#include <string>
#include <vector>

namespace slipway {

struct LibraryRule {
  enum Verb {
    kWith,    // other libraries in the library's directory
    kBeside,  // a directory or file that the library reads itself
  } verb = kWith;
  std::string library;  // as fnmatch(3) has it
  std::string other;    // as well; of kBeside a path, from the library's directory on or absolute
};

// The lines of both files, in order. `own_table` may be empty: there is none. Throws Error: a file that cannot be read,
// or a line that is not understood.
std::vector<LibraryRule> read_library_table(const std::string& own_table);

// The lines of one file's `text`; `path` is for the error.
std::vector<LibraryRule> library_rules_of(const std::string& text, const std::string& path);

}  // namespace slipway
