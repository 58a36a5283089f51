// SPDX-License-Identifier: BSD-3-Clause
#include "helper/cdi/registry.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <utility>

#include "helper/cdi/document.h"
#include "helper/cdi/field.h"
#include "helper/cdi/spec.h"
#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/base/text_file.h"
#include "lib/devices/cdi_reader.h"

namespace slipway::cdi {

namespace {

CdiSpec read_spec(const std::string& path) {
  const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) throw system_error(printable(path), "open", "ask the admin to let everybody read it");
  struct stat status;
  if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw Error(printable(path), "is not a regular file", kRemedy);
  }
  // One byte more: what is too large is seen to be.
  return spec_of(document_of(text_of_regular_file(file, kLargestFile + 1), path), path);
}

}  // namespace

CdiRegistry registry_of(std::vector<CdiSpec> specs, const std::vector<size_t>& places) {
  struct Owner {
    size_t spec;
    bool is_contested = false;
  };
  std::map<std::string, Owner> owners;
  std::map<std::string, std::string> contested;
  for (size_t i = 0; i < specs.size(); ++i) {
    for (const CdiDevice& device : specs[i].devices) {
      const std::string name = specs[i].kind + "=" + device.name;
      const auto [found, is_new] = owners.try_emplace(name, Owner{i});
      if (is_new) continue;
      if (places[found->second.spec] == places[i]) {
        if (!found->second.is_contested) contested[name] = specs[found->second.spec].file;
        contested[name] += " and " + specs[i].file;
        found->second.is_contested = true;
      } else {
        found->second = Owner{i};
        contested.erase(name);
      }
    }
  }
  CdiRegistry registry;
  for (size_t i = 0; i < specs.size(); ++i) {
    std::erase_if(specs[i].devices, [&](const CdiDevice& device) {
      const Owner& owner = owners.at(specs[i].kind + "=" + device.name);
      return owner.spec != i || owner.is_contested;
    });
    if (!specs[i].devices.empty()) registry.specs.push_back(std::move(specs[i]));
  }
  for (const auto& [device, files] : contested) registry.conflicts.push_back({device, files});
  return registry;
}

CdiRegistry read_registry(const std::vector<std::string>& directories) {
  std::vector<CdiSpec> specs;
  std::vector<size_t> places;
  std::vector<std::string> errors;
  for (size_t place = 0; place < directories.size(); ++place) {
    try {
      for (const std::string& file : cdi_files_in(directories[place])) {
        try {
          specs.push_back(read_spec(file));
          places.push_back(place);
        } catch (const Error& error) {
          errors.push_back(error.what());
        }
      }
    } catch (const Error& error) {
      errors.push_back(error.what());
    }
  }
  CdiRegistry registry = registry_of(std::move(specs), places);
  registry.errors = std::move(errors);
  return registry;
}

}  // namespace slipway::cdi
