// Which image a step runs in: what was given for this command, else what it inherits.
#pragma once

#include <optional>
#include <string>

namespace slipway {

// Values as the user wrote them. Unset and empty are different: an empty value asks for no container.
struct Choice {
  std::optional<std::string> native;            // --container of this command
  std::optional<std::string> option;            // --container-image of this command
  std::optional<std::string> inherited;         // SLURM_CONTAINER of the surrounding job or step
};

// The image's absolute path, relative ones taken from `directory`; nothing when the step has no container. Throws Error
// when both options name different images, and for what can not be a local image.
std::optional<std::string> choose_image(const Choice& choice, const std::string& directory);

}  // namespace slipway
