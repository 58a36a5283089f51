// SPDX-License-Identifier: BSD-3-Clause
#include "cli/doctor/node.h"

#include <fcntl.h>
#include <glob.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <memory>

#include "lib/base/error.h"
#include "lib/base/text_file.h"

namespace slipway::doctor {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

}  // namespace

std::string Node::text(const std::string& path) const {
  // Opening a FIFO would wait for its writer.
  const auto found = status(path);
  return found && S_ISREG(found->st_mode) ? text_of_file(place_of(path)) : "";
}

std::string Node::word(const std::string& path) const {
  const std::string whole = text(path);
  const size_t start = std::min(whole.find_first_not_of(kBlanks), whole.size());
  return whole.substr(start, whole.find_last_not_of(kBlanks) + 1 - start);
}

std::optional<struct stat> Node::status(const std::string& path) const {
  struct stat found;
  if (stat(place_of(path).c_str(), &found) != 0) return std::nullopt;
  return found;
}

bool Node::is_readable(const std::string& path) const { return access(place_of(path).c_str(), R_OK) == 0; }

bool Node::is_hidden(const std::string& path) const {
  struct stat found;
  return stat(place_of(path).c_str(), &found) != 0 && errno == EACCES;
}

std::string Node::real_path(const std::string& path) const {
  const std::unique_ptr<char, decltype(&free)> found(realpath(place_of(path).c_str(), nullptr), free);
  const std::unique_ptr<char, decltype(&free)> root(realpath(place_of("/").c_str(), nullptr), free);
  if (!found || !root) return "";
  const std::string_view real = found.get(), top = root.get();
  if (top == "/") return std::string(real);
  return real.starts_with(top) ? std::string(real.substr(top.size())) : "";
}

std::string Node::target_of_link(const std::string& path) const {
  char target[PATH_MAX];
  const ssize_t size = readlink(place_of(path).c_str(), target, sizeof target);
  return size <= 0 ? "" : std::string(target, size);
}

std::vector<std::string> Node::matching(const std::string& pattern) const {
  glob_t found{};
  std::vector<std::string> paths;
  if (glob(place_of(pattern).c_str(), 0, nullptr, &found) == 0) {
    for (size_t i = 0; i < found.gl_pathc; ++i) paths.emplace_back(found.gl_pathv[i] + root_.size());
  }
  globfree(&found);
  return paths;
}

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    if (line.empty()) return words;
    words.emplace_back(line.substr(0, line.find_first_of(kBlanks)));
    line.remove_prefix(words.back().size());
  }
}

std::string list_of(const std::vector<std::string>& names, size_t most) {
  std::string list;
  for (size_t i = 0; i < std::min(names.size(), most); ++i) list += (i == 0 ? "" : ", ") + printable(names[i]);
  if (names.size() > most) list += " and " + std::to_string(names.size() - most) + " more";
  return list;
}

}  // namespace slipway::doctor
