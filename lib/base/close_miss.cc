// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/close_miss.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace slipway {

namespace {

constexpr size_t kMostNames = 4096;  // of a directory; one with more is not read to its end
constexpr size_t kMostMistakes = 3;

std::string_view stem_of(std::string_view name) {
  const size_t dot = name.find_last_of('.');
  return dot == 0 ? name : name.substr(0, dot);
}

size_t mistakes_in(std::string_view name, std::string_view meant) {
  if (stem_of(name) == stem_of(meant)) return name == meant ? 0 : 1;
  // Shorter names are soon like any other.
  const size_t allowed = std::min(kMostMistakes, name.size() / 3);
  const size_t longer = std::max(name.size(), meant.size()), shorter = std::min(name.size(), meant.size());
  if (longer - shorter > allowed) return kMostMistakes + 1;
  const size_t mistakes = edit_distance(name, meant);
  return mistakes <= allowed ? mistakes : kMostMistakes + 1;
}

std::vector<std::string> names_in(DIR* directory) {
  std::vector<std::string> names;
  while (const dirent* entry = names.size() < kMostNames ? readdir(directory) : nullptr) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

}  // namespace

// "Optimal string alignment": row by row, with the row before the last for exchanged neighbours.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last, last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      const bool exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (exchanged) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = last;
    std::swap(last, row);
  }
  return last[b.size()];
}

std::string closest_name(std::string_view name, std::span<const std::string> names) {
  size_t fewest = kMostMistakes + 1;
  std::string closest;
  for (const std::string& candidate : names) {
    const size_t mistakes = mistakes_in(name, candidate);
    if (mistakes > kMostMistakes || mistakes > fewest) continue;
    if (mistakes == fewest && candidate > closest) continue;  // the order of a directory's names means nothing
    fewest = mistakes;
    closest = candidate;
  }
  return closest;
}

std::string closest_path(const std::string& path) {
  for (size_t end = path.size();;) {
    const size_t slash = path.find_last_of('/', end - 1);
    if (slash == path.npos) return "";
    const std::string directory = path.substr(0, slash + 1);
    if (DIR* const opened = opendir(directory.c_str())) {
      const std::vector<std::string> names = names_in(opened);
      closedir(opened);
      const std::string closest = closest_name(path.substr(slash + 1, end - slash - 1), names);
      if (closest.empty()) return "";
      const std::string whole = directory + closest + path.substr(end);
      return access(whole.c_str(), F_OK) == 0 ? whole : directory + closest;
    }
    if (slash == 0) return "";
    end = slash;
  }
}

}  // namespace slipway
