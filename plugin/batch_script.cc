// SPDX-License-Identifier: BSD-3-Clause
#include "plugin/batch_script.h"

#include <algorithm>
#include <iterator>

#include "lib/base/slurm_commands.h"

namespace slipway {

namespace {

// After these words a shell takes another command.
constexpr std::string_view kBefore[] = {"do", "then", "else", "if",  "while", "until", "!", "exec", "time",
                                        "nohup", "&&", "||", "|", "&", ";", "{", "("};

bool is_among(std::string_view word, const auto& words) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

// "OMP_NUM_THREADS=4 srun ./a"
bool is_assignment(std::string_view word) {
  const size_t equals = word.find('=');
  return equals != word.npos && equals > 0 && word.find_first_of("$/\"'") > equals;
}

// "x=$(srun" begins a command, too.
std::string_view without_brackets(std::string_view word) {
  const size_t substitution = word.find("$(");
  if (substitution != word.npos) word.remove_prefix(substitution);
  word.remove_prefix(std::min(word.find_first_not_of("$(`\""), word.size()));
  return word.substr(0, word.find_first_of(";)`"));
}

}  // namespace

std::string slurm_command_in(std::string_view script) {
  constexpr std::string_view kBlanks = " \t\r";
  while (!script.empty()) {
    std::string_view line = script.substr(0, script.find('\n'));
    script.remove_prefix(std::min(line.size() + 1, script.size()));
    for (bool takes_command = true; !line.empty();) {
      line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
      const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
      line.remove_prefix(word.size());
      if (word.starts_with('#')) break;
      const std::string_view command = without_brackets(word);
      const bool is_substituted = word.find("$(") != word.npos || word.starts_with('`') || word.starts_with('(');
      if ((takes_command || is_substituted) && is_among(command, kSlurmCommands)) return std::string(command);
      takes_command = is_among(word, kBefore) || word.ends_with(';') || (takes_command && is_assignment(word));
    }
  }
  return "";
}

}  // namespace slipway
