// SPDX-License-Identifier: BSD-3-Clause

// slipway: the users' command beside srun --container: builds images, and tells what they, their
// containers and this machine are.
#include <cstdio>
#include <exception>

#include "cli/commands.h"
#include "cli/usage.h"
#include "lib/base/error.h"
#include "plugin/explain_option.h"

namespace slipway {

namespace {

constexpr int kExitUsage = 2;

struct Command {
  const char* name;
  int (*run)(const std::vector<std::string>& words);
};
constexpr Command kCommands[] = {{"build", build_command},       {"doctor", doctor_command},
                                 {"explain", explain_command},   {kExplainParsed, explain_parsed_command},
                                 {"inspect", inspect_command},   {"policy", policy_command},
                                 {"topology", topology_command}, {"verify", verify_command}};

const CommandUsage& must_have_usage(const std::string& command) {
  if (const CommandUsage* const usage = usage_of(command)) return *usage;
  throw no_command(command);
}

int help(const std::vector<std::string>& words) {
  if (words.size() > 1) throw UsageError("help: takes one command");
  fputs((words.empty() ? text_of_usages() : text_of(must_have_usage(words[0]))).c_str(), stdout);
  return 0;
}

int run(const std::string& name, const std::vector<std::string>& words) {
  if (name.empty()) throw UsageError("no command given");
  if (name == "help" || name == "--help" || name == "-h") return help(words);
  if (name == "--version" || name == "-V") {
    puts("slipway " PACKAGE_VERSION);
    return 0;
  }
  for (const Command& command : kCommands) {
    if (name != command.name) continue;
    const CommandUsage* const usage = usage_of(name);
    return usage && asks_for_help(*usage, words) ? help({name}) : command.run(words);
  }
  throw no_command(name);
}

// One line, whose end says where the rest is.
void print(const UsageError& error, const std::string& name) {
  const std::string what = error.what();
  const std::string rest = usage_of(name) ? "slipway help " + name + " tells more" : "slipway --help lists them";
  fprintf(stderr, "slipway: %s%s%s\n", what.c_str(), what.ends_with('?') ? " " : "; ", rest.c_str());
}

}  // namespace

}  // namespace slipway

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "";
  try {
    return slipway::run(name, std::vector<std::string>(argv + (argc > 1 ? 2 : argc), argv + argc));
  } catch (const slipway::UsageError& error) {
    slipway::print(error, name);
    return slipway::kExitUsage;
  } catch (const std::exception& error) {
    fprintf(stderr, "slipway: %s\n", error.what());
    return slipway::kExitRefused;
  }
}
