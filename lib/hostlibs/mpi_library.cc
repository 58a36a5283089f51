// SPDX-License-Identifier: BSD-3-Clause
#include "lib/hostlibs/mpi_library.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "lib/elf/elf.h"
#include "lib/elf/elf_text.h"

namespace slipway {

namespace {

constexpr size_t kMostFollowed = 256;  // libraries of a program, in search of MPI

bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

bool is_library(const std::string& name, std::string_view stem) {
  return name.starts_with(std::string(stem) + ".so.") || name == std::string(stem) + ".so";
}

// libmpi.so.40, libmpich.so.12, libmpi_gnu_91.so.12: the library itself, not libmpi_cxx, libmpifort or libmpi_java.
bool is_mpi_name(const std::string& name) {
  const size_t end = name.find(".so");
  if (end == name.npos || (end + 3 < name.size() && name[end + 3] != '.')) return false;
  const std::string_view stem(name.data(), end);
  for (const std::string_view whole :
       {"libmpi", "libmpich", "libmpi_mt", "libmpi_ibm", "libmpi_cray", "libmpich_cray"}) {
    if (stem == whole) return true;
  }
  // Cray's, of each compiler.
  for (const std::string_view start : {"libmpi_gnu_", "libmpi_intel", "libmpi_nvidia", "libmpi_amd", "libmpi_aocc",
                                       "libmpi_pgi", "libmpich_gnu", "libmpich_intel"}) {
    if (stem.starts_with(start)) return true;
  }
  return false;
}

// What every program has, and none of which needs MPI.
bool is_plain_name(const std::string& name) {
  for (const std::string_view stem :
       {"libc", "libm", "libdl", "libpthread", "librt", "libutil", "libresolv", "libgcc_s", "libstdc++", "libgfortran",
        "libquadmath", "libgomp", "libz", "linux-vdso"}) {
    if (is_library(name, stem)) return true;
  }
  return name.starts_with("ld-linux") || name.starts_with("ld-musl") || name.starts_with("libc.musl");
}

// The numbers behind ".so": 40, 30, 4.
std::vector<int> numbers_of(const std::string& name) {
  std::vector<int> numbers;
  size_t at = name.rfind(".so.");
  if (at == name.npos) return numbers;
  for (at += 4; at < name.size() && is_digit(name[at]); ++at) {
    const size_t end = std::min(name.find('.', at), name.size());
    const std::string digits = name.substr(at, std::min<size_t>(end - at, 6));
    if (digits.find_first_not_of("0123456789") != digits.npos) break;
    numbers.push_back(std::stoi(digits));
    at = end;
  }
  return numbers;
}

// A file, and all that is asked of it in turn.
struct Library {
  std::string path;
  Fd file;
  ElfFile elf;
  RunPath run_path;
};

Library open_library(const ImageFiles& files, const std::string& path, const RunPath& loader) {
  Library library{path, {}, {}, {}};
  if (path.empty()) return library;
  library.file = files.open(path);
  if (!library.file) return library;
  library.elf = read_elf(library.file.get());
  library.run_path = run_path_of(library.elf, path, loader);
  return library;
}

const std::string* needed_of(const ElfFile& elf, std::string_view stem) {
  const auto found = std::find_if(elf.libraries.begin(), elf.libraries.end(),
                                  [&](const std::string& name) { return is_library(name, stem); });
  return found == elf.libraries.end() ? nullptr : &*found;
}

class Description {
 public:
  Description(const ImageFiles& files, const LibrarySearch& search) : files_(files), search_(search) {}

  // Of the library at `path`, needed by one with the run path `loader`. Nothing: it is no MPI that is known here.
  std::optional<MpiLibrary> of(const std::string& path, const RunPath& loader) {
    const Library library = open_library(files_, path, loader);
    if (!library.elf.is_elf) return std::nullopt;
    mpi_.path = files_.real_path(path);
    mpi_.soname = library.elf.soname.empty() ? name_of(path) : library.elf.soname;
    const std::vector<int> abi = numbers_of(mpi_.soname), build = numbers_of(name_of(mpi_.path));
    if (!abi.empty()) mpi_.major = abi[0];
    if (build.size() > 1 && build[0] == mpi_.major) mpi_.minor = build[1];
    if (needed_of(library.elf, "libopen-pal") || needed_of(library.elf, "libopen-rte")) {
      mpi_.family = "Open MPI";
      open_mpi(library);
    } else if (!mpich_family(library)) {
      return std::nullopt;
    }
    return mpi_;
  }

