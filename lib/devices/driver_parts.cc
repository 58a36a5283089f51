// SPDX-License-Identifier: BSD-3-Clause
#include "lib/devices/driver_parts.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "lib/base/error.h"
#include "lib/base/paths.h"
#include "lib/base/text_file.h"
#include "lib/devices/driver_compat.h"
#include "lib/devices/driver_wish.h"
#include "lib/elf/elf.h"
#include "lib/elf/glibc_version.h"
#include "lib/elf/library_cache_file.h"
#include "lib/elf/library_search.h"
#include "lib/protocol/wire.h"

namespace slipway {

namespace {

constexpr char kAskedBy[] = "this node's GPUs";
constexpr char kLibcuda[] = "libcuda.so.1";
constexpr char kLibraries[] = "gpu/lib", kPrograms[] = "gpu/bin";  // below kHostParts
constexpr char kCache[] = "/etc/ld.so.cache", kImagesLibraries[] = "/.singularity.d/libs";
constexpr std::string_view kWildcards = "*?[";
// Configuration is copied, so that it needs no mount; what is longer, as firmware, is bound.
constexpr size_t kLongestCopy = 64 << 10;
constexpr size_t kMostFiles = 64;  // of one line of the table

bool fits(const std::string& name, const std::string& pattern) {
  // Most names differ at once, and there are many.
  const size_t plain = std::min(pattern.find_first_of(kWildcards), pattern.size());
  return name.compare(0, plain, pattern, 0, plain) == 0 && fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

// Under which something asks for it, at run time or when it is linked: directories have the files' own names too.
bool is_name_of(const ElfFile& library, const std::string& name) {
  return library.soname.empty() || library.soname == name || name.ends_with(".so");
}

class DriverParts {
 public:
  DriverParts(HostDirectory& directory, Additions& additions, Plan& plan, const GpuDrivers& drivers,
              const ImageFiles& image)
      : directory_(directory),
        additions_(additions),
        plan_(plan),
        drivers_(drivers),
        image_files_(image),
        image_search_(image),
        root_(normal_path(drivers.root)),
        // Where it is no directory, as long as the container that brings the driver is down, nothing is found in it.
        host_files_(Fd(open(root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC))),
        host_search_(host_files_),
        wish_(driver_wish(image, drivers.capabilities, drivers.visible_devices)) {}

  void add() {
    choose_names();
    for (const DriverRule& rule : drivers_.table) {
      if (!is_wanted(rule)) continue;
      switch (rule.verb) {
        case DriverRule::kLibrary: add_libraries(rule.pattern); break;
        case DriverRule::kProgram: add_program(rule.pattern); break;
        case DriverRule::kFile: add_files("", rule.pattern); break;
      }
    }
    tell_what_is_too_new();
    const bool wants_cuda = has(GpuVendor::kNvidia) && wish_.is_wanted && wish_.capabilities & kComputeCapability;
    if (wants_cuda) compare_with_images();
    lead();
    add_to_cache();
    add_to_images_libraries();
  }

 private:
  bool has(GpuVendor vendor) const {
    return std::find(drivers_.vendors.begin(), drivers_.vendors.end(), vendor) != drivers_.vendors.end();
  }

  bool is_wanted(const DriverRule& rule) const {
    if (!has(rule.vendor)) return false;
    return rule.vendor != GpuVendor::kNvidia || (wish_.is_wanted && rule.capabilities & wish_.capabilities);
  }

  // Those of the host's cache; a root that has none is searched where ld.so would.
  void choose_names() {
    names_ = host_search_.cache().names();
    if (!names_.empty()) return;
    std::set<std::string> names;
    for (const std::string& directory : host_search_.default_directories()) {
      for (std::string& name : host_files_.names_in(directory)) {
        if (name.find(".so") != name.npos) names.insert(std::move(name));
      }
    }
    names_.assign(names.begin(), names.end());
  }

  // On the host, without links.
  std::string host_path(const std::string& real_path) const {
    return root_ == "/" ? real_path : root_ + real_path;
  }

  void add_libraries(const std::string& pattern) {
    for (const std::string& name : names_) {
      if (!fits(name, pattern) || !seen_.insert(name).second) continue;
      const std::string path = host_files_.real_path(host_search_.find(name));
      const Fd file = path.empty() ? Fd() : host_files_.open(path);
      if (!file || !is_name_of(read_elf(file.get()), name)) continue;
      // Where no glibc is found in the image, nobody knows what fits.
      if (!glibc_) glibc_ = glibc_of({image_files_, image_search_});
      const GlibcVersion needed = glibc_needed_by(file.get());
      if (*glibc_ != GlibcVersion() && needed > *glibc_) {
        too_new_ += (too_new_.empty() ? "" : ", ") + printable(name) + " (" + text_of(needed) + ")";
        continue;
      }
      const std::string link = std::string(kLibraries) + "/" + name;
      directory_.add_link(link, host_path(path), kAskedBy, AskedFor::kNot);
      libraries_.push_back({name, std::string(kHostParts) + "/" + link});
    }
  }

  void tell_what_is_too_new() {
    if (too_new_.empty()) return;
    plan_.gpu_notices.push_back("of this node's GPU driver the container lacks what needs a newer glibc than the " +
                                ("image's " + text_of(*glibc_) + ": " + too_new_));
  }

  void add_program(const std::string& name) {
    const std::string path = name.starts_with('/') ? name : found_program(name);
    const std::string real = path.empty() ? "" : host_files_.real_path(path);
    if (real.empty() || !host_files_.open(real)) return;
    directory_.add_link(std::string(kPrograms) + "/" + name_of(name), host_path(real), kAskedBy, AskedFor::kNot);
    has_programs_ = true;
  }

  std::string found_program(const std::string& name) const {
    const std::string search_path = kDefaultSearchPath;
    for (size_t start = 0; start < search_path.size();) {
      const size_t end = std::min(search_path.find(':', start), search_path.size());
      const std::string path = search_path.substr(start, end - start) + "/" + name;
      if (host_files_.open(path)) return path;
      start = end + 1;
    }
    return "";
  }

  // All below `directory` that fit the rest of a path, component by component.
  void add_files(const std::string& directory, const std::string& rest) {
    const size_t end = std::min(rest.find('/', 1), rest.size());
    const std::string component = rest.substr(1, end - 1), after = rest.substr(end);
    std::vector<std::string> names = {component};
    if (component.find_first_of(kWildcards) != component.npos) {
      names = host_files_.names_in(directory + "/");
      std::erase_if(names, [&](const std::string& name) { return !fits(name, component); });
      if (names.size() > kMostFiles) names.resize(kMostFiles);
    }
    for (const std::string& name : names) {
      if (after.empty()) add_file(directory + "/" + name);
      else add_files(directory + "/" + name, after);
    }
  }

  void add_file(const std::string& path) {
    const std::string real = host_files_.real_path(path);
    if (real.empty()) return;
    if (const Fd file = host_files_.open(real)) {
      struct stat status;
      const bool is_short = fstat(file.get(), &status) == 0 && static_cast<size_t>(status.st_size) <= kLongestCopy;
      if (is_short) return void(additions_.files.emplace_back(path, text_of_regular_file(file, kLongestCopy)));
    }
    LayoutEntry entry;
    entry.word.how = MountWord::kTree;
    entry.word.source = host_path(real);
    entry.word.target = path;
    entry.word.flags = MS_RDONLY | MS_NOSUID | MS_NODEV;
    entry.need = LayoutEntry::kIfThere;
    entry.asked_by = kAskedBy;
    additions_.mounts.push_back(std::move(entry));
  }

  void compare_with_images() {
    const std::string libcuda = host_search_.find(kLibcuda);
    if (libcuda.empty()) {
      plan_.no_driver = "this node has NVIDIA's GPUs but no " + std::string(kLibcuda) + " for them" +
                        (root_ == "/" ? "" : " in " + printable(root_)) +
                        "; ask the admin to install the driver's libraries there";
      return;
    }
    const DriverVersion hosts = driver_version_of(host_files_.real_path(libcuda));
    DriverCompat compat = newer_driver_in(image_files_, hosts);
    if (compat.directory.empty()) return;
    plan_.gpu_notices.push_back(compat_notice(compat, hosts));
    libraries_.insert(libraries_.begin(), compat.libraries.begin(), compat.libraries.end());
    compat_directory_ = std::move(compat.directory);
  }

  void lead() {
    const std::string parts = std::string(kHostParts) + "/";
    if (!libraries_.empty()) {
      const std::string first = compat_directory_.empty() ? "" : compat_directory_ + ":";
      plan_.gpu_lead.emplace_back("LD_LIBRARY_PATH", first + parts + kLibraries);
    }
    if (has_programs_) plan_.gpu_lead.emplace_back("PATH", parts + kPrograms);
  }

  void add_to_cache() {
    if (libraries_.empty()) return;
    std::string cache = cache_with(image_search_.cache(), libraries_);
    if (!cache.empty()) additions_.files.emplace_back(kCache, std::move(cache));
  }

  // Environment scripts of images that Apptainer made put it on LD_LIBRARY_PATH.
  void add_to_images_libraries() {
    const bool has_directory = !image_files_.real_path(std::string(kImagesLibraries) + "/.").empty();
    if (libraries_.empty() || !has_directory) return;
    LayoutEntry entry;
    entry.word.kind = MountWord::kTmpfs;
    entry.word.target = kImagesLibraries;
    entry.mode = "0755";
    entry.asked_by = kAskedBy;
    std::set<std::string> names;
    for (const CachedLibrary& library : libraries_) {
      if (names.insert(library.name).second) entry.links.emplace_back(library.name, library.path);
    }
    additions_.mounts.push_back(std::move(entry));
  }

  HostDirectory& directory_;
  Additions& additions_;
  Plan& plan_;
  const GpuDrivers& drivers_;
  const ImageFiles& image_files_;
  const LibrarySearch image_search_;
  const std::string root_;
  const FilesBelow host_files_;
  const LibrarySearch host_search_;
  const DriverWish wish_;
  std::optional<GlibcVersion> glibc_;  // the image's, once somebody asked
  std::vector<std::string> names_;     // of the host's libraries
  std::set<std::string> seen_;         // names of these that fitted a line
  std::string too_new_;                // names and what they need
  std::vector<CachedLibrary> libraries_;  // those that are shown, and before them the image's newer ones
  std::string compat_directory_;          // where those lie
  bool has_programs_ = false;
};

}  // namespace

void add_driver_parts(HostDirectory& directory, Additions& additions, Plan& plan, const GpuDrivers& drivers,
                      const ImageFiles& image) {
  if (!drivers.vendors.empty()) DriverParts(directory, additions, plan, drivers, image).add();
}

}  // namespace slipway
