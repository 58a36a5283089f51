// SPDX-License-Identifier: BSD-3-Clause
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "cli/doctor/checks.h"
#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/options/tables/device_table.h"
#include "lib/options/tables/driver_table.h"
#include "lib/options/tables/environment_table.h"
#include "lib/options/tables/library_table.h"
#include "lib/options/tables/nic_table.h"

namespace slipway::doctor {

namespace {

constexpr char kRelease[] = PACKAGE_VERSION;
constexpr char kEnter[] = LIBEXECDIR "/slipway-enter";  // what the plugin names (plugin/node.cc)
constexpr std::string_view kEnterOfAny = "/slipway-enter";

Finding no_line(const Site& site) {
  return unknown("plugstack.conf has no line of Slipway's", "there is nothing to look at",
                 "write it: required spank_slipway.so, in " + printable(site.plugstack_conf));
}

std::string place_of_plugin(const Site& site) {
  if (site.line->plugin.starts_with('/')) return site.line->plugin;
  for (const std::string& directory : plugin_directories(site)) {
    const std::string path = directory + "/" + site.line->plugin;
    if (site.node.exists(path)) return path;
  }
  return "";
}

// A file's bytes, of which only those that are looked at are read: with its debugging information the plugin is large.
class Mapped {
 public:
  explicit Mapped(const std::string& path) {
    const Fd file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    struct stat status;
    if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) return;
    void* const start = mmap(nullptr, status.st_size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (start != MAP_FAILED) bytes_ = {static_cast<const char*>(start), static_cast<size_t>(status.st_size)};
  }
  ~Mapped() {
    if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }
  Mapped(const Mapped&) = delete;

  std::string_view bytes() const { return bytes_; }