 private:
  // The process manager's libraries that `library` needs. A libpmi or libpmi2 can be PMIx in their clothes; one behind
  // another is not looked at, since they can need each other.
  void needs_of(const Library& library, bool is_in_clothes = false) {
    if (const std::string* name = needed_of(library.elf, "libpmix")) {
      mpi_.pmix = true;
      const Library pmix = open_library(files_, search_.find(*name, library.run_path), library.run_path);
      mpi_.pmix_library = files_.real_path(pmix.path);
      finds_munge(pmix.run_path);
    }
    for (const auto& [stem, client] : {std::pair("libpmi2", &MpiLibrary::pmi2), {"libpmi", &MpiLibrary::pmi1}}) {
      const std::string* name = needed_of(library.elf, stem);
      if (!name) continue;
      const Library pmi = open_library(files_, search_.find(*name, library.run_path), library.run_path);
      if (!needed_of(pmi.elf, "libpmix")) mpi_.*client = true;
      else if (!is_in_clothes) needs_of(pmi, true);
    }
  }

  void finds_munge(const RunPath& client) { mpi_.munge |= !search_.find("libmunge.so.2", client).empty(); }

  void open_mpi(const Library& library) {
    needs_of(library);
    std::string runtime_path = library.path;
    RunPath run_path = library.run_path;
    for (const char* stem : {"libopen-rte", "libopen-pal"}) {
      const std::string* name = needed_of(library.elf, stem);
      if (!name) continue;
      const Library runtime = open_library(files_, search_.find(*name, library.run_path), library.run_path);
      if (!runtime.file) continue;
      needs_of(runtime);
      runtime_path = runtime.path;
      run_path = runtime.run_path;
    }
    // From 5 on it is linked with PMIx, and knows nothing else.
    if (mpi_.pmix) return;
    const std::string directory = directory_of(files_.real_path(runtime_path));
    for (const char* place : {"/openmpi", "/openmpi3", "/openmpi/lib/openmpi3", "/openmpi/lib/openmpi"}) {
      components_in(directory + place, run_path);
    }
    if (!mpi_.pmix) built_in(runtime_path, run_path);
  }

  // Open MPI before 5 asks through a component. One whose library is missing is not loaded.
  void components_in(const std::string& directory, const RunPath& loader) {
    for (const std::string& name : files_.names_in(directory)) {
      const bool is_pmix = name.starts_with("mca_pmix_ext") || name.starts_with("mca_pmix_pmix");
      // s1 and s2 since 2.0; 1.x asked through ess_pmi, and is told by its library.
      const bool is_pmi = name == "mca_pmix_s1.so" || name == "mca_pmix_s2.so" || name == "mca_ess_pmi.so";
      if ((!is_pmix && !is_pmi) || !name.ends_with(".so")) continue;
      const Library component = open_library(files_, directory + "/" + name, loader);
      if (!component.elf.is_elf || !has_process_manager(component)) continue;
      needs_of(component);
      if (is_pmix) {
        // Named by the version of PMIx: pmix112, ext1x.
        const bool is_first = name.starts_with("mca_pmix_ext1") || name.starts_with("mca_pmix_pmix1");
        mpi_.pmix_1 = is_first && (mpi_.pmix_1 || mpi_.pmix_component.empty());
        mpi_.pmix = true;
        finds_munge(component.run_path);
        mpi_.pmix_component = files_.real_path(component.path);
      }
    }
  }

  bool has_process_manager(const Library& component) const {
    for (const std::string& name : component.elf.libraries) {
      if (name.starts_with("libpmi") && search_.find(name, component.run_path).empty()) return false;
    }
    return true;
  }

  void built_in(const std::string& runtime_path, const RunPath& run_path) {
    const Fd runtime = files_.open(runtime_path);
    if (!runtime) return;
    const std::vector<bool> found =
        find_in_constants(runtime.get(), {"mca_pmix_pmix", "mca_pmix_ext", "mca_pmix_s2_", "mca_pmix_s1_"});
    mpi_.pmix |= found[0] || found[1];
    finds_munge(run_path);
    mpi_.pmi2 |= found[2];
    mpi_.pmi1 |= found[3];
  }

