// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/option_table.h"

#include <strings.h>

#include <algorithm>
#include <cctype>
#include <iterator>

#include "lib/base/error.h"
#include "lib/base/escaped_list.h"

namespace slipway {

namespace {

// In the order in which srun --help shows them: that of their use. A text has what fits behind the tag there
// (plugin/spank.cc), 40 columns.
constexpr OptionSpelling kSpellings[] = {
    // What runs.
    {"container-image", kImage, nullptr, "IMAGE", "run inside this image: file or directory", true},
    {"container-workdir", "workdir", nullptr, "PATH", "start in this directory of the image", true},
    {"container-run", "run", kYes, nullptr, "run its runscript (command - : no words)", false},
    {"container-entrypoint", "run", kYes, nullptr, "the same as --container-run", true},
    {"no-container-entrypoint", "run", kNo, nullptr, "run the command itself", true},
    {"container-entrypoint-log", "entrypoint_log", kYes, nullptr, "accepted: its output is always shown", true},
    {"container-app", "app", nullptr, "NAME", "run with this SCIF app of the image", false},
    {"container-batch", "batch", nullptr, "image|host", "where sbatch's script runs", false},
    // What of the host is there, and what can be written.
    {"container-mounts", "mounts", nullptr, "SRC[:DST[:FLAGS]][,...]", "show directories, files, images inside", true},
    {"container-mount-home", "mount_home", kYes, nullptr, "show your home inside", true},
    {"no-container-mount-home", "mount_home", kNo, nullptr, "do not show your home inside", true},
    {"container-no-mount", "no_mount", nullptr, "tmp,home,cwd", "leave out some of what is shown anyway", false},
    {"container-contain", "contain", kYes, nullptr, "show nothing of the host unasked", false},
    {"container-writable", "writable", kYes, nullptr, "let the image be written, in memory", true},
    {"container-readonly", "writable", kNo, nullptr, "do not let the image be written", true},
    {"container-overlay", "overlay", nullptr, "DIR[:ro]", "keep what is written in this directory", false},
    // Variables.
    {"container-env", "env", nullptr, "NAME[=VALUE][,...]", "variables that win over the image's", true},
    {"container-env-file", "env_file", nullptr, "FILE", "set variables from lines NAME=VALUE", false},
    {"container-cleanenv", "cleanenv", kYes, nullptr, "pass only what Slurm and MPI need", false},
    // Who you are, and apart from whom.
    {"container-remap-root", "remap_root", kYes, nullptr, "be shown as root, without its power", true},
    {"no-container-remap-root", "remap_root", kNo, nullptr, "be yourself inside", true},
    {"container-unshare", "unshare", nullptr, "net,ipc,uts,pid", "namespaces of the step's own", true},
    {"container-ns", "unshare", nullptr, "net,ipc,uts,pid", "namespaces of the step's own", false},
    // MPI, GPUs, NICs and other devices.
    {"container-mpi", "mpi", nullptr, "image|host|none", "whose MPI: the image's, or the host's", false},
    {"container-fabric", "fabric", nullptr, "image|host", "whose libfabric", false},
    {"container-gpu-bind", "gpu_bind", nullptr, "order|closest|none", "GPUs that each rank sees, their order", false},
    {"container-nic-bind", "nic_bind", nullptr, "closest|none", "name the nearest NICs to each rank", false},
    {"container-device", "device", nullptr, "KIND=NAME[,...]", "show these devices of CDI", false},
    // What Pyxis has besides.
    {"container-name", "name", nullptr, "NAME", "not yet: no container outlives its step", true},
    {"container-save", "save", nullptr, "PATH", "not yet: see --container-overlay", true},
};

constexpr std::string_view kStem = "container-";

std::string_view opposite(std::string_view value) { return value == kYes ? kNo : kYes; }

bool is_setting(std::string_view name) {
  return name == kSaidBy ||
         std::any_of(std::begin(kSpellings), std::end(kSpellings),
                     [&](const OptionSpelling& spelling) { return spelling.setting == name; });
}

// Of images, Slurm's own.
std::string usual_source(std::string_view setting) { return setting == kImage ? "--container" : option_of(setting); }

// A node of the release before takes it for a part of the first setting's name, and says that it does not know that.
constexpr char kMark = ';';
constexpr std::string_view kSpecial(&kMark, 1);

std::vector<std::string> lines_in(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    lines.emplace_back(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(lines.back().size() + 1, text.size()));
  }
  return lines;
}

}  // namespace

