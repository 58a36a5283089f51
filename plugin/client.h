// SPDX-License-Identifier: BSD-3-Clause

// The plugin inside srun, sbatch and salloc: finds out what container was asked for, and says what can be said early.
#pragma once

#include <optional>
#include <vector>

#include "lib/options/settings.h"
#include "plugin/components.h"
#include "plugin/option_sources.h"
#include "plugin/spank.h"

namespace slipway {

class Client {
 public:
  // Before Slurm parses options: the clients export --container as SLURM_CONTAINER only where that variable is unset,
  // so with the inherited one gone, what is there after parsing was given explicitly. Throws Error.
  Client(Slurm& slurm, const Settings& settings);

  // An option, before options_are_parsed. Throws Error.
  void take_option(const OptionSpelling& spelling, const char* argument) { sources_.take(spelling, argument); }

  // For `slipway explain`: no component gets further than its options.
  void only_explain() { only_explains_ = true; }

  // After the options of a component were parsed; most commands have but one. Throws Error.
  void options_are_parsed(Slurm& slurm);

  // In srun, before it launches: marks the command, see lib/base/mark.h. Throws Error.
  void launch(Slurm& slurm) const;

 private:
  std::optional<bool> names_image_for(const Slurm& slurm) const;  // as name_images_for
  void take_native_image(const Slurm& slurm, bool is_ocis);
  void explain(Slurm& slurm) const;
  void export_for_steps(Slurm& slurm) const;
  void export_for_job(Slurm& slurm) const;
  void warn_of(const Slurm& slurm, const OptionSources::Resolved& resolved) const;
  void warn_of_script(const Slurm& slurm, const OptionValues& values) const;
  void refuse_task_scripts(const Slurm& slurm) const;
  void refuse_multi_prog(const Slurm& slurm) const;
  void mark_command_line(Slurm& slurm) const;
  void mark_list_of_commands(Slurm& slurm) const;

  // A component of the command, as far as they are parsed.
  struct Parsed {
    OptionValues values;
    bool is_contained;  // it has an image, as far as can be seen here
    std::string image_by;  // what names that image: "--container", a variable, a key of the admin's
    bool is_list;       // of commands (--multi-prog)
    bool is_broadcast;  // --bcast
    ParsedComponents::Component place;
  };

  const Parsed& first_contained() const;  // where contained_ is not 0

  const Settings& settings_;
  OptionSources sources_;
  std::optional<std::string> native_before_;  // Slurm's own --container of the component before
  bool only_explains_ = false;
  ParsedComponents places_;
  std::vector<Parsed> components_;
  size_t contained_ = 0;  // how many of them are
  size_t undecided_ = 0;  // of how many only the nodes know whether the site has an image for them
};

}  // namespace slipway
