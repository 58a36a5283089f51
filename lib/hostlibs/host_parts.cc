// SPDX-License-Identifier: BSD-3-Clause
#include "lib/hostlibs/host_parts.h"

#include <fcntl.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/error.h"
#include "lib/elf/glibc_version.h"
#include "lib/elf/library_search.h"
#include "lib/hostlibs/host_libraries.h"
#include "lib/hostlibs/mpi_library.h"
#include "lib/image/image_files.h"
#include "lib/options/tables/library_table.h"
#include "lib/protocol/wire.h"
#include "lib/protocol/work_directory.h"

namespace slipway {

namespace {

constexpr char kPmiOption[] = "--mpi=pmi2";
constexpr char kFabricLibrary[] = "libfabric.so.1", kPmi2Name[] = "libpmi2.so.0";
constexpr char kOpenMpi[] = "Open MPI";
constexpr char kKeepImages[] = "or use the image's own MPI (--container-mpi=image)";

std::vector<std::string> directories_in(const std::string& search_path) {
  std::vector<std::string> directories;
  for (size_t start = 0; start <= search_path.size();) {
    const size_t end = std::min(search_path.find(':', start), search_path.size());
    if (search_path[start] == '/') directories.push_back(search_path.substr(start, end - start));
    start = end + 1;
  }
  return directories;
}

// Names under which programs ask for libraries of the same ABI: MPICH's own and the one that its family agreed on.
std::vector<std::string> names_for(const std::string& soname) {
  constexpr const char* kFamily[] = {"libmpi.so.12", "libmpich.so.12"};
  const bool is_of_family = std::find(std::begin(kFamily), std::end(kFamily), soname) != std::end(kFamily);
  return is_of_family ? std::vector<std::string>(std::begin(kFamily), std::end(kFamily)) : std::vector{soname};
}

std::string described(const MpiLibrary& mpi) { return mpi.family + " (" + printable(mpi.soname) + ")"; }

class HostParts {
 public:
  HostParts(HostDirectory& directory, Plan& plan, const Request& request, const Terms& terms)
      : directory_(directory),
        plan_(plan),
        request_(request),
        terms_(terms),
        image_files_(Fd(open(kImageName, O_PATH | O_DIRECTORY | O_CLOEXEC))),
        image_search_(image_files_),
        host_files_(Fd(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC))),
        host_search_(host_files_, directories_in(request.library_path)) {}

  void add() {
    if (terms_.mpi == Mpi::kHost) add_mpi();
    if (terms_.options.fabric_of_host) add_fabric();
    if (request_.mpi_type == "pmi2" && terms_.mpi != Mpi::kNone) offer_pmi2();
  }

 private:
  // What asks for it, as errors name it: of the MPI, also a key of the site's.
  std::string mpi_option() const {
    return terms_.options.mpi ? terms_.options.source_of("mpi") + "=host" : words_of_key(request_.settings, "mpi");
  }
  std::string fabric_option() const { return terms_.options.source_of("fabric") + "=host"; }

  LibraryRoot image() const { return {image_files_, image_search_}; }
  LibraryRoot host() const { return {host_files_, host_search_}; }

  // The MPI that the step's program has in the image; else the image's, when it has one only.
  std::optional<MpiLibrary> mpi_of_image() const {
    if (request_.command.starts_with('/')) {
      if (auto mpi = mpi_of_program(image_files_, image_search_, request_.command)) return mpi;
    }
    std::vector<MpiLibrary> all = mpi_libraries_in(image_files_, image_search_);
    if (all.empty()) return std::nullopt;
    const auto differs = [&](const MpiLibrary& other) { return names_for(other.soname) != names_for(all[0].soname); };
    if (std::any_of(all.begin(), all.end(), differs)) {
      throw Error(mpi_option(), "the image has more than one MPI, and it is not known which its program uses",
                  std::string("name the program by its absolute path, ") + kKeepImages);
    }
    return all[0];
  }

  // Names of the libraries that a program of the host's would want, or of what the host has.
  std::string name_without_image() const {
    const std::string program = request_.command.find('/') == std::string::npos ? ""
                                : request_.command.starts_with('/') ? request_.command
                                                                    : request_.cwd + "/" + request_.command;
    if (const auto mpi = program.empty() ? std::nullopt : mpi_of_program(host_files_, host_search_, program)) {
      return mpi->soname;
    }
    for (const char* name : {"libmpi.so.40", "libmpi.so.12", "libmpich.so.12"}) {
      if (!host_search_.find(name).empty()) return name;
    }
    throw Error(mpi_option(), "this node has no MPI",
                "load the host's MPI before you submit (module load), or ask the admin to install it on each node");
  }

