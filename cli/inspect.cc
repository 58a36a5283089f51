// SPDX-License-Identifier: BSD-3-Clause

// slipway inspect: what an image is, and how this node would mount it and why. Runs nothing of the image.
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/contents_text.h"
#include "cli/doctor/plugstack.h"
#include "cli/image_contents.h"
#include "cli/mount_description.h"
#include "cli/mpi_description.h"
#include "cli/open_named.h"
#include "cli/subject.h"
#include "cli/arguments.h"
#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/image/image_format.h"
#include "lib/image/sif.h"
#include "lib/image/squashfs.h"

namespace slipway {

namespace {

using nlohmann::json;

struct Asked {
  bool as_json = false, prints_all = false;
  std::vector<ContentsPart> parts;  // that alone are printed
  std::string image;
};

Asked parse(const std::vector<std::string>& words) {
  const Arguments arguments("inspect", words);
  Asked asked;
  asked.as_json = arguments.has("--json");
  asked.prints_all = arguments.has("--all");
  for (const auto& [option, value] : arguments.options()) {
    for (const ContentsPart& part : contents_parts()) {
      if (option == part.option) asked.parts.push_back(part);
    }
  }
  if (arguments.operands().size() != 1) throw UsageError("inspect: needs one image");
  if ((asked.as_json || asked.prints_all) && !asked.parts.empty()) {
    throw UsageError("inspect: --json and --all print all parts, " + std::string(asked.parts[0].option) +
                     " only its own");
  }
  asked.image = arguments.operands()[0];
  return asked;
}

json describe(const sif::Object& object) {
  json entry = {{"id", object.id},
                {"type", sif::name_of(object.type)},
                {"offset", object.offset},
                {"size", object.size},
                {"name", printable(object.name)}};
  if (object.group != 0) entry["group"] = object.group;
  if (object.link != 0) {
    entry[(object.link & sif::kGroupBit) == sif::kGroupBit ? "linked_group" : "linked_object"] =
        object.link & ~sif::kGroupBit;
  }
  if (object.type == sif::Type::kPartition) {
    entry["file_system"] = sif::name_of(object.file_system);
    entry["partition"] = sif::name_of(object.part);
    entry["architecture"] = object.architecture;
  }
  if (object.type == sif::Type::kSignature) entry["signer"] = object.signer;
  return entry;
}

json describe_format(int file, const std::string& name, const struct stat& status) {
  if (S_ISDIR(status.st_mode)) return {{"format", "directory"}};
  if (sif::is_sif(file, name)) {
    const sif::Image image = sif::read(file, name);
    json objects = json::array();
    for (const sif::Object& object : image.objects) objects.push_back(describe(object));
    json description = {
        {"format", "SIF"}, {"architecture", image.architecture}, {"uuid", image.uuid}, {"objects", objects}};
    const auto is_signature = [](const sif::Object& object) { return object.type == sif::Type::kSignature; };
    if (std::any_of(image.objects.begin(), image.objects.end(), is_signature)) {
      description["signatures"] = "not checked here: slipway verify --keyring=FILE IMAGE checks them";
    }
    return description;
  }
  if (is_squashfs(file, 0, name)) {
    return {{"format", "squashfs"}, {"compression", check_squashfs(file, 0, status.st_size, name)}};
  }
  root_partition(file, name);  // throws where it is none of the kinds
  return {{"format", "EROFS"}};
}

// For an ordinary user.
json describe_mount_here(Fd file, const std::string& name) {
  try {
    OpenedImage image{name, std::move(file), {}};
    image.root = root_partition(image.fd.get(), name);
    Request request;
    request.settings = settings_of_this_node(subject_of_process());
    if (!request.settings.error.empty()) return {{"how", "refused"}, {"why", request.settings.error}};
    return describe_root_mount(image, request);
  } catch (const Error& error) {
    return {{"how", "refused"}, {"why", error.what()}};
  }
}

std::string text_of(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

void print(const json& description) {
  for (const char* key : {"image", "format", "architecture", "uuid", "compression", "signatures"}) {
    if (description.contains(key)) printf("%-13s %s\n", key, text_of(description[key]).c_str());
  }
  for (const json& object : description.value("objects", json::array())) {
    printf("object %-6s %s", text_of(object["id"]).c_str(), text_of(object["type"]).c_str());
    for (const auto& [key, value] : object.items()) {
      if (key != "id" && key != "type" && text_of(value) != "") printf(" %s=%s", key.c_str(), text_of(value).c_str());
    }
    printf("\n");
  }
  printf("%-13s %s\n", "holds", summary_of(description["contents"]).c_str());
  for (const json& mpi : description["mpi"]) printf("%-13s %s\n", "mpi", line_of_mpi(mpi).c_str());
  if (description.contains("mpi_unknown")) {
    printf("%-13s not looked for: %s\n", "mpi", text_of(description["mpi_unknown"]).c_str());
  } else if (description["mpi"].empty()) {
    printf("%-13s none found\n", "mpi");
  }
  printf("%-13s %s: %s\n", "mount", text_of(description["mount"]["how"]).c_str(),
         text_of(description["mount"]["why"]).c_str());
}

void print_sections(const json& contents) {
  for (const ContentsPart& part : contents_parts()) printf("\n%s", section_of(contents, part).c_str());
}

void print_parts(const json& contents, const std::vector<ContentsPart>& parts, const std::string& name) {
  const json& unknown = contents["unknown"];
  for (const ContentsPart& part : parts) {
    const std::string text = text_of(contents, part);
    if (text.empty() && unknown.is_string()) throw Error(name, "cannot be looked into: " + text_of(unknown));
    if (text.empty() && parts.size() == 1) throw Error(name, "has no " + std::string(part.what));
    fputs((parts.size() == 1 ? text : section_of(contents, part)).c_str(), stdout);
  }
}

}  // namespace

int inspect_command(const std::vector<std::string>& words) {
  const Asked asked = parse(words);
  const std::string name = printable(asked.image);
  struct stat status;
  Fd file = open_named(asked.image, status);
  json description = describe_format(file.get(), name, status);
  description["image"] = name;
  const json contents = describe_contents(file.get(), name, status);
  if (!asked.parts.empty()) {
    print_parts(contents, asked.parts, name);
    return 0;
  }
  description["contents"] = contents;
  json mpi = describe_mpi(file.get(), name, status);
  if (mpi.is_array()) description["mpi"] = std::move(mpi);
  else description.update({{"mpi", nullptr}, {"mpi_unknown", std::move(mpi)}});
  description["mount"] = describe_mount_here(std::move(file), name);
  if (asked.as_json) printf("%s\n", description.dump(2).c_str());
  else print(description);
  if (asked.prints_all && !asked.as_json) print_sections(contents);
  return 0;
}

}  // namespace slipway
