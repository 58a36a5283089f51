// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/options.h"

#include <sched.h>

#include <algorithm>
#include <cctype>
#include <iterator>

#include "lib/base/error.h"
#include "lib/base/escaped_list.h"

namespace slipway {

namespace {

Error misunderstood(const OptionValues& values, std::string_view setting, const std::string& why,
                    const std::string& remedy) {
  return Error(source_of(values, setting) + "=" + printable(values.find(setting)->second), why, remedy);
}
Error misunderstood(const Options& options, std::string_view setting, const std::string& why,
                    const std::string& remedy) {
  return misunderstood(options.values, setting, why, remedy);
}

std::string no_such(const std::string& name) {
  return name.empty() ? "a name is empty" : "there is no " + printable(name);
}

bool is_yes(const std::string& value) { return value == kYes; }

void read_no_mount(Options& options, const std::string& value) {
  for (const std::string& name : split_escaped(value, ',')) {
    if (name == "tmp") options.without_tmp = true;
    else if (name == "home") options.without_home = true;
    else if (name == "cwd") options.without_cwd = true;
    else throw misunderstood(options, "no_mount", no_such(name), "name some of tmp, home and cwd");
  }
}

// Words without "=" keep the host's value; the others set one.
void read_env(Options& options, const std::string& value) {
  for (const std::string& word : split_escaped(value, ',')) {
    const std::string plain = unescaped(word);
    const size_t equals = plain.find('=');
    const std::string name = plain.substr(0, equals);
    if (!is_variable_name(name)) {
      const std::string why = name.empty() ? "a name is empty" : printable(name) + " is not the name of a variable";
      throw misunderstood(options, "env", why, "write NAME or NAME=VALUE, with commas between several");
    }
    if (equals == plain.npos) options.host_variables.push_back(name);
    else options.set_variables.emplace_back(name, plain.substr(equals + 1));
  }
}

// DIR[:ro]
std::string with_absolute_directory(const std::string& value, const PathBase& base, const std::string& what) {
  const std::string directory = unescaped(split_escaped(value, ':')[0]);
  const PathPrefix prefix = directory.starts_with('/') ? PathPrefix() : path_prefix_of(value, base);
  refuse_variables(prefix.text + directory.substr(prefix.length), what);
  return escaped(prefix.text, ":") + value.substr(prefix.length);
}

void read_overlay(Options& options, const std::string& value) {
  const std::vector<std::string> fields = split_escaped(value, ':');
  options.overlay = unescaped(fields[0]);
  options.overlay_read_only = fields.size() == 2 && fields[1] == "ro";
  const bool is_known = fields.size() == 1 || (fields.size() == 2 && (fields[1] == "ro" || fields[1] == "rw"));
  if (options.overlay.empty() || !is_known) {
    throw misunderstood(options, "overlay", "is no directory",
                        "write DIR or DIR:ro; a backslash before a : of the name");
  }
}

void read_batch(Options& options, const std::string& value) {
  options.batch_in_image = value == "image";
  if (value != "image" && value != "host") {
    throw misunderstood(options, "batch", "is neither image nor host", "name one of the two");
  }
}

// Pyxis has both.
void refuse_name(Options& options, const std::string&) {
  throw misunderstood(options, "name", "no container outlives its step yet",
                      "start each step from the image; --container-overlay=DIR keeps what it writes for the next one");
}

void refuse_save(Options& options, const std::string&) {
  throw misunderstood(options, "save", "no container is saved as an image yet",
                      "keep what it writes with --container-overlay=DIR, or write a directory (--container=DIR "
                      "--container-writable) and make an image of it with slipway build");
}

void read_app(Options& options, const std::string& value) {
  options.app = value;
  if (value.empty() || value[0] == '.' || value.find('/') != value.npos) {
    throw misunderstood(options, "app", "is not the name of an app", "name a directory of the image's /scif/apps");
  }
}

void read_workdir(Options& options, const std::string& value) {
  options.workdir = value;
  if (!value.starts_with('/')) {
    throw misunderstood(options, "workdir", "is not an absolute path", "name a directory inside the container");
  }
}

void read_environment_file(Options& options, const std::string& value) {
  options.environment_file = value;
  if (value.empty()) throw misunderstood(options, "env_file", "names no file", "name one");
}

void read_mpi(Options& options, const std::string& value) {
  options.mpi = mpi_of(value);
  if (!options.mpi) throw misunderstood(options, "mpi", "is none of image, host and none", "name one of the three");
}

void read_fabric(Options& options, const std::string& value) {
  options.fabric_of_host = value == "host";
  if (value != "image" && value != "host") {
    throw misunderstood(options, "fabric", "is neither image nor host", "name one of the two");
  }
}

void read_gpu_bind(Options& options, const std::string& value) {
  if (topology::read_gpu_bind(value.c_str(), &options.gpu_bind.emplace())) return;
  throw misunderstood(options, "gpu_bind", "is none of order, closest and none", "name one of the three");
}

void read_nic_bind(Options& options, const std::string& value) {
  options.nics_are_bound = value == "closest";
  if (value != "closest" && value != "none") {
    throw misunderstood(options, "nic_bind", "is neither closest nor none", "name one of the two");
  }
}

// What the nodes have of them, only they know.
void read_devices(Options& options, const std::string& value) {
  options.devices = value;
  for (const std::string& word : split_escaped(value, ',')) {
    const size_t equals = word.find('='), slash = word.find('/');
    const bool is_good = slash != word.npos && equals != word.npos && 0 < slash && slash + 1 < equals;
    if (!is_good || equals + 1 == word.size()) {
      throw misunderstood(options, "device", printable(word) + " is no device of CDI", "write VENDOR/CLASS=NAME");
    }
  }
}

struct Reader {
  std::string_view setting;
  void (*read)(Options&, const std::string& value);
};

constexpr Reader kReaders[] = {
    {"mounts", [](Options& o, const std::string& value) { o.mounts = mount_words(value, o.source_of("mounts")); }},
    {"workdir", read_workdir},
    {"mount_home", [](Options& o, const std::string& value) { o.mount_home = is_yes(value); }},
    {"no_mount", read_no_mount},
    {"contain", [](Options& o, const std::string& value) { o.contain = is_yes(value); }},
    {"env", read_env},
    {"cleanenv", [](Options& o, const std::string& value) { o.clean_environment = is_yes(value); }},
    {"env_file", read_environment_file},
    {"run", [](Options& o, const std::string& value) { o.run = is_yes(value); }},
    {"app", read_app},
    {"name", refuse_name},
    {"save", refuse_save},
    {"writable", [](Options& o, const std::string& value) { o.writable = is_yes(value); }},
    {"overlay", read_overlay},
    {"remap_root", [](Options& o, const std::string& value) { o.remap_root = is_yes(value); }},
    {"unshare",
     [](Options& o, const std::string& value) { o.namespaces = namespaces_of(value, o.source_of("unshare")); }},
    {"mpi", read_mpi},
    {"fabric", read_fabric},
    {"gpu_bind", read_gpu_bind},
    {"nic_bind", read_nic_bind},
    {"device", read_devices},
    {"batch", read_batch},
};

}  // namespace

unsigned namespaces_of(const std::string& text, const std::string& option) {
  constexpr struct {
    std::string_view name;
    unsigned flag;
  } kKinds[] = {{"net", CLONE_NEWNET}, {"ipc", CLONE_NEWIPC}, {"uts", CLONE_NEWUTS}, {"pid", CLONE_NEWPID}};
  unsigned flags = 0;
  if (text == "none") return flags;
  for (const std::string& name : split_escaped(text, ',')) {
    const auto kind = std::find_if(std::begin(kKinds), std::end(kKinds), [&](const auto& k) { return k.name == name; });
    if (kind == std::end(kKinds)) {
      throw Error(option + "=" + printable(text), no_such(name), "name some of net, ipc, uts and pid, or none");
    }
    flags |= kind->flag;
  }
  return flags;
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && !isdigit(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) { return isalnum(c) || c == '_'; });
}

