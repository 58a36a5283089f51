// SPDX-License-Identifier: BSD-3-Clause

// slipway explain: what the container of a command would be, without running it. The command's own parser is asked: it
// is started with an option that only the plugin knows, and the plugin executes slipway again (cli/explain_parsed.cc)
// where Slurm would go on. A Slurm without the plugin refuses the option, so nothing runs there either.
//
// Each part between colons is asked about alone: the plugin answers for the first one that its client parses, since
// words alone do not tell whether Slurm would find another one.
#include <fcntl.h>
#include <spawn.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>

#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/doctor/plugstack.h"
#include "cli/explanation_text.h"
#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "plugin/components.h"
#include "plugin/explain_option.h"

extern char** environ;

namespace slipway {

namespace {

using nlohmann::json;
using Words = std::vector<std::string>;

std::string name_of_program(const Words& command) {
  return command.empty() ? "" : command[0].substr(command[0].find_last_of('/') + 1);
}

bool starts_containers(const std::string& program) {
  constexpr std::string_view kPrograms[] = {"srun", "sbatch", "salloc"};
  return std::find(std::begin(kPrograms), std::end(kPrograms), program) != std::end(kPrograms);
}

// Each as a command of its own.
std::vector<Words> parts_of(const Words& command) {
  std::vector<Words> parts(1);
  for (const std::string& word : command) {
    if (word == ":") parts.push_back({command[0]});
    else parts.back().push_back(word);
  }
  return parts;
}

struct Ended {
  int exit_code;
  std::string output;
};

Ended run(Words words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw system_error("slipway explain", "pipe");
  const Fd read_end(ends[0]);
  Fd write_end(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, write_end.get(), STDOUT_FILENO);
  pid_t child;
  const int failure = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw Error(printable(words[0]), strerror(failure), "name a command that is in PATH");
  write_end.reset();
  std::string output;
  char buffer[4096];
  for (ssize_t size; (size = read(read_end.get(), buffer, sizeof buffer)) > 0 || (size < 0 && errno == EINTR);) {
    if (size > 0) output.append(buffer, size);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : kExitRefused, output};
}

// Its last line, behind what a site's own plugins may have printed.
json component_in(const std::string& output) {
  const size_t end = output.find_last_not_of('\n') + 1, start = output.find_last_of('\n', end - 1) + 1;
  return json::parse(output.substr(std::min(start, end), end - std::min(start, end)), nullptr, false);
}

// Null: it would not start anything, and said why.
json ask(const Words& part) {
  Words words = part;
  words.insert(words.begin() + 1, std::string("--") + kExplainOption);
  const Ended ended = run(words);
  json component = component_in(ended.output);
  if (ended.exit_code == 0 && component.is_object()) return component;
  if (!is_configured_on_this_node()) {
    throw Error(printable(part[0]), "slipway is not configured on this machine, so nothing was asked and nothing ran",
                "ask the admin for the plugin's line in plugstack.conf");
  }
  fputs(ended.output.c_str(), stdout);  // of --help, for example
  return nullptr;
}

// A job has one container: the first that a component names.
json ask_for_job(const std::vector<Words>& parts) {
  json component;
  for (const Words& part : parts) {
    component = ask(part);
    if (component.is_null() || component["container"]) break;
  }
  if (component.is_object()) component["component"] = 0;
  return json::array({component});
}

json ask_for_step(const Words& command, const std::vector<Words>& parts) {
  const std::vector<unsigned> numbers = components_of_words(command);
  json components = json::array();
  for (const Words& part : parts) {
    json component = ask(part);
    if (component.is_null()) return json::array({component});
    for (size_t i = components_of_words(part).size(); i > 0 && components.size() < numbers.size(); --i) {
      component["component"] = numbers[components.size()];
      components.push_back(component);
    }
  }
  return components;
}

bool would_fail(const json& component) { return component["container"] && !component["errors"].empty(); }

}  // namespace

int explain_command(const Words& words) {
  const Arguments arguments("explain", words);
  const bool as_json = arguments.has("--json");
  const Words& command = arguments.operands();
  const std::string program = name_of_program(command);
  if (!starts_containers(program)) throw UsageError("explain: needs the words of a srun, sbatch or salloc");

  utsname machine;
  uname(&machine);
  json answer = {{"machine", machine.nodename}, {"program", program}};
  for (const std::string& each : command) answer["command_line"].push_back(printable(each));
  const std::vector<Words> parts = parts_of(command);
  answer["components"] = program == "srun" ? ask_for_step(command, parts) : ask_for_job(parts);
  const json& components = answer["components"];
  if (components[0].is_null()) return kExitRefused;
  if (as_json) printf("%s\n", answer.dump(2).c_str());
  else print_explanation(answer);
  return std::any_of(components.begin(), components.end(), would_fail) ? kExitRefused : 0;
}

}  // namespace slipway
