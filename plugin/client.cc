#include "plugin/client.h"

#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <fstream>

#include "helper/error.h"
#include "plugin/marker.h"

namespace slipway {

namespace {

constexpr char kContainer[] = "SLURM_CONTAINER";

std::string working_directory() {
  char path[PATH_MAX];
  if (!getcwd(path, sizeof path)) throw system_error("--container", "getcwd", "start in a directory that exists");
  return path;
}

// With an oci.conf, Slurm's own container support takes --container first, and fails on a SIF.
void refuse_oci_conf() {
  const char* const conf = getenv("SLURM_CONF");
  const std::string slurm_conf = conf ? conf : "/etc/slurm/slurm.conf";
  const std::string oci_conf = slurm_conf.substr(0, slurm_conf.find_last_of('/') + 1) + "oci.conf";
  if (access(oci_conf.c_str(), F_OK) == 0) {
    throw Error("--container", "Slurm's own OCI containers are configured here (" + oci_conf + ")",
                "ask the admin to choose one of the two: slipway needs a Slurm without oci.conf");
  }
}

// SPANK does not tell a plugin of --multi-prog: srun's own words do.
bool is_multi_prog() {
  if (getenv("SLURM_MULTI_PROG")) return true;
  std::ifstream command_line("/proc/self/cmdline");
  for (std::string word; std::getline(command_line, word, '\0');) {
    if (word == "--multi-prog") return true;
  }
  return false;
}

}  // namespace

Client::Client(Slurm& slurm, const Settings& settings) : settings_(settings) {
  choice_.inherited = slurm.environment(kContainer);
  slurm.unset_environment(kContainer);
}

void Client::options_are_parsed(Slurm& slurm) {
  choice_.native = slurm.environment(kContainer);
  image_ = choose_image(choice_, working_directory());
  if (!image_) {
    slurm.unset_environment(kContainer);
    return;
  }
  if (!settings_.error.empty()) throw Error::reported(settings_.error, kExitRefused);
  refuse_oci_conf();
  slurm.set_environment(kContainer, *image_);
}

void Client::launch(Slurm& slurm) const {
  if (!image_) return;
  if (is_multi_prog()) {
    // The words name a file of commands here, which only a Slurm that puts enter in front of each can hand over.
    if (slurm.can_prepend_word()) return;
    throw Error("--container", "does not go with --multi-prog before Slurm 23.11",
                "start the programs from one script that looks at SLURM_PROCID");
  }
  const std::vector<std::string> words = slurm.words();
  if (words.empty() || !slurm.replace_command(mark_command(words[0]))) {
    throw Error("--container", "this step's command cannot be handed to the container", "report this to slipway's authors");
  }
}

}  // namespace slipway
