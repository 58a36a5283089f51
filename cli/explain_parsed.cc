// SPDX-License-Identifier: BSD-3-Clause

// The second half of slipway explain: executed by the plugin in place of srun, sbatch or salloc, with the options that
// these have understood (plugin/explain_option.h). Prints one line of JSON for the first half.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/doctor/plugstack.h"
#include "cli/explanation.h"
#include "cli/start_directory.h"
#include "cli/subject.h"
#include "lib/base/error.h"
#include "lib/options/image_choice.h"
#include "lib/options/option_table.h"
#include "plugin/explain_option.h"

namespace slipway {

namespace {

using Words = std::vector<std::string>;

std::string variable(const char* name) {
  const char* const value = getenv(name);
  return value ? value : "";
}

// Each word of the admin's is followed by its place.
std::vector<SettingWord> setting_words_of(const Words& words) {
  std::vector<SettingWord> settings;
  for (size_t i = 0; i + 1 < words.size(); i += 2) settings.push_back({words[i], words[i + 1]});
  return settings;
}

Request request_of(const OptionValues& values, const Words& settings, const Words& command_line) {
  const std::string program = command_line[0].substr(command_line[0].find_last_of('/') + 1);
  Request request;
  request.uid = getuid();
  request.gid = getgid();
  request.subject = subject_of_process();
  request.subject.is_checked = accounts_are_checked_on_this_node();
  request.groups = request.subject.groups;
  request.settings = read_settings(setting_words_of(settings), request.subject);
  const ImageChoice choice = choose_image(values, request.settings, request.subject);
  request.image = choice.image;
  request.chosen_by = choice.chosen_by;
  request.options = values;
  request.cwd = start_directory(command_line, program == "srun");
  request.user = variable("USER");
  request.home = variable("HOME");
  request.shell = variable("SHELL");
  if (program == "sbatch") request.batch_script = "SlurmdSpoolDir/job<ID>/slurm_script";
  return request;
}

}  // namespace

int explain_parsed_command(const Words& words) {
  const auto end = std::find(words.begin(), words.end(), "--");
  if (words.empty() || end == words.begin() || words.end() - end < 2) {
    throw UsageError(std::string(kExplainParsed) + ": is for slipway's plugin; use slipway explain");
  }
  const OptionValues values = values_in(words[0]);
  const Request request = request_of(values, Words(words.begin() + 1, end), Words(end + 1, words.end()));
  nlohmann::json component = nlohmann::json::object();
  if (!request.image.empty()) component = explain_container(request);
  component["container"] = !request.image.empty();
  component["site_may_choose"] =
      request.uid != 0 && name_images_for(request.settings.words, request.subject) == std::nullopt;
  printf("%s\n", component.dump().c_str());
  return 0;
}

}  // namespace slipway
