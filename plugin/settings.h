// The words that the admin wrote behind the plugin's path in plugstack.conf.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "helper/request.h"

namespace slipway {

struct Settings {
  // Which command line options are registered: all of ours, or, for a site that runs Pyxis too, only those whose names
  // Pyxis does not use.
  enum class Options { kPyxis, kNative } options = Options::kPyxis;
  bool allow_root = false;
  std::vector<std::string> trusted_paths;
  MountKernel mount_kernel = MountKernel::kTrusted;
  std::string fuse_program = kDefaultFuseProgram;
  std::string environment_table;
  unsigned stage_timeout_seconds = 60;

  // Why the words cannot be obeyed; empty when they can. A step with a container then fails with this sentence; others
  // go on.
  std::string error;
};

Settings read_settings(std::span<char* const> words);

}  // namespace slipway
