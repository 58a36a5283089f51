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

void add(OptionValues& values, const std::string& setting, const std::string& value, const std::string& spelled) {
  const auto [there, is_new] = values.emplace(setting, value);
  if (is_new || there->second == value) return;
  throw Error(spelled, "contradicts what was given before (" + printable(there->second) + ")", "give it once");
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

std::string absolute_image(const std::string& image, const PathBase& base) {
  if (image.find('\n') != image.npos) {
    throw Error("--container=" + printable(image), "a line break cannot be part of an image's name", "rename it");
  }
  if (image == kNoImage) return "";
  if (image.empty()) return image;
  // Where a file may be called so, it has another name: ./a#b
  const size_t mark = image.find('#');
  const bool is_in_registry = mark != image.npos && image.find('/') > mark && image.find_first_of(".:") < mark;
  if (image.find("://") != image.npos || is_in_registry) {
    throw Error("--container=" + printable(image), "is an address, not an image on this cluster's file systems",
                "pull it into a SIF file first and name that file");
  }
  return absolute_path(image, base, "--container=" + printable(image));
}

}  // namespace

OptionSources::OptionSources(Slurm& slurm, Settings::Options options, std::vector<std::string> command_line)
    : command_line_(std::move(command_line)) {
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
  if (image && !image->empty()) inherited_[kImage] = *image;
  try {
    if (text) inherited_.merge(with_absolute_paths(values_in(*text), "/"));
  } catch (const Error& error) {
    inherited_error_ = error;
  }
}

// One prefix's variables, behind those that were taken before; two of them that contradict each other are an error.
// What is wrong stays in the environment, for the job's own commands to complain about.
void OptionSources::take_variables(Slurm& slurm, const char* prefix) {
  OptionValues found;
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
      with_absolute_paths({{spelling.setting, value}}, "/");  // for its errors
      add(found, spelling.setting, value, variable);
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
      add_to_list(binds_, value);
    } catch (const Error& error) {
      wrong_variables_.emplace(name, error);
    }
  }
}

void OptionSources::take(const OptionSpelling& spelling, const char* argument) {
  const std::string value = spelling.value ? spelling.value : argument ? argument : "";
  const std::string spelled = std::string("--") + spelling.name + (spelling.value ? "" : "=" + printable(value));
  if (spelling.setting == std::string_view(kImage) && value.empty()) throw empty_image(spelled);
  OptionValues& values = was_typed(spelling, value, command_line_) ? typed_ : scripted_;
  const auto before = values.find(spelling.setting), carried_over = given_before_.find(spelling.setting);
  if (before != values.end() && carried_over != given_before_.end() && before->second == carried_over->second) {
    values.erase(before);
  }
  if (is_list(spelling.setting)) add_to_list(values[spelling.setting], value);
  else if (spelling.setting == std::string_view(kImage)) values[kImage] = value;
  else add(values, spelling.setting, value, spelled);
}

// Beside the image of our own option: what was typed wins over what a script or a variable of Slurm's says.
void OptionSources::take_native(OptionValues& values, const std::string& image, const PathBase& base) const {
  if (image.empty()) throw empty_image("--container=");
  const auto option = values.find(kImage);
  if (option != values.end() && absolute_image(image, base) != absolute_image(option->second, base)) {
    if (native_is_carried_over_) return;
    const bool native_is_typed = was_typed(kNative, image, command_line_),
               option_is_typed = was_typed(option_spellings().front(), option->second, command_line_);
    if (native_is_typed == option_is_typed) {
      throw Error("--container=" + printable(image) + " and --container-image=" + printable(option->second),
                  "name different images", "give one of the two options");
    }
    if (option_is_typed) return;
  }
  values[kImage] = image;
}

OptionSources::Resolved OptionSources::resolve(const std::string& directory, bool launches_steps,
                                               bool may_have_sites_image) {
  const PathBase base(directory, home_);
  OptionValues values = std::exchange(typed_, {});
  values.merge(scripted_);
  scripted_.clear();
  if (!launches_steps) given_before_ = values;
  const std::string first_given = values.empty() ? "" : option_of(values.begin()->first);
  if (const auto native = std::exchange(native_image_, std::nullopt)) take_native(values, *native, base);
  const bool names_image = values.contains(kImage);
  const auto wrong = std::find_if(wrong_variables_.begin(), wrong_variables_.end(),
                                  [&](const auto& variable) { return !values.contains(variable.first); });
  values.insert(variables_.begin(), variables_.end());
  const bool is_inherited = !values.contains(kImage);
  values.insert(inherited_.begin(), inherited_.end());
  const bool is_said = values.contains(kImage);
  const std::string image = absolute_image(image_of(values), base);
  const bool may_have_image = !image.empty() || (!is_said && may_have_sites_image);
  if (may_have_image) {
    if (wrong != wrong_variables_.end()) throw wrong->second;
    if (inherited_error_) throw *inherited_error_;
    if (!binds_.empty()) put_in_front(values["mounts"], binds_);
  } else if (launches_steps) {
    values.clear();
  }
  if (is_said) values[kImage] = image;
  // Of a job they are what its steps inherit, which may name an image.
  if (image.empty() && launches_steps && !first_given.empty() && !names_image) {
    if (!may_have_image) {
      throw Error(first_given, "asks for a container, and no image is named", "add --container=IMAGE");
    }
    values[kImage] = kSitesImage;
  }
  return {with_absolute_paths(values, base), is_inherited, may_have_image ? notice_ : ""};
}

}  // namespace slipway