  bool mpich_family(const Library& library) {
    enum Word { kMpich, kMvapich, kIntel, kCray, kPmi2, kOldPmi1, kPmi1, kWords };
    using namespace std::string_view_literals;
    // Without a library of the process manager MPICH speaks its protocols itself: PMI-2 begins with "fullinit", and
    // "barrier_in" is PMI-1's own word (a message until 4.0, a name of one since).
    const std::vector<bool> has =
        find_in_constants(library.file.get(), {"MPICH"sv, "MVAPICH"sv, "Intel(R) MPI Library"sv, "CRAY MPICH"sv,
                                               "fullinit"sv, "cmd=barrier_in"sv, "\0barrier_in\0"sv});
    mpi_.family = has[kIntel] ? "Intel MPI" : has[kCray] ? "Cray MPICH" : has[kMvapich] ? "MVAPICH" : "MPICH";
    if (has[kIntel] || has[kCray]) {
      mpi_.knows_clients = false;
      return true;
    }
    if (!has[kMpich] && !has[kMvapich]) return false;
    needs_of(library);
    mpi_.talks_pmi_itself = !mpi_.pmi1 && !mpi_.pmi2 && (has[kPmi2] || has[kOldPmi1] || has[kPmi1]);
    if (mpi_.talks_pmi_itself) {
      mpi_.pmi2 = has[kPmi2];
      mpi_.pmi1 = has[kOldPmi1] || has[kPmi1];
    }
    return true;
  }

