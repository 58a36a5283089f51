// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>

#include <set>

#include "cli/doctor/checks.h"
#include "lib/base/error.h"
#include "lib/elf/elf.h"
#include "lib/hostlibs/mpi_library.h"
#include "lib/image/image_files.h"
#include "lib/options/tables/device_table.h"

namespace slipway::doctor {

namespace {

constexpr char kNoDirectory[] = "Slurm's plugin directory was not found";

// "pmix", "pmix_v4", "pmi2", "none", ...
std::vector<std::string> mpi_plugins(const Site& site) {
  constexpr std::string_view kPrefix = "mpi_", kSuffix = ".so";
  std::set<std::string> names;
  for (const std::string& directory : plugin_directories(site)) {
    for (const std::string& path : site.node.matching(directory + "/mpi_*.so")) {
      const std::string name = name_of(path).substr(kPrefix.size());
      names.insert(name.substr(0, name.size() - kSuffix.size()));
    }
  }
  return {names.begin(), names.end()};
}

// Where Slurm's own plugin looks first: a site's PMIx may lie below a prefix of its own.
std::vector<std::string> pmix_directories_of_slurm(const Site& site) {
  std::vector<std::string> directories;
  for (const std::string& directory : plugin_directories(site)) {
    for (const std::string& path : site.node.matching(directory + "/mpi_pmix*.so")) {
      const Fd plugin(open(site.node.place_of(path).c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
      if (!plugin) continue;
      const std::vector<std::string> named = read_elf(plugin.get()).runpath;
      directories.insert(directories.end(), named.begin(), named.end());
    }
  }
  return directories;
}

bool has(const std::vector<std::string>& names, std::string_view beginning) {
  for (const std::string& name : names) {
    if (name.starts_with(beginning)) return true;
  }
  return false;
}

}  // namespace

Finding look_at_mpi_default(const Site& site) {
  const std::string named = site.slurm.value("mpidefault");
  if (named.empty() || named == "none") {
    return ok(named.empty() ? "slurm.conf does not set MpiDefault" : "MpiDefault=none",
              "users of MPI say srun --mpi=pmix or --mpi=pmi2, in containers as outside");
  }
  const std::string found = "MpiDefault=" + printable(named), name = named.substr(named.find('/') + 1);
  const std::vector<std::string> plugins = mpi_plugins(site);
  for (const std::string& plugin : plugins) {
    if (plugin == name) return ok(found, "steps have it unless they say --mpi");
  }
  if (plugins.empty()) return unknown(found, kNoDirectory, "set PluginDir in slurm.conf");
  return missing(found + ", and there is no mpi_" + printable(name) + ".so among Slurm's plugins",
                 "Slurm starts no step that does not say --mpi", "install it, or set MpiDefault=none");
}

Finding look_at_mpi_plugins(const Site& site) {
  const std::vector<std::string> plugins = mpi_plugins(site);
  if (plugins.empty()) {
    return unknown(kNoDirectory, "which MPIs of images Slurm can start is not seen", "srun --mpi=list tells");
  }
  const std::string found = list_of(plugins);
  if (has(plugins, "pmix") && has(plugins, "pmi2")) return ok(found, "Slurm starts Open MPI's ranks and MPICH's");
  if (has(plugins, "pmix")) {
    return warning(found + "; no pmi2", "images with MPICH and its like, which know only PMI, start no ranks",
                   "install Slurm's mpi_pmi2.so");
  }
  if (has(plugins, "pmi2")) {
    return warning(found + "; no pmix", "images with Open MPI 5, and most with 4, start no ranks",
                   "build Slurm with PMIx, or install the package that holds mpi_pmix.so");
  }
  return warning(found + "; neither pmix nor pmi2", "MPI in images starts no ranks",
                 "build Slurm with PMIx, and install its mpi_pmi2.so");
}

Finding look_at_pmix(const Site& site) {
  const FilesBelow files(Fd(open(site.node.place_of("/").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)));
  std::set<std::string> seen, found;
  std::vector<std::string> directories = pmix_directories_of_slurm(site);
  directories.insert(directories.end(),
                     {"/usr/lib64", "/usr/lib64/pmix*/lib", "/usr/lib/*-linux-gnu", "/usr/lib/*-linux-gnu/pmix*/lib",
                      "/usr/lib", "/usr/local/lib", "/usr/local/lib64", "/opt/pmix/lib", "/opt/pmix/*/lib"});
  for (const std::string& directory : directories) {
    for (const std::string& path : site.node.matching(directory + "/libpmix.so.[0-9]*")) {
      MpiLibrary library;
      library.pmix_library = files.real_path(path);
      if (!seen.insert(library.pmix_library).second) continue;
      const std::string version = version_of_pmix(files, library);
      found.insert((version.empty() ? "of an unknown version" : printable(version)) + " (" + printable(path) + ")");
    }
  }
  if (!found.empty())
    return ok(list_of({found.begin(), found.end()}), "it serves srun --mpi=pmix, when Slurm was built with it");
  if (!has(mpi_plugins(site), "pmix"))
    return ok("none where libraries usually are", "Slurm has no plugin that needs it");
  return unknown("none where libraries usually are", "whether Slurm's mpi_pmix.so finds its library is not seen",
                 "ldd on Slurm's mpi_pmix.so tells");
}

Finding look_at_fabrics(const Site& site) {
  std::vector<DeviceRule> rules;
  try {
    rules = read_device_table(site.settings.device_table);
  } catch (const Error& error) {
    return unknown(error.what(), "which devices containers have is not seen", "");
  }
  for (DeviceRule& rule : rules) rule.pattern = site.node.place_of(rule.pattern);
  std::vector<std::string> shown = devices_shown(rules);
  for (std::string& path : shown) path.erase(0, site.node.place_of("").size());
  if (!shown.empty()) return ok(list_of(shown), "each container has them");
  return ok("no device of the table", "ranks talk over TCP and shared memory, unless the site adds lines (devices=)");
}

}  // namespace slipway::doctor
