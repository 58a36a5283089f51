// SPDX-License-Identifier: BSD-3-Clause
#include "lib/hostlibs/host_libraries.h"

#include <fnmatch.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "lib/base/error.h"
#include "lib/elf/elf.h"

namespace slipway {

namespace {

constexpr const char* kGlibcFamily[] = {"libc.so.6",  "libm.so.6",      "libdl.so.2",   "libpthread.so.0",
                                        "librt.so.1", "libresolv.so.2", "libutil.so.1", "libnsl.so.1",
                                        "libanl.so.1", "libmvec.so.1",  "ld-linux*.so.*"};
constexpr const char* kCompilers[] = {"libstdc++.so.*", "libgcc_s.so.*", "libgfortran.so.*", "libquadmath.so.*",
                                      "libgomp.so.*",   "libatomic.so.*"};

// More than any MPI has; a bound, since the ranks wait.
constexpr size_t kMostFiles = 2000;

bool fits(const std::string& name, const std::string& pattern) {
  return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

template <size_t kCount>
bool is_among(const std::string& name, const char* const (&patterns)[kCount]) {
  return std::any_of(std::begin(patterns), std::end(patterns),
                     [&](const char* pattern) { return fits(name, pattern); });
}

class Collection {
 public:
  Collection(const LibraryRoot& host, const LibraryRoot& image, std::span<const LibraryRule> table, std::string what)
      : host_(host), image_(image), table_(table), what_(std::move(what)) {}

  // What must be there, or is only taken along where it is.
  enum Need { kMust, kIfThere };

  void add(const std::string& name, const std::string& needed_by, const RunPath& run_path, Need need) {
    if (is_among(name, kGlibcFamily) || !names_.insert(name).second) return;
    const std::string found = host_.search.find(name, run_path);
    if (found.empty() && need == kIfThere) return;
    if (found.empty()) {
      const std::string whose = needed_by.empty() ? "" : ", which " + printable(needed_by) + " needs";
      throw Error(what_, "this node has no " + printable(name) + whose,
                  "load the host's MPI before you submit (module load), or ask the admin to install it on each node");
    }
    if (is_among(name, kCompilers) && is_new_enough(name, found)) return;
    take({name, host_.files.real_path(found)}, found, run_path, need);
  }

  HostLibraries result() && { return std::move(result_); }

 private:
  void take(const HostLibraries::Library& library, const std::string& found, const RunPath& run_path, Need need) {
    result_.libraries.push_back(library);
    read_file(library.path, run_path, need);
    for (const LibraryRule& rule : table_) {
      if (!fits(library.name, rule.library)) continue;
      for (const std::string& directory : {directory_of(found), directory_of(library.path)}) {
        if (rule.verb == LibraryRule::kWith) add_neighbours(directory, rule.other, run_path);
        else add_place(rule.other.starts_with('/') ? rule.other : directory + "/" + rule.other);
      }
    }
  }

  // What a library or a file that it opens needs.
  void read_file(const std::string& path, const RunPath& loader, Need need) {
    if (files_ == kMostFiles) return;
    ++files_;
    const Fd file = host_.files.open(path);
    if (!file) return;
    const ElfFile elf = read_elf(file.get());
    if (!elf.is_elf) return;
    if (need == kMust) result_.glibc = std::max(result_.glibc, glibc_needed_by(file.get()));
    const RunPath run_path = run_path_of(elf, path, loader);
    for (const std::string& name : elf.libraries) add(name, path, run_path, need);
  }

  // Files under the names by which programs need them.
  void add_neighbours(const std::string& directory, const std::string& pattern, const RunPath& run_path) {
    for (const std::string& name : host_.files.names_in(directory)) {
      if (!fits(name, pattern) || names_.contains(name)) continue;
      const std::string path = directory + "/" + name;
      const Fd file = host_.files.open(path);
      if (!file || read_elf(file.get()).soname != name) continue;
      names_.insert(name);
      take({name, host_.files.real_path(path)}, path, run_path, kIfThere);
    }
  }

  void add_place(const std::string& path) {
    const std::string real = host_.files.real_path(path);
    const bool is_known = std::find(result_.places.begin(), result_.places.end(), real) != result_.places.end();
    if (real.empty() || is_known) return;
    result_.places.push_back(real);
    read_below(real, kDeepest);
  }

  void read_below(const std::string& directory, int depth) {
    for (const std::string& name : host_.files.names_in(directory)) {
      const std::string path = directory + "/" + name;
      if (name.find(".so") != name.npos) read_file(host_.files.real_path(path), {}, kIfThere);
      else if (depth > 0) read_below(path, depth - 1);
    }
  }

  // Whether the image's library of this name has all versions that the host's defines. What has none is taken as it is.
  bool is_new_enough(const std::string& name, const std::string& hosts) const {
    const std::string images = image_.search.find(name);
    if (images.empty()) return false;
    const Fd host_file = host_.files.open(hosts), image_file = image_.files.open(images);
    const std::vector<std::string> has = read_elf_versions(image_file.get()).defined;
    const std::vector<std::string> wanted = read_elf_versions(host_file.get()).defined;
    return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& version) {
      return std::find(has.begin(), has.end(), version) != has.end();
    });
  }

  static constexpr int kDeepest = 2;  // Debian's openmpi/lib/openmpi3

  const LibraryRoot host_, image_;
  const std::span<const LibraryRule> table_;
  const std::string what_;
  std::set<std::string> names_;
  size_t files_ = 0;
  HostLibraries result_;
};

}  // namespace

HostLibraries host_libraries(std::span<const std::string> names, const LibraryRoot& host, const LibraryRoot& image,
                             std::span<const LibraryRule> table, const std::string& what) {
  Collection collection(host, image, table, what);
  for (const std::string& name : names) collection.add(name, "", {}, Collection::kMust);
  return std::move(collection).result();
}

}  // namespace slipway
