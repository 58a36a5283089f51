#include "helper/driver_compat.h"

#include <charconv>
#include <utility>

#include "helper/elf.h"

namespace slipway {

namespace {

constexpr char kLibcuda[] = "libcuda.so.1";
constexpr char kLocal[] = "/usr/local";
// In images of NVIDIA's registry the libraries lie one deeper, since their entry point decides about a link to them.
constexpr const char* kPlaces[] = {"compat", "compat/lib", "compat/lib.real"};

std::vector<CachedLibrary> libraries_in(const ImageFiles& image, const std::string& directory) {
  std::vector<CachedLibrary> libraries;
  for (const std::string& name : image.names_in(directory)) {
    if (name.find(".so") == name.npos) continue;
    const std::string path = directory + "/" + name;
    const Fd file = image.open(path);
    if (file && read_elf(file.get()).soname == name) libraries.push_back({name, path});
  }
  return libraries;
}

}  // namespace

std::vector<unsigned> driver_version_of(const std::string& libcuda_path) {
  constexpr std::string_view kStart = "libcuda.so.";
  const std::string name = name_of(libcuda_path);
  if (!name.starts_with(kStart)) return {};
  std::vector<unsigned> version;
  const char *next = name.data() + kStart.size(), *const end = name.data() + name.size();
  while (next < end) {
    unsigned number;
    const auto [rest, failure] = std::from_chars(next, end, number);
    if (failure != std::errc() || (rest != end && *rest != '.')) return {};
    version.push_back(number);
    next = rest == end ? end : rest + 1;
  }
  return version.size() > 1 ? version : std::vector<unsigned>();  // libcuda.so.1 is no release
}

DriverCompat newer_driver_in(const ImageFiles& image, const std::vector<unsigned>& hosts) {
  DriverCompat newest;
  if (hosts.empty()) return newest;
  newest.version = hosts;
  for (const std::string& cuda : image.names_in(kLocal)) {
    if (!cuda.starts_with("cuda")) continue;
    for (const char* place : kPlaces) {
      const std::string directory = image.real_path(std::string(kLocal) + "/" + cuda + "/" + place);
      if (directory.empty()) continue;
      std::vector<unsigned> version = driver_version_of(image.real_path(directory + "/" + kLibcuda));
      if (version <= newest.version) continue;
      newest.directory = directory;
      newest.version = std::move(version);
    }
  }
  if (!newest.directory.empty()) newest.libraries = libraries_in(image, newest.directory);
  return newest;
}

}  // namespace slipway