 private:
  std::string_view bytes_;
};

// An object of the kind that this program is.
bool is_of_this_machine(std::string_view object, std::string_view own) {
  constexpr size_t kMachineEnd = offsetof(Elf64_Ehdr, e_machine) + sizeof(Elf64_Ehdr::e_machine);
  if (object.size() < kMachineEnd || own.size() < kMachineEnd) return false;
  return memcmp(object.data(), own.data(), EI_VERSION) == 0 &&
         memcmp(&object[offsetof(Elf64_Ehdr, e_machine)], &own[offsetof(Elf64_Ehdr, e_machine)],
                sizeof(Elf64_Ehdr::e_machine)) == 0;
}

// The path of enter that the plugin's text holds, with the release in it. Its bare name is there, too.
std::string enter_in(std::string_view object) {
  for (size_t at = object.find(kEnterOfAny); at != object.npos; at = object.find(kEnterOfAny, at + 1)) {
    const size_t start = object.find_last_of('\0', at) + 1;
    if (start != at) return std::string(object.substr(start, object.find('\0', at) - start));
  }
  return "";
}

// Whether config= names it: its keys are in force then.
bool is_config(const Site& site, const std::string& file) {
  if (!site.line) return false;
  return std::any_of(site.line->words.begin(), site.line->words.end(), [&](const std::string& word) {
    return word.starts_with(kConfig) &&
           site.node.real_path(word.substr(strlen(kConfig))) == site.node.real_path(file);
  });
}

std::string table_error(void (*read)(const Settings&), const Settings& settings) {
  try {
    read(settings);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

Finding look_at_helpers(const Site& site) {
  const char* const means = "no container can be made on this node";
  const std::string remedy = std::string("install release ") + kRelease + " of Slipway completely";
  for (const std::string path : {LIBEXECDIR "/slipway-stage", LIBEXECDIR "/slipway-enter"}) {
    const auto status = site.node.status(path);
    if (!status) return missing("no " + path, means, remedy);
    if (status->st_uid != 0 || status->st_mode & (S_IWGRP | S_IWOTH)) {
      return missing(path + " can be written by others than root", "they could become root", remedy);
    }
    if (!(status->st_mode & S_IXOTH)) return missing(path + " cannot be executed by users", means, remedy);
  }
  const auto work = site.node.status(WORKDIR);
  if (!work || !S_ISDIR(work->st_mode)) return missing("no directory " WORKDIR, means, remedy);
  return ok(std::string("those of release ") + kRelease + ", in " LIBEXECDIR, "they are of this command's release");
}

Finding look_at_plugin_line(const Site& site) {
  const std::string path = printable(site.plugstack_conf);
  if (site.line) return ok("a line in " + printable(site.line->file), "Slurm starts the plugin with each step");
  if (site.node.is_hidden(site.plugstack_conf)) return hidden(site.plugstack_conf);
  if (site.node.exists(site.plugstack_conf) && !site.node.is_readable(site.plugstack_conf)) {
    return unknown(path + " cannot be read by this user", "srun cannot read it either, and knows no container",
                   "chmod 0644 " + path);
  }
  if (site.slurm.path.empty()) {
    return unknown("no slurm.conf, beside which it would be", "whether Slurm knows Slipway here is not seen",
                   "name Slurm's file in SLURM_CONF");
  }
  return missing(site.node.exists(path) ? "no line of Slipway's in " + path : "no " + path,
                 "Slurm refuses --container-image here, and runs steps with --container on the host where the nodes have "
                 "no line either",
                 "write: required spank_slipway.so");
}

Finding look_at_requirement(const Site& site) {
  if (!site.line) return no_line(site);
  const std::string said = printable(site.line->requirement), file = printable(site.line->file);
  if (site.line->requirement == "required") return ok("required", "a step whose plugin fails does not run on the host");
  return missing("the line in " + file + " says " + said,
                 "a step that asked for a container can run on the host when the plugin fails",
                 "write required in its place");
}

// Slurm says of such a line "Invalid line. Ignoring.", in a log that nobody reads for it.
Finding look_at_stray_keys(const Site& site) {
  std::vector<std::string> stray;
  std::string included;
  for (const StackLine& line : lines_of_plugstack(site.node, site.plugstack_conf)) {
    if (!is_key_word(line.words[0])) continue;
    if (is_config(site, line.file)) included = line.file;
    else stray.push_back(line.words[0] + " in " + line.place);
  }
  if (!stray.empty()) {
    const char* const are = stray.size() == 1 ? " is no line of Slurm's, which ignores it"
                                              : " are no lines of Slurm's, which ignores them";
    return missing(list_of(stray) + are, "this policy is not in force",
                   "put it behind the plugin's path or into the file of config=");
  }
  if (!included.empty()) {
    return warning(printable(included) + ", which config= names, is included in plugstack.conf, too",
                   "its keys are in force, but Slurm complains of each of its lines in each step",
                   "move it to " + printable(site.slurm.directory()) + ", and correct config=");
  }
  return ok("none in plugstack.conf", "each key stands where Slipway reads it");
}

Finding look_at_plugin(const Site& site) {
  if (!site.line) return no_line(site);
  const char* const means = "Slurm cannot load it, and every step fails";
  const std::string name = printable(site.line->plugin), path = place_of_plugin(site);
  if (path.empty()) {
    const std::vector<std::string> directories = plugin_directories(site);
    if (directories.empty()) {
      return unknown("Slurm's plugin directory was not found", "whether " + name + " is in it is not seen",
                     "name the plugin by its absolute path in plugstack.conf");
    }
    return missing("no " + name + " in " + list_of(directories), means,
                   "install Slipway's plugin there, or name it by its absolute path in plugstack.conf");
  }
  if (site.node.is_hidden(path)) return hidden(path);
  const auto status = site.node.status(path);
  if (!status) return missing("no " + printable(path), means, "install Slipway, or correct the path in plugstack.conf");
  if (status->st_uid != 0 || status->st_mode & (S_IWGRP | S_IWOTH)) {
    return missing(printable(path) + " can be written by others than root", "they could become root on each node",
                   "install it again as root");
  }
  if (!site.node.is_readable(path)) {
    return missing(printable(path) + " cannot be read by this user", "srun cannot load it",
                   "chmod 0644 " + printable(path));
  }
  const Mapped object(site.node.place_of(path)), own("/proc/self/exe");
  const std::string enter = enter_in(object.bytes());
  if (!is_of_this_machine(object.bytes(), own.bytes()) || enter.empty()) {
    return missing(printable(path) + " is not Slipway's plugin for this machine", means, "install Slipway again");
  }
  if (enter != kEnter) {
    return missing(printable(path) + " is of another release: it looks for " + printable(enter),
                   std::string("this command is of release ") + kRelease +
                       "; plugin and helpers of two releases refuse each other",
                   "install one release of Slipway, and remove the other plugin");
  }
  return ok(printable(path) + ", of release " + kRelease, "it and the helpers are of one release");
}

Finding look_at_settings(const Site& site) {
  if (!site.line) return ok("none but the defaults", "no line in plugstack.conf has keys");
  if (!site.settings.error.empty()) {
    return missing(site.settings.error, "every step with a container fails with this sentence",
                   "correct " + printable(site.line->file) + " or what its config= names");
  }
  std::vector<std::string> words;
  for (const SettingWord& word : site.settings.words) words.push_back(word.text);
  return ok(words.empty() ? "the defaults" : list_of(words, 24), "all keys are understood");
}

// Keys for partitions and accounts are worth what slurmctld's word on them is worth.
Finding look_at_scopes(const Site& site) {
  std::vector<std::string> avoidable, not_counted;
  for (const SettingWord& word : site.settings.words) {
    ScopedWord scoped;
    try {
      scoped = scoped_word(word);
    } catch (const Error&) {
      continue;  // look_at_settings tells
    }
    Subject subject;
    if (scoped.scope == Scope::kPartition) subject.partition = scoped.name;
    else if (scoped.scope == Scope::kAccount) subject.account = scoped.name;
    else continue;
    const Settings settings = read_settings(site.settings.words, subject);
    const bool counts = std::find(settings.not_counted.begin(), settings.not_counted.end(), word) ==
                        settings.not_counted.end();
    if (!counts) not_counted.push_back(word.text);
    else if (scoped.scope == Scope::kAccount) avoidable.push_back(word.text);
  }
  const std::string lacks = std::string("slurm.conf has no ") + kChecksJobs;
  const std::string remedy =
      std::string("set ") + kChecksJobs + ", or write the keys for groups (group:NAME.KEY=VALUE)";
  if (site.slurm.checks_accounts()) return ok(kChecksJobs, "keys for partitions and accounts count");
  if (!not_counted.empty()) {
    return warning(list_of(not_counted) + " would let users have more, and " + lacks,
                   "they do not count: anybody may name any account", remedy);
  }
  if (!avoidable.empty()) {
    return warning(list_of(avoidable) + ", and " + lacks, "a user who names another account avoids them", remedy);
  }
  return ok("no key depends on what a user says of the job's account", "keys count for those whom they name");
}

Finding look_at_tables(const Site& site) {
  for (void (*const read)(const Settings&) : {
           +[](const Settings& settings) { read_device_table(settings.device_table); },
           +[](const Settings& settings) { read_library_table(settings.library_table); },
           +[](const Settings& settings) { read_driver_table(settings.driver_table); },
           +[](const Settings& settings) { read_nic_table(settings.nic_table); },
           +[](const Settings& settings) { read_environment_table(settings.environment_table); }}) {
    const std::string error = table_error(read, site.settings);
    if (!error.empty())
      return missing(error, "steps with a container that needs the table fail with this sentence", "");
  }
  return ok("the installed ones, and what the site adds", "all lines are understood");
}

Finding look_at_pyxis(const Site& site) {
  const auto line = plugin_line(site.node, site.plugstack_conf, "spank_pyxis.so");
  if (!line) return ok("not in plugstack.conf", "the options that both have are Slipway's");
  if (site.settings.options == Settings::Options::kNative) {
    return ok("in " + printable(line->file), "with options=native its options stay its own");
  }
  return warning("in " + printable(line->file) + ", and Slipway registers options of the same names",
                 "Slurm gives such an option to one of the two only", "set options=native, or take Pyxis' line away");
}

}  // namespace slipway::doctor
