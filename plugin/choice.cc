#include "plugin/choice.h"

#include "helper/error.h"

namespace slipway {

namespace {

std::string absolute(const std::string& image, const std::string& directory) {
  if (image.find('\n') != image.npos) {
    throw Error("--container=" + printable(image), "a line break cannot be part of an image's name", "rename it");
  }
  if (image.starts_with('/')) return image;
  if (image.find("://") != image.npos) {
    throw Error("--container=" + printable(image), "is an address, not an image on this cluster's file systems",
                "pull it into a SIF file first and name that file");
  }
  return directory + (directory.ends_with('/') ? "" : "/") + image;
}

}  // namespace

std::optional<std::string> choose_image(const Choice& choice, const std::string& directory) {
  if (choice.native && choice.option && absolute(*choice.native, directory) != absolute(*choice.option, directory)) {
    throw Error("--container=" + printable(*choice.native) + " and --container-image=" + printable(*choice.option),
                "name different images", "give one of the two options");
  }
  const auto& explicit_image = choice.native ? choice.native : choice.option;
  const auto& image = explicit_image ? explicit_image : choice.inherited;
  if (!image || image->empty()) return std::nullopt;
  return absolute(*image, directory);
}

}  // namespace slipway