  MpiLibrary mpi_of_host(const std::string& wanted) const {
    for (const std::string& name : names_for(wanted)) {
      const std::string path = host_search_.find(name);
      if (const auto mpi = path.empty() ? std::nullopt : mpi_library_at(host_files_, host_search_, path)) return *mpi;
    }
    std::string has;
    for (const MpiLibrary& mpi : mpi_libraries_in(host_files_, host_search_)) {
      has += (has.empty() ? "" : ", ") + described(mpi);
    }
    has = has.empty() ? "no MPI" : "only " + has;
    throw Error(mpi_option(), "the image's program needs " + printable(wanted) + ", and this node has " + has,
                std::string("load one of the same ABI before you submit (module load), ") + kKeepImages);
  }

  void add_mpi() {
    const std::optional<MpiLibrary> images = mpi_of_image();
    const MpiLibrary hosts = mpi_of_host(images ? images->soname : name_without_image());
    if (images) compare(*images, hosts);
    bring("mpi", {hosts.soname}, mpi_option());
    for (const std::string& name : names_for(hosts.soname)) add_link("mpi", name, hosts.path, mpi_option());
  }

  void compare(const MpiLibrary& images, const MpiLibrary& hosts) const {
    if ((images.family == kOpenMpi) != (hosts.family == kOpenMpi)) {
      throw Error(mpi_option(), "the image has " + described(images) + ", this node " + described(hosts) +
                                  ": libraries of the same name that do not fit each other",
                  std::string("load an MPI of the same kind before you submit (module load), ") + kKeepImages);
    }
    if (hosts.minor >= images.minor) return;
    plan_.notices.push_back("this node's " + described(hosts) + " is older than the image's: version " +
                            std::to_string(hosts.minor) + " of its interface, not " + std::to_string(images.minor) +
                            "; a program that uses what is new there will not start");
  }

  void add_fabric() {
    if (image_search_.find(kFabricLibrary).empty()) {
      throw Error(fabric_option(), std::string("the image has no ") + kFabricLibrary + " to be replaced",
                  "leave it out: its MPI does not use libfabric, or brings one of its own");
    }
    bring("fabric", {kFabricLibrary}, fabric_option());
  }

  // For Intel MPI, which is told where it is, and for images whose MPI was linked with one that they do not have.
  void offer_pmi2() {
    if (host_search_.find(kPmi2Name).empty()) return;
    const HostLibraries libraries = libraries_of({kPmi2Name}, kPmiOption);
    if (libraries.glibc > glibc_of(image())) return;
    show("pmi", libraries, kPmiOption);
    plan_.fill.emplace_back("I_MPI_PMI_LIBRARY", kPmi2Library);
    if (image_search_.find(kPmi2Name).empty()) lead("pmi");
  }

  HostLibraries libraries_of(const std::vector<std::string>& names, const std::string& option) {
    if (!table_) table_ = read_library_table(request_.settings.library_table);
    return host_libraries(names, host(), image(), *table_, option);
  }

  void bring(const std::string& part, const std::vector<std::string>& names, const std::string& option) {
    const HostLibraries libraries = libraries_of(names, option);
    const GlibcVersion images = glibc_of(image());
    if (libraries.glibc > images) {
      throw Error(option,
                  "this node's libraries need glibc " + text_of(libraries.glibc) + ", and the image has " +
                      (images == GlibcVersion() ? "none" : "it up to " + text_of(images)),
                  "use an image whose distribution is as new as this node's, or leave the option out");
    }
    show(part, libraries, option);
    lead(part);
  }

  void lead(const std::string& part) {
    plan_.lead.emplace_back("LD_LIBRARY_PATH", std::string(kHostParts) + "/" + part + "/lib");
  }

  void show(const std::string& part, const HostLibraries& libraries, const std::string& option) {
    for (const HostLibraries::Library& library : libraries.libraries) {
      add_link(part, library.name, library.path, option);
    }
    for (const std::string& place : libraries.places) directory_.add_place(place, option, AskedFor::kByLibraryPath);
  }

  // In `lib` of the part, under the name by which the library is needed.
  void add_link(const std::string& part, const std::string& name, const std::string& path, const std::string& option) {
    directory_.add_link(part + "/lib/" + name, path, option, AskedFor::kByLibraryPath);
  }

  HostDirectory& directory_;
  Plan& plan_;
  const Request& request_;
  const Terms& terms_;
  const FilesBelow image_files_;
  const LibrarySearch image_search_;
  const FilesBelow host_files_;
  const LibrarySearch host_search_;
  std::optional<std::vector<LibraryRule>> table_;
};

}  // namespace

void add_host_parts(HostDirectory& directory, Plan& plan, const Request& request, const Terms& terms) {
  const bool asks = terms.mpi == Mpi::kHost || terms.options.fabric_of_host ||
                    (request.mpi_type == "pmi2" && terms.mpi != Mpi::kNone);
  if (asks) HostParts(directory, plan, request, terms).add();
}

}  // namespace slipway