std::string image_of(const OptionValues& values) {
  const auto image = values.find(kImage);
  return image == values.end() ? "" : image->second;
}

std::span<const OptionSpelling> option_spellings() { return kSpellings; }

std::optional<bool> yes_or_no(const std::string& text) {
  const auto is_one_of = [&](std::initializer_list<const char*> words) {
    return std::any_of(words.begin(), words.end(), [&](const char* w) { return strcasecmp(w, text.c_str()) == 0; });
  };
  if (is_one_of({"1", "yes", "y", "true", "on"})) return true;
  if (is_one_of({"0", "no", "n", "false", "off"})) return false;
  return std::nullopt;
}

std::string variable_of(const OptionSpelling& spelling, std::string_view prefix) {
  const std::string_view name = spelling.name;
  if (!name.starts_with(kStem)) return "";
  std::string variable(prefix);
  for (const char c : name.substr(kStem.size())) {
    variable.push_back(c == '-' ? '_' : static_cast<char>(toupper(static_cast<unsigned char>(c))));
  }
  return variable;
}

std::string value_in_variable(const OptionSpelling& spelling, const std::string& variable, const std::string& text) {
  if (!spelling.value || text.empty()) return text;
  if (const auto is_set = yes_or_no(text)) return std::string(*is_set ? spelling.value : opposite(spelling.value));
  throw Error(variable + "=" + printable(text), "is neither yes nor no", "set it to one of the two, or unset it");
}

std::string to_text(const OptionValues& values) {
  std::string text;
  for (const auto& [setting, value] : values) text += kMark + setting + "=" + escaped(value, kSpecial);
  return text;
}

OptionValues values_in(std::string_view text) {
  OptionValues values;
  for (const std::string& part : parts_of_text(text)) add_part(values, part);
  return values;
}

std::vector<std::string> parts_of_text(std::string_view text) {
  if (!text.starts_with(kMark)) return lines_in(text);
  std::vector<std::string> parts = split_escaped(text.substr(1), kMark);
  for (std::string& part : parts) {
    const std::string plain = unescaped(part);
    if (escaped(plain, kSpecial) != part || plain.find('\n') != plain.npos) {
      throw Error("container options", printable(part) + " is not as slipway passes it on",
                  "leave variables that begin with SLURM_SLIPWAY_ as they are");
    }
    part = plain;
  }
  return parts;
}

void add_part(OptionValues& values, std::string_view part) {
  const size_t equals = part.find('=');
  const std::string_view setting = part.substr(0, equals);
  if (equals == part.npos || !is_setting(setting)) {
    throw Error("container options", "this node's slipway does not know " + printable(std::string(setting)),
                "ask the admin to finish the upgrade of this node");
  }
  values.insert_or_assign(std::string(setting), std::string(part.substr(equals + 1)));
}

std::string option_of(std::string_view setting) {
  const auto spelling = std::find_if(std::begin(kSpellings), std::end(kSpellings),
                                     [&](const OptionSpelling& candidate) { return candidate.setting == setting; });
  return spelling == std::end(kSpellings) ? std::string(setting) : std::string("--") + spelling->name;
}

// "image=SLIPWAY_IMAGE,unshare=--container-ns": no name of an option or a variable has a comma.
void note_source(OptionValues& values, std::string_view setting, const std::string& name) {
  if (name == usual_source(setting)) return;
  std::string& sources = values[kSaidBy];
  sources += (sources.empty() ? "" : ",") + std::string(setting) + "=" + name;
}

std::string source_of(const OptionValues& values, std::string_view setting) {
  constexpr size_t kLongest = 200;
  const auto sources = values.find(kSaidBy);
  if (sources != values.end()) {
    const std::string beginning = std::string(setting) + "=";
    for (const std::string& source : split_escaped(sources->second, ',')) {
      if (source.starts_with(beginning)) return printable(source.substr(beginning.size()), kLongest);
    }
  }
  return usual_source(setting);
}

}  // namespace slipway