  const ImageFiles& files_;
  const LibrarySearch& search_;
  MpiLibrary mpi_;
};

// Where MPI is installed besides the loader's directories. A "*" stands for all names there.
constexpr std::array kPlaces = {
    "/usr/local/lib64",
    "/usr/lib64/openmpi/lib",
    "/usr/lib64/mpich/lib",
    "/usr/lib64/mvapich2/lib",
    "/usr/lib64/mvapich2*/lib",
    "/usr/lib/*/openmpi/lib",
    "/usr/lib/*/mpich/lib",
    "/opt/*/lib",
    "/opt/*/lib64",
    "/opt/*/*/lib",
    "/opt/*/*/lib64",
    "/usr/local/*/lib",
    "/opt/intel/oneapi/mpi/*/lib",
    "/opt/intel/oneapi/mpi/*/lib/release",
    "/opt/hpcx/ompi/lib",
    "/opt/cray/pe/mpich/*/ofi/*/*/lib",
};
constexpr size_t kMostPlaces = 4096;

void add_places(const ImageFiles& files, const std::string& done, std::string_view rest,
                std::vector<std::string>& places) {
  if (places.size() == kMostPlaces) return;
  const size_t star = rest.find('*');
  if (star == rest.npos) return places.push_back(done + std::string(rest));
  const std::string before = done + std::string(rest.substr(0, star));
  const std::string start = name_of(before);
  for (const std::string& name : files.names_in(directory_of(before) + "/")) {
    if (!name.starts_with(start)) continue;
    add_places(files, directory_of(before) + "/" + name, rest.substr(star + 1), places);
  }
}

// How many numbers a text has that is nothing but a version: 3 for "4.1.4" and "4.2.2rc2". 0: it is none.
int numbers_of_version(const std::string& text) {
  if (text.size() > 20) return 0;
  int numbers = 0;
  size_t at = 0;
  const auto skip_digits = [&] {
    const size_t start = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at > start;
  };
  while (skip_digits()) {
    ++numbers;
    if (at == text.size() || text[at] != '.') break;
    ++at;
  }
  for (const std::string_view early : {"a", "b", "rc"}) {
    if (at > 0 && is_digit(text[at - 1]) && text.compare(at, early.size(), early) == 0) {
      at += early.size();
      if (!skip_digits()) return 0;
      break;
    }
  }
  return at == text.size() && at > 0 && is_digit(text[at - 1]) && (numbers == 2 || numbers == 3) ? numbers : 0;
}

// "Thu Apr  7 12:34:45 CDT 2022"
bool is_date(const std::string& text) {
  if (text.size() < 24 || text.size() > 40 || text[3] != ' ') return false;
  const size_t colon = text.find(':');
  if (colon == text.npos || colon + 3 >= text.size() || text[colon + 3] != ':') return false;
  return std::all_of(text.end() - 4, text.end(), is_digit);
}

// The first word of what follows `start` in some text of the file.
std::string word_behind(int file, std::string_view start) {
  std::string word;
  visit_texts(file, [&](const std::string& text) {
    const size_t at = text.find(start);
    if (at == text.npos) return false;
    const size_t begin = at + start.size();
    word = text.substr(begin, text.find_first_of(" \t\n,(", begin) - begin);
    return !word.empty() && is_digit(word[0]);
  });
  return !word.empty() && is_digit(word[0]) ? word : "";
}

// MPICH has the date of its release beside its version, before or behind.
std::string version_beside_date(int file) {
  constexpr int kNear = 4;  // texts
  std::string version;
  int since_version = kNear + 1, since_date = kNear + 1;
  visit_texts(file, [&](const std::string& text) {
    since_version = numbers_of_version(text) > 0 ? 0 : since_version + 1;
    since_date = is_date(text) ? 0 : since_date + 1;
    if (since_version == 0) version = text;
    return (since_version == 0 && since_date <= kNear) || (since_date == kNear && since_version <= 2 * kNear);
  });
  return since_date <= kNear ? version : "";
}

// The text that is nothing but a version.
std::string bare_version(int file) {
  std::string version;
  visit_texts(file, [&](const std::string& text) {
    if (numbers_of_version(text) != 3) return false;
    version = text;
    return true;
  });
  return version;
}

}  // namespace

std::optional<MpiLibrary> mpi_of_program(const ImageFiles& files, const LibrarySearch& search,
                                         const std::string& program_path) {
  std::vector<std::pair<std::string, RunPath>> followed = {{program_path, {}}};
  std::set<std::string> seen;
  for (size_t i = 0; i < followed.size(); ++i) {
    const Library library = open_library(files, followed[i].first, followed[i].second);
    for (const std::string& name : library.elf.libraries) {
      if (!is_mpi_name(name)) continue;
      const std::string path = search.find(name, library.run_path);
      if (path.empty()) continue;
      if (std::optional<MpiLibrary> mpi = Description(files, search).of(path, library.run_path)) return mpi;
    }
    for (const std::string& name : library.elf.libraries) {
      if (is_plain_name(name) || followed.size() == kMostFollowed || !seen.insert(name).second) continue;
      const std::string path = search.find(name, library.run_path);
      if (!path.empty()) followed.emplace_back(path, library.run_path);
    }
  }
  return std::nullopt;
}

std::optional<MpiLibrary> mpi_library_at(const ImageFiles& files, const LibrarySearch& search,
                                         const std::string& path) {
  return Description(files, search).of(path, {});
}

std::vector<MpiLibrary> mpi_libraries_in(const ImageFiles& files, const LibrarySearch& search) {
  std::vector<std::string> paths;
  for (const std::string& name : search.cache().names()) {
    if (!is_mpi_name(name)) continue;
    for (std::string& path : search.cache().paths_of(name)) paths.push_back(std::move(path));
  }
  std::vector<std::string> places = search.default_directories();
  for (const char* place : kPlaces) add_places(files, "", place, places);
  for (const std::string& place : places) {
    for (const std::string& name : files.names_in(place)) {
      if (is_mpi_name(name)) paths.push_back(place + "/" + name);
    }
  }
  std::map<std::string, std::optional<MpiLibrary>> found;
  for (const std::string& path : paths) {
    const std::string real_path = files.real_path(path);
    if (real_path.empty() || found.contains(real_path)) continue;
    // Where it is not found without being told, its directory is put on LD_LIBRARY_PATH: its own libraries are there.
    const LibrarySearch its_search = search.led_by(directory_of(path));
    found[real_path] = Description(files, its_search).of(path, {});
  }
  std::vector<MpiLibrary> libraries;
  for (auto& [path, mpi] : found) {
    if (mpi) libraries.push_back(std::move(*mpi));
  }
  return libraries;
}

std::string version_of_mpi(const ImageFiles& files, const MpiLibrary& mpi) {
  const Fd file = files.open(mpi.path);
  if (!file) return "";
  if (mpi.family == "Open MPI") return bare_version(file.get());
  if (mpi.family == "Intel MPI") return word_behind(file.get(), "Intel(R) MPI Library ");
  if (mpi.family == "Cray MPICH") return word_behind(file.get(), "CRAY MPICH version ");
  return version_beside_date(file.get());
}

std::string version_of_pmix(const ImageFiles& files, const MpiLibrary& mpi) {
  const std::string& path = mpi.pmix_library.empty() ? mpi.pmix_component : mpi.pmix_library;
  const Fd file = path.empty() ? Fd() : files.open(path);
  if (!file) return "";
  const std::string version = word_behind(file.get(), "OpenPMIx ");
  return version.empty() ? bare_version(file.get()) : version;
}

}  // namespace slipway
