// SPDX-License-Identifier: BSD-3-Clause

// The tables that are installed beside the program (conf/), and the files of the admin's own that add lines to them:
// each line is a verb and a name, # begins a comment. Which verbs there are is the table's business.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slipway {

struct TableLine {
  size_t verb;  // its place among the verbs
  std::string name;
  std::string where;  // "FILE line N", for errors
};

// The lines of a file's `text`; `path` is for the error. Throws Error: a line that is not of this kind.
std::vector<TableLine> table_lines(std::string_view text, const std::string& path,
                                   std::span<const std::string_view> verbs);

// The lines of the installed table `file` ("environment.conf"), then those of the admin's `own_table`, which the key
// `key` of plugstack.conf names; empty: there is none. Throws Error: a file that cannot be read, too.
std::vector<TableLine> read_tables(const char* file, const std::string& own_table, const char* key,
                                   std::span<const std::string_view> verbs);

// For a line whose name its table does not take.
[[noreturn]] void refuse_line(const std::string& where, std::span<const std::string_view> verbs);

}  // namespace slipway
