// SPDX-License-Identifier: BSD-3-Clause
#include "plugin/option_sources.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/error.h"
#include "lib/base/escaped_list.h"
#include "lib/options/image_choice.h"
#include "lib/options/options.h"
#include "plugin/apptainer_variables.h"
#include "plugin/explain_option.h"

namespace slipway {

namespace {

constexpr char kContainer[] = "SLURM_CONTAINER";
constexpr OptionSpelling kNative{"container", kImage, nullptr, "", "", false};  // Slurm's own

std::optional<std::string> take_variable(Slurm& slurm, const std::string& name) {
  auto value = slurm.environment(name.c_str());
  slurm.unset_environment(name.c_str());
  return value;
}

// Under both prefixes Slurm passes an option on: to a job's commands, and to the nodes.
void drop_what_slurm_passes_on(Slurm& slurm, std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  slurm.unset_environment(("SLURM_SPANK__SLURM_SPANK_OPTION_slipway_" + name).c_str());
  slurm.unset_environment(("_SLURM_SPANK_OPTION_slipway_" + name).c_str());
}

bool is_list(std::string_view setting) {
  constexpr std::string_view kLists[] = {"mounts", "env", "device", "no_mount"};
  return std::find(std::begin(kLists), std::end(kLists), setting) != std::end(kLists);
}

// Each word once: a job passes on what its steps find in their environment, too.
void add_to_list(std::string& list, const std::string& words) {
  for (const std::string& word : split_escaped(words, ',')) {
    const std::vector<std::string> there = split_escaped(list, ',');
    if (std::find(there.begin(), there.end(), word) != there.end()) continue;
    list += (list.empty() ? "" : ",") + word;
  }
}

// Later mounts cover earlier ones: what was typed wins.
void put_in_front(std::string& list, const std::string& words) {
  const std::string behind = std::exchange(list, words);
  if (!behind.empty()) add_to_list(list, behind);
}

// Whether `name` is that of an option, which then is no other one's, cut short.
bool is_whole_name(const std::string& name) {
  const auto spellings = option_spellings();
  return name == "--container" || std::any_of(spellings.begin(), spellings.end(), [&](const OptionSpelling& spelling) {
           return name == std::string("--") + spelling.name;
         });
}

// srun and its like take an option's name cut short, with its value behind "=" or in the next word.
bool was_typed(const OptionSpelling& spelling, const std::string& value, const std::vector<std::string>& words) {
  const std::string whole = std::string("--") + spelling.name;
  for (size_t i = 1; i < words.size(); ++i) {
    const std::string name = words[i].substr(0, words[i].find('='));
    if (name.size() < 4 || !whole.starts_with(name) || (name != whole && is_whole_name(name))) continue;
    if (spelling.value) return true;
    const bool has_own_value = name.size() < words[i].size();
    if (has_own_value ? words[i].substr(name.size() + 1) == value : i + 1 < words.size() && words[i + 1] == value) {
      return true;
    }
  }
  return false;
}

// As of $IMAGE in a shell that has no such variable: the step would run on the host.
Error empty_image(const std::string& spelled) {
  return Error(spelled, "names no image", "name one, or none for a step on the host");
}

// `option` is what named it.
std::string absolute_image(const std::string& image, const PathBase& base, const std::string& option) {
  const std::string what = option + "=" + printable(image);
  if (image.find('\n') != image.npos) {
    throw Error(what, "a line break cannot be part of an image's name", "rename it");
  }
  if (image == kNoImage) return "";
  if (image.empty()) return image;
  // Where a file may be called so, it has another name: ./a#b
  const size_t mark = image.find('#');
  const bool is_in_registry = mark != image.npos && image.find('/') > mark && image.find_first_of(".:") < mark;
  if (image.find("://") != image.npos || is_in_registry) {
    throw Error(what, "is an address, not an image on this cluster's file systems",
                "pull it into a SIF file first and name that file");
  }
  return absolute_path(image, base, what);
}

// Slurm's own, which stands for its --container.
std::pair<std::string, std::string> native_variable(const Slurm& slurm) {
  const char* const name = slurm.launches_steps() ? "SRUN_CONTAINER"
                           : slurm.is_sbatch()    ? "SBATCH_CONTAINER"
                                                  : "SALLOC_CONTAINER";
  return {name, slurm.environment(name).value_or("")};
}

}  // namespace

void OptionSources::add(SaidValues& values, const std::string& setting, const Said& said, const std::string& spelled) {
  const auto [there, is_new] = values.emplace(setting, said);
  if (is_new || there->second.value == said.value) return;
  throw Error(spelled, "contradicts what was given before (" + printable(there->second.value) + ")", "give it once");
}

// As they travel.
OptionValues OptionSources::plain(const SaidValues& values) {
  OptionValues plain;
  for (const auto& [setting, said] : values) {
    plain.emplace(setting, said.value);
    note_source(plain, setting, said.by);
  }
  return plain;
}

OptionSources::OptionSources(Slurm& slurm, Settings::Options options, std::vector<std::string> command_line)
    : command_line_(std::move(command_line)), native_variable_(native_variable(slurm)) {
  take_inherited(slurm);
  for (const char* prefix : {kOwnPrefix, kPyxisPrefix}) {
    // Where Pyxis runs too, its variables are its own.
    if (prefix == kOwnPrefix || options == Settings::Options::kPyxis) take_variables(slurm, prefix);
  }
  take_apptainers(slurm);
  home_ = slurm.environment("HOME").value_or("");
  if (!home_.starts_with('/')) home_.clear();
  for (const OptionSpelling& spelling : option_spellings()) drop_what_slurm_passes_on(slurm, spelling.name);
  drop_what_slurm_passes_on(slurm, "container");
  drop_what_slurm_passes_on(slurm, kExplainOption);  // of a command only, never of an environment
}

// By steps: a job is submitted from another one by chance.
void OptionSources::take_inherited(Slurm& slurm) {
  const auto image = take_variable(slurm, kContainer);
  const auto text = take_variable(slurm, kJobVariable);
  if (!slurm.launches_steps()) return;
  OptionValues values;
  try {
    if (text) values = with_absolute_paths(values_in(*text), "/");
  } catch (const Error& error) {
    inherited_error_ = error;
  }
  if (image && !image->empty()) {
    values[kImage] = *image;
    // In a job it was typed at the job or step around this one; elsewhere somebody exported it.
    if (!slurm.environment("SLURM_JOB_ID")) note_source(values, kImage, kContainer);
  }
  for (const auto& [setting, value] : values) {
    if (setting != kSaidBy) inherited_[setting] = {value, source_of(values, setting)};
  }
}

// One prefix's variables, behind those that were taken before; two of them that contradict each other are an error.
// What is wrong stays in the environment, for the job's own commands to complain about.
void OptionSources::take_variables(Slurm& slurm, const char* prefix) {
  SaidValues found;
  std::vector<std::pair<std::string, std::string>> taken;  // setting and variable
  std::map<std::string, Error> wrong;
  for (const OptionSpelling& spelling : option_spellings()) {
    const std::string variable = variable_of(spelling, prefix);
    if (variable.empty() || (prefix == kPyxisPrefix && !spelling.pyxis)) continue;
    const auto text = slurm.environment(variable.c_str());
    if (!text) continue;
    try {
      const std::string value = value_in_variable(spelling, variable, *text);
      if (spelling.setting == std::string_view(kImage) && value.empty()) throw empty_image(variable + "=");
      const Said said{value, variable};
      with_absolute_paths(plain({{spelling.setting, said}}), "/");  // for its errors
      add(found, spelling.setting, said, variable);
      taken.emplace_back(spelling.setting, variable);
    } catch (const Error& error) {
      wrong.emplace(spelling.setting, error);
    }
  }
  for (const auto& [setting, variable] : taken) {
    if (!wrong.contains(setting)) slurm.unset_environment(variable.c_str());
  }
  for (const auto& [setting, error] : wrong) {
    found.erase(setting);
    if (!variables_.contains(setting)) wrong_variables_.emplace(setting, error);
  }
  variables_.merge(found);
}

void OptionSources::take_apptainers(const Slurm& slurm) {
  const ApptainerVariables variables = apptainer_variables(slurm);
  notice_ = variables.notice;
  for (const auto& [name, value] : variables.binds) {
    try {
      with_absolute_sources(value, name, "/");  // for its errors
      binds_.emplace_back(name, value);
    } catch (const Error& error) {
      wrong_variables_.emplace(name, error);
    }
  }
}

void OptionSources::take(const OptionSpelling& spelling, const char* argument) {
  const std::string value = spelling.value ? spelling.value : argument ? argument : "";
  const std::string spelled = std::string("--") + spelling.name + (spelling.value ? "" : "=" + printable(value));
  if (spelling.setting == std::string_view(kImage) && value.empty()) throw empty_image(spelled);
  SaidValues& values = was_typed(spelling, value, command_line_) ? typed_ : scripted_;
  const Said said{value, std::string("--") + spelling.name};
  const auto before = values.find(spelling.setting), carried_over = given_before_.find(spelling.setting);
  if (before != values.end() && carried_over != given_before_.end() &&
      before->second.value == carried_over->second.value) {
    values.erase(before);
  }
  if (is_list(spelling.setting)) {
    Said& list = values[spelling.setting];
    add_to_list(list.value, value);
    list.by = said.by;
  } else if (spelling.setting == std::string_view(kImage)) {
    values[kImage] = said;
  } else {
    add(values, spelling.setting, said, spelled);
  }
}

// Beside the image of our own option: what was typed wins over what a script or a variable of Slurm's says.
void OptionSources::take_native(SaidValues& values, const std::string& image, const PathBase& base) const {
  const bool native_is_typed = was_typed(kNative, image, command_line_);
  const bool is_of_variable = !native_is_typed && image == native_variable_.second && !image.empty();
  const std::string by = is_of_variable ? native_variable_.first : "--container";
  if (image.empty()) throw empty_image("--container=");
  const auto option = values.find(kImage);
  if (option != values.end() &&
      absolute_image(image, base, by) != absolute_image(option->second.value, base, option->second.by)) {
    if (native_is_carried_over_) return;
    const bool option_is_typed = was_typed(option_spellings().front(), option->second.value, command_line_);
    if (native_is_typed == option_is_typed) {
      throw Error(by + "=" + printable(image) + " and " + option->second.by + "=" + printable(option->second.value),
                  "name different images", "give one of the two");
    }
    if (option_is_typed) return;
  }
  values[kImage] = {image, by};
}

void OptionSources::add_binds(SaidValues& values) const {
  if (binds_.empty()) return;
  Said& mounts = values["mounts"];
  std::string binds;
  for (const auto& [name, value] : binds_) {
    add_to_list(binds, value);
    mounts.by += (mounts.by.empty() ? "" : " and ") + name;
  }
  put_in_front(mounts.value, binds);
}

OptionSources::Resolved OptionSources::resolve(const std::string& directory, bool launches_steps,
                                               bool may_have_sites_image) {
  const PathBase base(directory, home_);
  SaidValues values = std::exchange(typed_, {});
  values.merge(scripted_);
  scripted_.clear();
  if (!launches_steps) given_before_ = values;
  const std::string first_given = values.empty() ? "" : values.begin()->second.by;
  if (const auto native = std::exchange(native_image_, std::nullopt)) take_native(values, *native, base);
  const bool names_image = values.contains(kImage);
  const auto wrong = std::find_if(wrong_variables_.begin(), wrong_variables_.end(),
                                  [&](const auto& variable) { return !values.contains(variable.first); });
  values.insert(variables_.begin(), variables_.end());
  const bool is_inherited = !values.contains(kImage);
  values.insert(inherited_.begin(), inherited_.end());
  const auto said_image = values.find(kImage);
  const bool is_said = said_image != values.end();
  const Said image_said = is_said ? said_image->second : Said();
  const std::string image = absolute_image(image_said.value, base, image_said.by);
  const bool may_have_image = !image.empty() || (!is_said && may_have_sites_image);
  if (may_have_image) {
    if (wrong != wrong_variables_.end()) throw wrong->second;
    if (inherited_error_) throw *inherited_error_;
  } else if (launches_steps) {
    values.clear();
  }
  if (is_said) values[kImage] = {image, image_said.by};
  // Of a job they are what its steps inherit, which may name an image.
  if (image.empty() && launches_steps && !first_given.empty() && !names_image) {
    if (!may_have_image) {
      throw Error(first_given, "asks for a container, and no image is named", "add --container=IMAGE");
    }
    values[kImage] = {kSitesImage, "--container"};
  }
  with_absolute_paths(plain(values), base);  // for its errors, before Apptainer's come to the mounts
  if (may_have_image) add_binds(values);
  return {with_absolute_paths(plain(values), base), is_inherited, may_have_image ? notice_ : ""};
}

}  // namespace slipway
