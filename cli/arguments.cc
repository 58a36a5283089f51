// SPDX-License-Identifier: BSD-3-Clause
#include "cli/arguments.h"

#include <getopt.h>

#include <cstring>

#include "cli/usage.h"
#include "lib/base/error.h"

namespace slipway {

namespace {

// getopt_long answers these: an option's place in the table follows.
constexpr int kFirstOption = 256, kUnknown = '?', kNoValue = ':', kEnd = -1;

std::vector<option> table_of(const CommandUsage& usage, std::vector<std::string>& names) {
  std::vector<option> table;
  names.reserve(usage.options.size());
  for (const OptionUsage& each : usage.options) {
    const char* const name = each.spelling + strlen("--");
    names.emplace_back(name, strcspn(name, "="));
    const int place = kFirstOption + static_cast<int>(table.size());
    table.push_back({names.back().c_str(), strchr(name, '=') ? required_argument : no_argument, nullptr, place});
  }
  table.push_back({});
  return table;
}

// `last` is the argument that getopt_long has just read, unless it is in the middle of letters like "-xy".
UsageError refusal(const std::string& command, const std::vector<option>& table, int answer, const char* last) {
  const bool is_letter = optopt > 0 && optopt < kFirstOption;
  const std::string word = is_letter ? std::string("-") + static_cast<char>(optopt) : last;
  const std::string name = printable(word.substr(0, word.find('=')));
  if (answer == kNoValue) return UsageError(command + ": " + name + " needs a value");
  // getopt_long says in optopt which one of the table got a value without taking any.
  const bool takes_none = optopt >= kFirstOption && table[optopt - kFirstOption].has_arg == no_argument;
  if (takes_none) return UsageError(command + ": " + name + " takes no value");
  return unknown_word(command, word);
}

}  // namespace

Arguments::Arguments(const std::string& command, const std::vector<std::string>& words) {
  const CommandUsage& usage = *usage_of(command);
  std::vector<std::string> names;
  const std::vector<option> table = table_of(usage, names);
  std::vector<std::string> copies = words;
  std::string program = "slipway";
  std::vector<char*> argv = {program.data()};
  for (std::string& word : copies) argv.push_back(word.data());
  argv.push_back(nullptr);
  optind = 0;  // 0, not 1: getopt(3) forgets what it kept of another call
  opterr = 0;
  const int count = static_cast<int>(argv.size()) - 1;
  for (;;) {
    const int answer = getopt_long(count, argv.data(), usage.ends_with_command ? "+:" : ":", table.data(), nullptr);
    if (answer == kEnd) break;
    if (answer == kUnknown || answer == kNoValue) throw refusal(command, table, answer, argv[optind - 1]);
    options_.emplace_back("--" + names[answer - kFirstOption], optarg ? optarg : "");
  }
  operands_.assign(argv.begin() + optind, argv.end() - 1);
}

std::optional<std::string> Arguments::value_of(const std::string& option) const {
  for (auto each = options_.rbegin(); each != options_.rend(); ++each) {
    if (each->first == option) return each->second;
  }
  return std::nullopt;
}

}  // namespace slipway
