// SPDX-License-Identifier: BSD-3-Clause
#include "cli/mpi_description.h"

#include <algorithm>
#include <utility>

#include "cli/reader_process.h"
#include "lib/base/error.h"
#include "lib/elf/library_search.h"
#include "lib/hostlibs/mpi_library.h"
#include "lib/image/image_files.h"

namespace slipway {

namespace {

using nlohmann::json;

json describe(const ImageFiles& files, const MpiLibrary& mpi) {
  const auto known = [&](bool has) { return mpi.knows_clients ? json(has) : json(); };
  std::string abi = std::to_string(mpi.major);
  if (mpi.minor >= 0) abi += "." + std::to_string(mpi.minor);
  json types = json::array();
  if (mpi.pmix) types.push_back("pmix");
  // Slurm's mpi/pmi2 answers both protocols; its libpmi asks srun itself.
  if (mpi.pmi2 || (mpi.pmi1 && mpi.talks_pmi_itself)) types.push_back("pmi2");
  if (mpi.pmi1 && !mpi.talks_pmi_itself) types.push_back("none");
  return {{"family", mpi.family},
          {"version", version_of_mpi(files, mpi)},
          {"library", mpi.path},
          {"soname", mpi.soname},
          {"abi", abi},
          {"pmix", known(mpi.pmix)},
          {"pmi2", known(mpi.pmi2)},
          {"pmi1", known(mpi.pmi1)},
          {"pmix_version", version_of_pmix(files, mpi)},
          {"srun_mpi", mpi.knows_clients ? types : json()}};
}

json look(const ImageFiles& files) {
  const LibrarySearch search(files);
  json found = json::array();
  for (const MpiLibrary& mpi : mpi_libraries_in(files, search)) found.push_back(describe(files, mpi));
  return found;
}

// See answer_of_reader.
json checked(const json& answer) {
  if (answer.is_string()) return printable(answer.get<std::string>());
  json found = json::array();
  if (!answer.is_array()) return found;
  for (const json& mpi : answer) {
    if (!mpi.is_object()) continue;
    json description;
    for (const char* key : {"family", "version", "library", "soname", "abi", "pmix_version"}) {
      const auto value = mpi.find(key);
      description[key] = value != mpi.end() && value->is_string() ? printable(value->get<std::string>()) : "";
    }
    for (const char* key : {"pmix", "pmi2", "pmi1"}) {
      const auto value = mpi.find(key);
      description[key] = value != mpi.end() && value->is_boolean() ? *value : json();
    }
    description["srun_mpi"] = nullptr;
    const auto types = mpi.find("srun_mpi");
    if (types != mpi.end() && types->is_array()) {
      description["srun_mpi"] = json::array();
      for (const char* type : {"pmix", "pmi2", "none"}) {
        if (std::find(types->begin(), types->end(), type) != types->end()) description["srun_mpi"].push_back(type);
      }
    }
    found.push_back(std::move(description));
  }
  return found;
}

}  // namespace

json describe_mpi(int image, const std::string& name, const struct stat& status) {
  return checked(answer_of_reader(status, [&] { return look(*files_of(image, name, status)); }));
}

std::string line_of_mpi(const json& mpi) {
  const auto text = [&](const char* key) { return mpi.value(key, ""); };
  std::string line = text("family");
  if (!text("version").empty()) line += " " + text("version");
  const std::string path = text("library");
  line += " (" + name_of(path) + " in " + directory_of(path) + "): ";
  if (mpi["srun_mpi"].is_null()) return line + "what it can be started by is decided when it runs";
  std::string types;
  for (const json& type : mpi["srun_mpi"]) {
    types += (types.empty() ? "starts under srun --mpi=" : " or --mpi=") + type.get<std::string>();
  }
  line += types.empty() ? "has no client of srun's: each rank would be alone" : types;
  if (!text("pmix_version").empty()) line += "; PMIx " + text("pmix_version");
  return line;
}

}  // namespace slipway
