// SPDX-License-Identifier: BSD-3-Clause
#include "plugin/client.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>

#include "lib/base/close_miss.h"
#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/base/text_file.h"
#include "lib/options/image_choice.h"
#include "lib/options/options.h"
#include "lib/options/terms.h"
#include "plugin/batch_script.h"
#include "plugin/command_line.h"
#include "plugin/components.h"
#include "plugin/explain_option.h"
#include "plugin/marker.h"
#include "plugin/multi_prog.h"
#include "plugin/record.h"
#include "plugin/runtimes.h"

namespace slipway {

namespace {

constexpr char kContainer[] = "SLURM_CONTAINER";
constexpr char kSlipway[] = BINDIR "/slipway";
constexpr size_t kLongestScript = 4 << 20;

std::string working_directory() {
  char path[PATH_MAX];
  if (!getcwd(path, sizeof path)) throw system_error("container", "getcwd", "start in a directory that exists");
  return path;
}

// The partition and the account are for slurmctld to say, and for the nodes to ask.
Subject own_subject(const Slurm& slurm) {
  Subject subject;
  subject.uid = slurm.uid();
  subject.groups = own_groups();
  return subject;
}

bool has_image(const OptionValues& values) { return !image_of(values).empty(); }

}  // namespace

Client::Client(Slurm& slurm, const Settings& settings)
    : settings_(settings), sources_(slurm, settings.options, slurm.command_line()) {
  slurm.unset_environment(kStepVariable);
}

void Client::options_are_parsed(Slurm& slurm) {
  const bool is_ocis = is_for_oci(slurm);
  take_native_image(slurm, is_ocis);
  const auto site_names_image = names_image_for(slurm);
  const OptionSources::Resolved resolved =
      sources_.resolve(working_directory(), slurm.launches_steps(), site_names_image != false);
  const std::string image = image_asked_for(resolved.values).image;
  if (!settings_.error.empty() && (!image.empty() || site_names_image == true)) {
    throw Error::reported(settings_.error, kExitRefused);
  }
  const bool is_decided = settings_.error.empty() && !settings_.depends_on_job;
  const ImageChoice choice = is_decided ? choose_image(resolved.values, settings_, own_subject(slurm))
                                        : image_asked_for(resolved.values);
  const bool is_contained = !choice.image.empty();
  const std::string image_by = choice.chosen_by.empty() ? source_of(resolved.values, kImage) : choice.chosen_by;
  components_.push_back({resolved.values, is_contained, image_by, is_multi_prog(slurm, slurm.command_line()),
                         slurm.option("bcast").has_value(), places_.next(slurm.command_line(), slurm.command_index())});
  if (!is_decided && !says_image(resolved.values) && site_names_image != false) ++undecided_;
  if (is_contained) {
    ++contained_;
    const Options options = read_options(resolved.values);
    if (is_decided) terms_of(options, settings_);  // for its errors
    name_runtime(slurm);
  }
  if (is_contained || undecided_ > 0) refuse_task_scripts(slurm);
  if (only_explains_) explain(slurm);
  if (!image.empty()) warn_of(slurm, resolved);
  if (is_contained && is_decided) warn_of_script(slurm, resolved.values);
  if (!is_ocis) show_in_record(slurm, image, components_.size() == 1 && components_[0].place.is_last);
  if (!slurm.launches_steps()) return export_for_job(slurm);
  refuse_multi_prog(slurm);
  mark_command_line(slurm);
  export_for_steps(slurm);
}

// srun carries its own --container over to the next component, unless show_in_record has taken it back.
void Client::take_native_image(const Slurm& slurm, bool is_ocis) {
  auto native = is_ocis ? std::optional<std::string>(kNoImage) : slurm.environment(kContainer);
  if (!native && slurm.launches_steps()) native = native_before_;
  const bool is_carried_over = native && native == native_before_;
  native_before_ = native;
  sources_.take_native_image(native, is_carried_over);
}

// The image has none of Slurm's commands, or one that finds no cluster.
void Client::warn_of_script(const Slurm& slurm, const OptionValues& values) const {
  const std::vector<std::string> command_line = slurm.command_line();
  const size_t place = slurm.command_index();
  if (!slurm.is_sbatch() || place >= command_line.size()) return;
  if (!terms_of(read_options(values), settings_).batch_in_image) return;
  const Fd script(open(command_line[place].c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  const std::string command = slurm_command_in(text_of_regular_file(script, kLongestScript));
  if (command.empty()) return;
  slurm.warn(printable(command_line[place]) + ": calls " + command + ", and is to run in the image, where Slurm's " +
             "commands do not work; " +
             (settings_.force_image.empty() ? "with --container-batch=host it runs on the host, and its steps in the image"
                                            : "all scripts here run in the site's image"));
}

// A job that waits for days must not fail for a mistyped name. Only of what is certainly not here: nodes may differ.
// Whoever types srun reads what the nodes say.
void Client::warn_of(const Slurm& slurm, const OptionSources::Resolved& resolved) const {
  const std::vector<std::string> command_line = slurm.command_line();
  if (std::any_of(command_line.begin(), command_line.end(), is_marked)) return;  // it was said before the second start
  if (!resolved.notice.empty()) slurm.warn(resolved.notice);
  if (slurm.launches_steps()) return;
  std::vector<std::string> paths = {image_of(resolved.values)};
  for (const MountWord& word : read_options(resolved.values).mounts) {
    if (word.kind == MountWord::kBind) paths.push_back(word.source);
  }
  for (const std::string& path : paths) {
    if (access(path.c_str(), F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR)) continue;
    const std::string meant = closest_path(path);
    slurm.warn(printable(path) + ": not on this machine; nodes may differ" +
               (meant.empty() ? "" : "; did you mean " + printable(meant) + "?"));
  }
}

// Slurm runs them on the host, and no node learns of them in time.
void Client::refuse_task_scripts(const Slurm& slurm) const {
  if (settings_.task_scripts || !slurm.launches_steps()) return;
  for (const char* option : {"task-prolog", "task-epilog"}) {
    if (!slurm.option(option)) continue;
    throw Error(std::string("--") + option,
                "is not allowed in steps with a container on this cluster (" + words_of_key(settings_, "task_scripts") +
                    "): it runs on the host",
                "leave it out, or ask the admin");
  }
}

const Client::Parsed& Client::first_contained() const {
  return *std::find_if(components_.begin(), components_.end(),
                       [](const Parsed& component) { return component.is_contained; });
}

// Only a Slurm that puts enter in front of each command can hand over a list of them. Not in launch: slurmctld has made
// the step by then, and the job's next step would wait for its end.
void Client::refuse_multi_prog(const Slurm& slurm) const {
  if (contained_ + undecided_ == 0 || slurm.can_prepend_word() || !is_multi_prog(slurm, slurm.command_line())) return;
  const char* const instead = "start the programs from one script that looks at SLURM_PROCID";
  if (contained_ > 0) {
    throw Error(first_contained().image_by, "does not go with --multi-prog before Slurm 23.11", instead);
  }
  throw Error("--multi-prog", "does not go with an image before Slurm 23.11, and this site may have one for the step",
              std::string(instead) + ", or add --container=none where no image is forced");
}

std::optional<bool> Client::names_image_for(const Slurm& slurm) const {
  if (slurm.uid() == 0 || !name_images(settings_.words)) return false;
  return name_images_for(settings_.words, own_subject(slurm));
}

// Nothing has been asked of Slurm yet, and nothing will be: this process becomes slipway.
void Client::explain(Slurm& slurm) const {
  std::vector<std::string> words = {kSlipway, kExplainParsed, to_text(components_.back().values)};
  for (const SettingWord& word : settings_.words) words.insert(words.end(), {word.text, word.place});
  words.push_back("--");
  const std::vector<std::string> command_line = slurm.command_line();
  words.insert(words.end(), command_line.begin(), command_line.end());
  slurm.execute(words);
  throw system_error(kSlipway, "exec", "ask the admin to install slipway completely on this machine");
}

// Slurm's own variable holds one image for all components, and the next component's --container shows only where it is
// unset: so steps have a variable of ours, and the nodes give the ranks SLURM_CONTAINER.
void Client::export_for_steps(Slurm& slurm) const {
  slurm.unset_environment(kContainer);
  ComponentOptions components;
  for (const Parsed& component : components_) components[component.place.number] = component.values;
  const auto has_none = [](const Parsed& component) { return component.values.empty(); };
  if (std::all_of(components_.begin(), components_.end(), has_none)) return;
  if (components.size() != components_.size()) {
    throw Error("--het-group", "slipway cannot tell which component gets which image",
                "name each component once, in order");
  }
  slurm.set_environment(kStepVariable, to_text(components));
}

// A job has one container, which its batch script runs in and its steps inherit: the first that a component names.
void Client::export_for_job(Slurm& slurm) const {
  const auto names_image = [](const Parsed& component) { return has_image(component.values); };
  const auto first = std::find_if(components_.begin(), components_.end(), names_image);
  // By now sbatch has copied the environment, of its first component, for the script.
  if (first != components_.begin() && first != components_.end() && slurm.is_sbatch()) {
    throw Error(source_of(first->values, kImage), "of a later component does not reach sbatch's script",
                "name the job's image in the first component");
  }
  // sbatch empties its environment, which is to carry the container to the nodes.
  if (slurm.is_sbatch() && slurm.option("export-file") && contained_ > 0) {
    throw Error("--export-file", "does not go with " + first_contained().image_by,
                "read the file in the script, or use --export=NAME=VALUE,...");
  }
  OptionValues values = first == components_.end() ? components_.front().values : first->values;
  slurm.unset_environment(kContainer);
  slurm.unset_environment(kJobVariable);
  if (values.contains(kImage)) slurm.set_environment(kContainer, has_image(values) ? image_of(values) : kNoImage);
  values.erase(kImage);
  if (!values.empty()) slurm.set_environment(kJobVariable, to_text(values));
}

// What local_user_init does not show can only be marked in srun's own words: of a heterogeneous step it shows one
// component, and not which, and of a step without srun (--async) none. srun then starts once more; it has done nothing
// yet but read its words.
void Client::mark_command_line(Slurm& slurm) const {
  std::vector<std::string> words = slurm.command_line();
  const bool is_async = slurm.option("async").value_or("unset") == "set";
  if (!components_.back().place.is_last || (components_.size() == 1 && !is_async)) return;
  const char* const how = is_async ? "and --async" : "in a heterogeneous step";
  bool is_changed = false;
  for (const Parsed& component : components_) {
    const size_t command = component.place.command;
    if (!component.is_contained || command >= words.size() || is_marked(words[command])) continue;
    if (component.is_list) {
      throw Error("--multi-prog", "does not go with " + component.image_by + " " + how,
                  "start the programs from one script that looks at SLURM_PROCID");
    }
    if (component.is_broadcast) {
      throw Error("--bcast", "does not go with " + component.image_by + " " + how,
                  "copy the program with sbcast, or put it where all nodes see it");
    }
    words[command] = mark_command(words[command]);
    is_changed = true;
  }
  if (!is_changed) return;
  slurm.start_again(words);
  throw system_error("srun", "exec", "try again");
}

// The second word is the text of the list (_load_multi in srun's sources).
void Client::mark_list_of_commands(Slurm& slurm) const {
  const std::vector<std::string> words = slurm.words();
  if (words.size() > 1 && slurm.replace_word(1, mark_multi_prog(words[1]))) return;
  throw Error("--multi-prog", "its commands cannot be handed to the container", "report this to slipway's authors");
}

void Client::launch(Slurm& slurm) const {
  // Those of several components are marked already.
  if (components_.size() > 1 || contained_ == 0) return;
  const std::vector<std::string> command_line = slurm.command_line();
  if (is_multi_prog(slurm, command_line)) return mark_list_of_commands(slurm);
  const std::vector<std::string> words = slurm.words();
  const char* const path = getenv("PATH");
  const auto destination = slurm.option("bcast");  // which replaces the command afterwards, from 23.02 on
  if (words.empty() || !slurm.replace_word(0, mark_command(command_as_typed(words, command_line, path ? path : ""))) ||
      (destination && !slurm.set_option("bcast", mark_command(*destination)))) {
    throw Error("container", "this step's command cannot be handed to the container",
                "report this to slipway's authors");
  }
}

}  // namespace slipway
