// SPDX-License-Identifier: BSD-3-Clause

// From where a path that a user typed is to be taken.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace slipway {

struct PathBase {
  std::string directory;  // absolute
  std::string home;       // absolute; empty: ~ is a name like any other

  PathBase(std::string directory, std::string home = "") : directory(std::move(directory)), home(std::move(home)) {}
  PathBase(const char* directory) : PathBase(std::string(directory)) {}
};

// What makes a path absolute: it takes the place of the path's first `length` bytes.
struct PathPrefix {
  std::string text;
  size_t length = 0;
};

// Of a path that may be relative, or begin with ~/, which no shell expands behind "--option=" and in #SBATCH lines.
PathPrefix path_prefix_of(std::string_view path, const PathBase& base);

// Throws Error, which names `what`: the absolute path holds a variable, as in /scratch/$USER, and nothing is called so.
void refuse_variables(const std::string& path, const std::string& what);

// The path, with its prefix. Throws Error, as refuse_variables.
std::string absolute_path(const std::string& path, const PathBase& base, const std::string& what);

}  // namespace slipway