std::optional<Mpi> mpi_of(std::string_view word) {
  if (word == "image") return Mpi::kImage;
  if (word == "host") return Mpi::kHost;
  if (word == "none") return Mpi::kNone;
  return std::nullopt;
}

Options read_options(const OptionValues& values) {
  Options options;
  options.values = values;
  for (const Reader& reader : kReaders) {
    const auto value = values.find(reader.setting);
    if (value != values.end() && !value->second.empty()) reader.read(options, value->second);
  }
  return options;
}

OptionValues with_absolute_paths(const OptionValues& values, const PathBase& base) {
  OptionValues absolutes = values;
  for (auto& [setting, value] : absolutes) {
    if (value.empty()) continue;
    const std::string option = source_of(values, setting), what = option + "=" + printable(value);
    if (setting == "mounts") value = with_absolute_sources(value, option, base);
    if (setting == "overlay") value = with_absolute_directory(value, base, what);
    if (setting == "env_file") value = absolute_path(value, base, what);
    // Of the directory, too: what travels to the nodes is lines.
    if (value.find('\n') != value.npos) {
      throw misunderstood(absolutes, setting, "a line break cannot be part of it", "rename what has it in its name");
    }
  }
  read_options(absolutes);  // for its errors
  return absolutes;
}

}  // namespace slipway
