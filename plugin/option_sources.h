// SPDX-License-Identifier: BSD-3-Clause

// Where the options of one command come from, and which of them counts: what was typed, else what the batch script
// says, else the user's variables, else, of steps, what the surrounding job or step passed on.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/error.h"
#include "lib/kernel/path_base.h"
#include "lib/options/option_table.h"
#include "lib/options/settings.h"
#include "plugin/spank.h"

namespace slipway {

// What the options of a job are passed on in, beside its image in SLURM_CONTAINER. The name begins with SLURM_ because
// --export=NONE spares only such.
inline constexpr char kJobVariable[] = "SLURM_SLIPWAY_JOB";

class OptionSources {
 public:
  // Before Slurm parses options: takes all that is inherited, and all variables of ours, out of the environment. What
  // Slurm passes on of our options is taken away too: it would look as if they were typed. What is wrong there is
  // thrown by resolve, and stays where it is. With Options::kNative, the variables of Pyxis are left to it.
  // `command_line`: what was typed.
  OptionSources(Slurm& slurm, Settings::Options options, std::vector<std::string> command_line);

  // An option that Slurm has found; `argument` is nullptr for those without one. Lists add up, and of images the last
  // one counts, as of Slurm's own options. Throws Error: another one was given before, with another value; an image is
  // empty.
  void take(const OptionSpelling& spelling, const char* argument);

  // Slurm's own --container of this command. Unset and empty are different: resolve refuses an empty one. One that is
  // carried over from the component before gives way to the component's own option.
  void take_native_image(std::optional<std::string> image, bool is_carried_over = false) {
    native_image_ = std::move(image);
    native_is_carried_over_ = is_carried_over;
  }

  // The values that count for one component; what was given to it is forgotten then. Relative paths are taken from
  // `directory`. Throws Error: values that are not understood; both options with different images; what can not be a
  // local image; in srun, options without an image, unless the site may have one (lib/options/image_choice.h). What is
  // wrong in the environment fails only commands that have, or may have, an image and would obey it.
  struct Resolved {
    OptionValues values;
    bool image_is_inherited = false;
    std::string notice;  // of a container, for the user; empty: there is none
  };
  Resolved resolve(const std::string& directory, bool launches_steps, bool may_have_sites_image);

 private:
  // A value, and by what its user said it: "--container-ns", "SLIPWAY_UNSHARE".
  struct Said {
    std::string value, by;
  };
  using SaidValues = std::map<std::string, Said, std::less<>>;

  static void add(SaidValues& values, const std::string& setting, const Said& said, const std::string& spelled);
  static OptionValues plain(const SaidValues& values);
  void take_native(SaidValues& values, const std::string& image, const PathBase& base) const;
  void add_binds(SaidValues& values) const;
  void take_inherited(Slurm& slurm);
  void take_variables(Slurm& slurm, const char* prefix);
  void take_apptainers(const Slurm& slurm);

  const std::vector<std::string> command_line_;
  SaidValues typed_, scripted_, variables_, inherited_;
  // Of a job's component before: Slurm gives them to the next one too, before its own (spank_process_env_options).
  SaidValues given_before_;
  std::optional<std::string> native_image_;
  bool native_is_carried_over_ = false;
  std::pair<std::string, std::string> native_variable_;  // of this command: name and value
  std::map<std::string, Error> wrong_variables_;  // by what they would set, or by their own names
  std::vector<std::pair<std::string, std::string>> binds_;  // of Apptainer's variables: name and value
  std::string notice_;                                     // of theirs
  std::string home_;                              // empty: none is known
  std::optional<Error> inherited_error_;
};

}  // namespace slipway
