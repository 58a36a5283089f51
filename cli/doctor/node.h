// SPDX-License-Identifier: BSD-3-Clause

// The node as its files show it. The checks name absolute paths; all of them are looked up below one directory, "/" but
// in unit tests.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>


namespace slipway::doctor {

class Node {
 public:
  // `root` without a slash at its end: empty for the node itself.
  explicit Node(std::string root = "") : root_(std::move(root)) {}

  // Where `path` really is.
  std::string place_of(const std::string& path) const { return root_ + path; }

  // Empty when it cannot be read. For files of the system's and the admin's: not for users'.
  std::string text(const std::string& path) const;
  // text() without the blanks and newlines around it: of /proc/sys, for example.
  std::string word(const std::string& path) const;

  std::optional<struct stat> status(const std::string& path) const;
  bool exists(const std::string& path) const { return status(path).has_value(); }
  // Whether this process may read it.
  bool is_readable(const std::string& path) const;

  // Without links, or empty where nothing is.
  std::string real_path(const std::string& path) const;
  // What the link says, or empty where it cannot be read.
  std::string target_of_link(const std::string& path) const;

  // Whether it lies in a directory that this process may not enter: nothing is known of it then.
  bool is_hidden(const std::string& path) const;

  // The paths that fit, as glob(7) has them, in alphabetical order.
  std::vector<std::string> matching(const std::string& pattern) const;

 private:
  std::string root_;
};

// The words of a line.
std::vector<std::string> words_of(std::string_view line);

// "a, b, c"; of more than `most`, how many more there are.
std::string list_of(const std::vector<std::string>& names, size_t most = 8);

}  // namespace slipway::doctor
