#include "plugin/client.h"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>

#include "helper/error.h"
#include "plugin/command_line.h"
#include "plugin/components.h"
#include "plugin/marker.h"

namespace slipway {

namespace {

constexpr char kContainer[] = "SLURM_CONTAINER";

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

bool is_multi_prog(const std::vector<std::string>& words) {
  return getenv("SLURM_MULTI_PROG") || std::find(words.begin(), words.end(), "--multi-prog") != words.end();
}

}  // namespace

Client::Client(Slurm& slurm, const Settings& settings) : settings_(settings), record_(slurm) {
  choice_.inherited = slurm.environment(kContainer);
  slurm.unset_environment(kContainer);
  slurm.unset_environment(kImagesVariable);
  // Slurm passes on our options too, as if they were given again: what is inherited would look explicit.
  for (const std::string option : {"container", "container_image"}) {
    slurm.unset_environment(("SLURM_SPANK__SLURM_SPANK_OPTION_slipway_" + option).c_str());
    slurm.unset_environment(("_SLURM_SPANK_OPTION_slipway_" + option).c_str());
  }
}

void Client::options_are_parsed(Slurm& slurm) {
  choice_.native = slurm.environment(kContainer);
  record_.take_variable_away(slurm);
  const bool is_unknown_to_slurm = choice_.option && !choice_.native;
  images_.push_back(choose_image(choice_, working_directory()));
  choice_.native.reset();
  choice_.option.reset();
  if (images_.back()) {
    if (!settings_.error.empty()) throw Error::reported(settings_.error, kExitRefused);
    refuse_oci_conf();
    const bool is_whole = components_of_words(own_command_line()).size() == 1;
    if (is_unknown_to_slurm && is_whole) record_.show(slurm, *images_.back());
  }
  if (slurm.launches_steps()) export_for_steps(slurm);
  else export_for_job(slurm);
}

// Slurm's own variable holds one image for all components, and the next component's --container shows only where it is
// unset: so steps have a variable of ours, and the nodes give the ranks SLURM_CONTAINER.
void Client::export_for_steps(Slurm& slurm) const {
  slurm.unset_environment(kContainer);
  const std::vector<unsigned> components = components_of_words(own_command_line());
  ComponentImages images;
  bool any = false;
  for (size_t i = 0; i < images_.size(); ++i) {
    images[i < components.size() ? components[i] : i] = images_[i];
    any = any || images_[i];
  }
  if (!any) return;
  if (images.size() != images_.size()) {
    throw Error("--het-group", "slipway cannot tell which component gets which image",
                "name each component once, in order");
  }
  slurm.set_environment(kImagesVariable, to_text(images));
}

// A job has one image, which its batch script runs in and its steps inherit: the first that a component names.
void Client::export_for_job(Slurm& slurm) const {
  for (const auto& image : images_) {
    if (image) return slurm.set_environment(kContainer, *image);
  }
  slurm.unset_environment(kContainer);
}

void Client::launch(Slurm& slurm) const {
  const size_t contained =
      std::count_if(images_.begin(), images_.end(), [](const auto& image) { return image.has_value(); });
  if (contained == 0) return;
  const std::vector<std::string> command_line = own_command_line();
  if (is_multi_prog(command_line)) {
    // The words name a file of commands here, which only a Slurm that puts enter in front of each can hand over.
    if (slurm.can_prepend_word()) return;
    throw Error("--container", "does not go with --multi-prog before Slurm 23.11",
                "start the programs from one script that looks at SLURM_PROCID");
  }
  // Slurm shows the command of one component only, and not of which.
  if (contained < images_.size()) return;
  const std::vector<std::string> words = slurm.words();
  const char* const path = getenv("PATH");
  if (words.empty() || !slurm.replace_command(mark_command(command_as_typed(words, command_line, path ? path : "")))) {
    throw Error("--container", "this step's command cannot be handed to the container",
                "report this to slipway's authors");
  }
}

}  // namespace slipway
