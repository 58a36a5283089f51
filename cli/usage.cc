// SPDX-License-Identifier: BSD-3-Clause
#include "cli/usage.h"

#include <algorithm>

#include "lib/base/close_miss.h"
#include "lib/base/error.h"

namespace slipway {

namespace {

constexpr char kAsJson[] = "the same as JSON";

constexpr OptionUsage kBuild[] = {{"--comp=NAME", "zstd (the default), gzip, xz, lz4, lzo or none"},
                                  {"--arch=NAME", "what the image is marked with; by default this machine's"},
                                  {"--force", "replace a file that exists already"}};
constexpr OptionUsage kDoctor[] = {{"--quiet", "only what is missing or a warning"},
                                   {"--json", kAsJson},
                                   {"--suggest", "lines for the admin's settings, from what this machine has"}};
constexpr OptionUsage kExplain[] = {{"--json", kAsJson}};
constexpr OptionUsage kInspect[] = {{"--all", "all of that, and the texts that the image holds"},
                                    {"--runscript", "only what it runs"},
                                    {"--labels", "only its labels"},
                                    {"--environment", "only the scripts that set its variables"},
                                    {"--list-apps", "only the names of its apps"},
                                    {"--deffile", "only what it was built from"},
                                    {"--json", "all as JSON"}};
constexpr OptionUsage kPolicy[] = {{"--user=USER", "for another user's steps"},
                                   {"--partition=NAME", "in this partition; by default the job's"},
                                   {"--account=NAME", "for this account; by default the job's"},
                                   {"--json", kAsJson}};
constexpr OptionUsage kTopology[] = {{"--ranks=N", "ranks on the node; by default one for each GPU"},
                                     {"--cpus-per-rank=M", "by default all CPUs are shared out"},
                                     {"--distribution=NAME", "block:cyclic (the default) or block:block"},
                                     {"--gpu-bind=NAME", "order (the default), closest or none"},
                                     {"--xml=FILE", "another machine, as lstopo FILE wrote it there"},
                                     {"--svg=FILE", "draw it into this file"},
                                     {"--json", kAsJson}};
constexpr OptionUsage kVerify[] = {{"--keyring=FILE", "OpenPGP public keys, as gpg --export writes them"},
                                   {"--key=FILE", "a public key in PEM; may be given several times"},
                                   {"--json", kAsJson}};

constexpr CommandUsage kUsages[] = {
    {"build", "OUT.sif DIRECTORY|SQUASHFS", "Writes a SIF image of a directory, or of a squashfs file.", kBuild},
    {"inspect", "IMAGE", "Says what an image is, and how this node would mount it.", kInspect},
    {"verify", "IMAGE", "Says who signed a SIF image, and what that covers. It needs a key.", kVerify},
    {"doctor", "", "Says what this machine lacks to run containers.", kDoctor},
    {"policy", "[IMAGE]", "Says which of the admin's settings count for somebody's steps, and for an image.", kPolicy},
    {"explain", "-- srun|sbatch|salloc WORD...",
     "Says what the container of that command would be, without running it.", kExplain, true},
    {"topology", "", "Shows a node's GPUs and NICs, and which of them each rank would get.", kTopology},
};

std::string call_of(const CommandUsage& usage) {
  const std::string operands = usage.operands;
  return "slipway " + std::string(usage.name) + " [OPTION]..." + (operands.empty() ? "" : " ") + operands;
}

std::string name_of_option(const std::string& spelling) { return spelling.substr(0, spelling.find('=')); }

std::string did_you_mean(const std::string& meant) { return meant.empty() ? "" : "; did you mean " + meant + "?"; }

}  // namespace

std::span<const CommandUsage> usages() { return kUsages; }

const CommandUsage* usage_of(const std::string& command) {
  const auto found = std::find_if(std::begin(kUsages), std::end(kUsages),
                                  [&](const CommandUsage& usage) { return command == usage.name; });
  return found == std::end(kUsages) ? nullptr : found;
}

std::string text_of_usages() {
  std::string text;
  for (const CommandUsage& usage : kUsages) text += (text.empty() ? "usage: " : "       ") + call_of(usage) + "\n";
  return text +
         "       slipway help [COMMAND]\n"
         "       slipway --version\n"
         "\n"
         "slipway help COMMAND tells what its options do.\n"
         "To run a step inside an image: srun --container=IMAGE COMMAND... See slipway(1).\n";
}

std::string text_of(const CommandUsage& usage) {
  std::string text = "usage: " + call_of(usage) + "\n\n" + usage.what + "\n\n";
  size_t widest = 0;
  for (const OptionUsage& option : usage.options) widest = std::max(widest, std::string(option.spelling).size());
  for (const OptionUsage& option : usage.options) {
    const std::string spelling = option.spelling;
    text += "  " + spelling + std::string(widest - spelling.size() + 2, ' ') + option.what + "\n";
  }
  return text + "\nslipway(1) has more.\n";
}

bool asks_for_help(const CommandUsage& usage, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (word == "--help" || word == "-h") return true;
    if (word == "--" || (usage.ends_with_command && !word.starts_with('-'))) return false;
  }
  return false;
}

UsageError no_command(const std::string& name) {
  std::vector<std::string> names;
  for (const CommandUsage& usage : kUsages) names.emplace_back(usage.name);
  return UsageError("no command " + printable(name) + did_you_mean(closest_name(name, names)));
}

UsageError unknown_word(const std::string& command, const std::string& word) {
  std::string meant;
  if (const CommandUsage* const usage = usage_of(command)) {
    std::vector<std::string> names;
    for (const OptionUsage& option : usage->options) names.push_back(name_of_option(option.spelling));
    const std::string closest = closest_name(name_of_option(word), names);
    for (const OptionUsage& option : usage->options) {
      if (name_of_option(option.spelling) == closest) meant = option.spelling;
    }
  }
  const char* const kind = word.starts_with('-') ? ": unknown option " : ": unknown word ";
  return UsageError(command + kind + printable(word) + did_you_mean(meant));
}

}  // namespace slipway
