#include "plugin/client.h"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>

#include "helper/error.h"
#include "helper/image_choice.h"
#include "helper/options.h"
#include "helper/terms.h"
#include "plugin/command_line.h"
#include "plugin/components.h"
#include "plugin/explain_option.h"
#include "plugin/marker.h"
#include "plugin/multi_prog.h"

namespace slipway {

namespace {

constexpr char kContainer[] = "SLURM_CONTAINER";
constexpr char kSlipway[] = BINDIR "/slipway";

std::string working_directory() {
  char path[PATH_MAX];
  if (!getcwd(path, sizeof path)) throw system_error("--container", "getcwd", "start in a directory that exists");
  return path;
}

// Where Slurm looks for its files: beside the one that is named, or in /etc, or where a configless node keeps them.
std::vector<std::string> configuration_directories() {
  if (const char* const conf = getenv("SLURM_CONF")) {
    const std::string path = conf;
    return {path.substr(0, path.find_last_of('/') + 1)};
  }
  return {"/etc/slurm/", "/run/slurm/conf/"};
}

// With an oci.conf, Slurm's own container support takes --container first, and fails on a SIF.
void refuse_oci_conf() {
  for (const std::string& directory : configuration_directories()) {
    const std::string oci_conf = directory + "oci.conf";
    if (access(oci_conf.c_str(), F_OK) == 0) {
      throw Error("--container", "Slurm's own OCI containers are configured here (" + oci_conf + ")",
                  "ask the admin to choose one of the two: slipway needs a Slurm without oci.conf");
    }
  }
}

bool has_image(const OptionValues& values) { return !image_of(values).empty(); }

}  // namespace

Client::Client(Slurm& slurm, const Settings& settings)
    : settings_(settings), record_(slurm), sources_(slurm, settings.options, own_command_line()) {
  slurm.unset_environment(kStepVariable);
}

void Client::options_are_parsed(Slurm& slurm) {
  const auto native = slurm.environment(kContainer);
  sources_.take_native_image(native);
  record_.take_variable_away(slurm);
  const auto site_names_image = names_image_for(slurm);
  const OptionSources::Resolved resolved =
      sources_.resolve(working_directory(), slurm.launches_steps(), site_names_image != false);
  components_.push_back(resolved.values);
  const std::string image = image_asked_for(resolved.values).image;
  if (!settings_.error.empty() && (!image.empty() || site_names_image == true)) {
    throw Error::reported(settings_.error, kExitRefused);
  }
  const bool is_decided = settings_.error.empty() && !settings_.depends_on_job;
  const bool is_contained =
      is_decided ? !choose_image(resolved.values, settings_, slurm.uid()).image.empty() : !image.empty();
  if (!is_decided && !says_image(resolved.values) && site_names_image != false) ++undecided_;
  if (is_contained) {
    ++contained_;
    const Options options = read_options(resolved.values);
    if (is_decided) terms_of(options, settings_);  // for its errors
    refuse_oci_conf();
  }
  if (only_explains_) explain(slurm);
  if (!image.empty()) {
    const bool is_whole = components_of_words(own_command_line()).size() == 1;
    if (!native && !resolved.image_is_inherited && is_whole) record_.show(slurm, image);
  }
  if (slurm.launches_steps()) export_for_steps(slurm);
  else export_for_job(slurm);
}

// The partition and the account are for slurmctld to say, and for the nodes to ask.
std::optional<bool> Client::names_image_for(const Slurm& slurm) const {
  if (slurm.uid() == 0 || !name_images(settings_.words)) return false;
  return name_images_for(settings_.words, {std::nullopt, std::nullopt, own_groups()});
}

// Nothing has been asked of Slurm yet, and nothing will be: this process becomes slipway.
void Client::explain(Slurm& slurm) const {
  std::vector<std::string> words = {kSlipway, kExplainParsed, lines_of(components_.back())};
  for (const SettingWord& word : settings_.words) words.insert(words.end(), {word.text, word.place});
  words.push_back("--");
  const std::vector<std::string> command_line = own_command_line();
  words.insert(words.end(), command_line.begin(), command_line.end());
  slurm.execute(words);
  throw system_error(kSlipway, "exec", "ask the admin to install slipway completely on this machine");
}

// Slurm's own variable holds one image for all components, and the next component's --container shows only where it is
// unset: so steps have a variable of ours, and the nodes give the ranks SLURM_CONTAINER.
void Client::export_for_steps(Slurm& slurm) const {
  slurm.unset_environment(kContainer);
  const std::vector<unsigned> numbers = components_of_words(own_command_line());
  ComponentOptions components;
  for (size_t i = 0; i < components_.size(); ++i) components[i < numbers.size() ? numbers[i] : i] = components_[i];
  if (std::all_of(components_.begin(), components_.end(), [](const auto& values) { return values.empty(); })) return;
  if (components.size() != components_.size()) {
    throw Error("--het-group", "slipway cannot tell which component gets which image",
                "name each component once, in order");
  }
  slurm.set_environment(kStepVariable, to_text(components));
}

// A job has one container, which its batch script runs in and its steps inherit: the first that a component names.
void Client::export_for_job(Slurm& slurm) const {
  const auto first = std::find_if(components_.begin(), components_.end(), has_image);
  OptionValues values = first == components_.end() ? components_.front() : *first;
  slurm.unset_environment(kContainer);
  slurm.unset_environment(kJobVariable);
  if (values.contains(kImage)) slurm.set_environment(kContainer, has_image(values) ? image_of(values) : kNoImage);
  values.erase(kImage);
  if (!values.empty()) slurm.set_environment(kJobVariable, lines_of(values));
}

void Client::launch(Slurm& slurm) const {
  if (contained_ + undecided_ == 0) return;
  const std::vector<std::string> command_line = own_command_line();
  if (is_multi_prog(command_line)) {
    // The words name a file of commands here, which only a Slurm that puts enter in front of each can hand over.
    if (slurm.can_prepend_word()) return;
    const char* const instead = "start the programs from one script that looks at SLURM_PROCID";
    if (contained_ > 0) throw Error("--container", "does not go with --multi-prog before Slurm 23.11", instead);
    throw Error("--multi-prog", "does not go with an image before Slurm 23.11, and this site may have one for the step",
                std::string(instead) + ", or add --container=none where no image is forced");
  }
  // Slurm shows the command of one component only, and not of which.
  if (contained_ < components_.size()) return;
  const std::vector<std::string> words = slurm.words();
  const char* const path = getenv("PATH");
  if (words.empty() || !slurm.replace_command(mark_command(command_as_typed(words, command_line, path ? path : "")))) {
    throw Error("--container", "this step's command cannot be handed to the container",
                "report this to slipway's authors");
  }
}

}  // namespace slipway
