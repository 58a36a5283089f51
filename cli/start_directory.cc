// SPDX-License-Identifier: BSD-3-Clause
#include "cli/start_directory.h"

#include <climits>
#include <cstdlib>

namespace slipway {

namespace {

using Words = std::vector<std::string>;

// "--nodes 2" and "-N 2", where "--nodes=2" and "-N2" have theirs.
bool takes_value(const std::string& option) {
  return option.starts_with("--") ? option.find('=') == option.npos : option.starts_with("-") && option.size() == 2;
}

// As getopt takes it: cut short, but not so that it could be another.
bool is_chdir(const std::string& name) { return name.size() > 4 && std::string("--chdir").starts_with(name); }

// Of an option that stands at words[i]: what follows its `length` bytes, or the next word.
std::string value_at(const Words& words, size_t i, size_t length) {
  if (length < words[i].size()) return words[i].substr(length);
  return i + 1 < words.size() ? words[i + 1] : "";
}

}  // namespace

std::string typed_directory(const Words& words) {
  std::string directory;
  for (size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    const std::string name = word.substr(0, word.find('='));
    if (is_chdir(name)) directory = value_at(words, i, name.size() < word.size() ? name.size() + 1 : name.size());
    else if (word.starts_with("-D")) directory = value_at(words, i, 2);
    else if (!word.starts_with('-') && !takes_value(words[i - 1])) break;
  }
  return directory;
}

std::string start_directory(const Words& words, bool is_step) {
  std::string directory = typed_directory(words);
  const char* const variable = getenv("SLURM_WORKING_DIR");  // srun(1), INPUT ENVIRONMENT VARIABLES
  if (directory.empty() && is_step && variable) directory = variable;
  char real[PATH_MAX];
  if (realpath(directory.empty() ? "." : directory.c_str(), real)) return real;
  return directory.starts_with('/') ? directory : "/";
}

}  // namespace slipway
