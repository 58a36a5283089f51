// SPDX-License-Identifier: BSD-3-Clause

// A heterogeneous step has components, each with options, and so perhaps an image, of its own. SPANK tells a plugin
// neither which component's options it looks at nor, on a node, which one a slurmstepd serves. Here is how we know.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/options/option_table.h"
#include "plugin/spank.h"

namespace slipway {

// By component, counted as Slurm does (SLURM_HET_GROUP and --het-group). Without an image: on the host.
using ComponentOptions = std::map<unsigned, OptionValues>;

// How the client hands them to the nodes. The name begins with SLURM_ because --export=NONE spares only such.
inline constexpr char kStepVariable[] = "SLURM_SLIPWAY_STEP";
std::string to_text(const ComponentOptions& components);
// Throws Error: it is not understood.
ComponentOptions read_components(const std::string& text);

// The components that srun's words ask for, in the order in which it calls init_post_opt for them: one for each part
// between colons, or those that the part's --het-group= names. An option's value that is a colon counts as one.
std::vector<unsigned> components_of_words(const std::vector<std::string>& words);

// The same in srun itself, which has parsed the options: exactly, and one after another.
class ParsedComponents {
 public:
  struct Component {
    unsigned number;
    size_t command;  // which of the words is its command; their number where it has none
    bool is_last;
    bool operator==(const Component&) const = default;
  };
  // The component whose options were parsed just now. `command`: as in Slurm::command_index.
  Component next(const std::vector<std::string>& words, size_t command);

 private:
  size_t begin_ = 0;             // of the part: the program's name, or the colon
  unsigned part_ = 0;            // how many parts were before
  std::vector<unsigned> named_;  // by the part's --het-group=, that are still to come
};

// On a node: the component that the slurmstepd serves which listens on this socket (plugin/spool.h).
std::optional<unsigned> served_component(const Slurm& slurm, const std::string& socket);

}  // namespace slipway
