// SPDX-License-Identifier: BSD-3-Clause
#include "lib/devices/driver_compat.h"

#include <charconv>
#include <string_view>
#include <utility>

#include "lib/base/error.h"
#include "lib/elf/elf.h"

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

DriverVersion driver_version_of(const std::string& libcuda_path) {
  constexpr std::string_view kStart = "libcuda.so.";
  const std::string name = name_of(libcuda_path);
  if (!name.starts_with(kStart)) return {};
  DriverVersion version;
  version.text = name.substr(kStart.size());
  const char *next = version.text.data(), *const end = next + version.text.size();
  while (next < end) {
    unsigned number;
    const auto [rest, failure] = std::from_chars(next, end, number);
    if (failure != std::errc() || (rest != end && *rest != '.')) return {};
    version.numbers.push_back(number);
    next = rest == end ? end : rest + 1;
  }
  return version.numbers.size() > 1 ? version : DriverVersion();  // libcuda.so.1 is no release
}

DriverCompat newer_driver_in(const ImageFiles& image, const DriverVersion& hosts) {
  DriverCompat newest;
  if (hosts.numbers.empty()) return newest;
  for (const std::string& cuda : image.names_in(kLocal)) {
    if (!cuda.starts_with("cuda")) continue;
    for (const char* place : kPlaces) {
      const std::string directory = image.real_path(std::string(kLocal) + "/" + cuda + "/" + place);
      if (directory.empty()) continue;
      DriverVersion version = driver_version_of(image.real_path(directory + "/" + kLibcuda));
      const bool is_newer_branch = !version.numbers.empty() && version.numbers[0] > hosts.numbers[0];
      if (!is_newer_branch || version.numbers <= newest.version.numbers) continue;
      newest.directory = directory;
      newest.version = std::move(version);
    }
  }
  if (!newest.directory.empty()) newest.libraries = libraries_in(image, newest.directory);
  return newest;
}

std::string compat_notice(const DriverCompat& compat, const DriverVersion& hosts) {
  return "the image's own CUDA driver libraries, " + printable(compat.version.text) + " in " +
         printable(compat.directory) + ", are newer than this node's " + hosts.text + " and come first";
}

}  // namespace slipway
