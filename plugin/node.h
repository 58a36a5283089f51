// SPDX-License-Identifier: BSD-3-Clause

// The plugin inside slurmstepd: starts stage once per node and step, and hands every rank to enter.
#pragma once

#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/options/image_choice.h"
#include "lib/options/option_table.h"
#include "lib/options/settings.h"
#include "plugin/spank.h"

namespace slipway {

class Node {
 public:
  // After option parsing, in slurmstepd: starts stage when the step has a container, so that it works while slurmstepd
  // prepares the ranks. Whether it has one is decided here: only the nodes can learn the job's partition and account,
  // and so what default_image= and force_image= say. A mistake of the user's or the admin's is sent to the ranks, not
  // thrown: a hook that fails here would drain the node.
  Node(Slurm& slurm, const Settings& settings);

  // In each rank's process, still root: the node's first rank tells stage where the ranks stand. Never blocks on it.
  // (In a mount namespace of the job's own they are not in the step's directory yet: lib/process/place.h.)
  // Throws Error: then the rank must not run.
  void tell_place(Slurm& slurm);

  // In each rank's process, as the user, just before slurmstepd executes its command. Throws Error: then the rank must
  // not run.
  void hand_over(Slurm& slurm);

  // When ranks are forked: the sockets are theirs alone. With SlurmdParameters=contain_spank this is called in a
  // process that shares slurmstepd's memory but not its descriptors, and slurmstepd keeps them until it ends. Nobody
  // waits for these ends alone: stage's ends it has closed before, so that ranks hear of stage's death, and stage hears
  // any rank that is there (lib/process/place.h).
  void ranks_are_forked();

 private:
  void decide(Slurm& slurm, const OptionValues& options);
  void read_settings_again(const Slurm& slurm);
  void start(Slurm& slurm, const OptionValues& options, const ImageChoice& choice);
  void stay_on_host(Slurm& slurm);
  void refuse(const Error& error);
  bool has_container() const { return static_cast<bool>(ranks_end_); }

  Settings settings_;  // as they are for the step
  Subject subject_;
  bool is_forced_ = true;  // the image, until it is known to be chosen freely
  Fd enter_;               // the program
  Fd ranks_end_;           // read by enter
  Fd place_end_;           // written by the first rank
  Fd hello_;               // written by enter
};

}  // namespace slipway
