#include "plugin/marker.h"

#include <string_view>

namespace slipway {

namespace {

constexpr std::string_view kMark = "/slipway-is-not-configured-on-this-node/";

}  // namespace

std::string mark_command(const std::string& command) { return std::string(kMark) + command; }

std::string unmark_command(const std::string& command) {
  return command.starts_with(kMark) ? command.substr(kMark.size()) : command;
}

}  // namespace slipway
