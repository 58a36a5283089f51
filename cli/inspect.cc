// slipway inspect: what an image is, and how this node would mount it and why. Runs nothing of the image.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/plugstack.h"
#include "helper/error.h"
#include "helper/fd.h"
#include "helper/image_format.h"
#include "helper/sif.h"
#include "helper/squashfs.h"
#include "helper/trust.h"

namespace slipway {

namespace {

using nlohmann::json;

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
  if (object.type == sif::Type::kSignature) {
    entry["signer"] = object.signer;
    entry["verified"] = false;  // reading a signature is not checking it
  }
  return entry;
}

json describe_format(int file, const std::string& name, const struct stat& status) {
  if (S_ISDIR(status.st_mode)) return {{"format", "directory"}};
  if (sif::is_sif(file)) {
    const sif::Image image = sif::read(file, name);
    json objects = json::array();
    for (const sif::Object& object : image.objects) objects.push_back(describe(object));
    return {{"format", "SIF"}, {"architecture", image.architecture}, {"uuid", image.uuid}, {"objects", objects}};
  }
  if (is_squashfs(file, 0)) {
    return {{"format", "squashfs"}, {"compression", check_squashfs(file, 0, status.st_size, name)}};
  }
  root_partition(file, name);  // throws where it is none of the kinds
  return {{"format", "EROFS"}};
}

// The same judgement that stage makes when a step starts, from the same functions.
json describe_mount(int file, const std::string& name) {
  try {
    const RootPartition root = root_partition(file, name);
    if (root.kind == RootKind::kDirectory) return {{"how", "bind"}, {"why", "a directory is shown read-only as it is"}};
    const Settings settings = settings_of_this_node();
    if (!settings.error.empty()) return {{"how", "refused"}, {"why", settings.error}};
    const Verdict verdict = judge_mount(file, settings.mount_kernel, settings.trusted_paths);
    if (verdict.trusted) return {{"how", "kernel squashfs"}, {"why", "the image " + verdict.reason}};
    if (access(settings.fuse_program.c_str(), X_OK) != 0) {
      return {{"how", "refused"},
              {"why", "the image " + verdict.reason + ", so it needs FUSE, and " + printable(settings.fuse_program) +
                          " is not installed here (fuse_program=)"}};
    }
    return {{"how", "FUSE"},
            {"why", "the image " + verdict.reason + "; served by " + printable(settings.fuse_program)}};
  } catch (const Error& error) {
    return {{"how", "refused"}, {"why", error.what()}};
  }
}

std::string text_of(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

void print(const json& description) {
  for (const char* key : {"image", "format", "architecture", "uuid", "compression"}) {
    if (description.contains(key)) printf("%-13s %s\n", key, text_of(description[key]).c_str());
  }
  for (const json& object : description.value("objects", json::array())) {
    printf("object %-6s %s", text_of(object["id"]).c_str(), text_of(object["type"]).c_str());
    for (const auto& [key, value] : object.items()) {
      if (key != "id" && key != "type" && text_of(value) != "") printf(" %s=%s", key.c_str(), text_of(value).c_str());
    }
    printf("\n");
  }
  printf("%-13s %s: %s\n", "mount", text_of(description["mount"]["how"]).c_str(),
         text_of(description["mount"]["why"]).c_str());
}

}  // namespace

int inspect_command(const std::vector<std::string>& words) {
  bool as_json = false;
  std::vector<std::string> names;
  for (const std::string& word : words) {
    if (word == "--json") as_json = true;
    else if (word.starts_with("-")) throw UsageError("inspect: unknown option " + printable(word));
    else names.push_back(word);
  }
  if (names.size() != 1) throw UsageError("inspect: needs one image");
  const std::string name = printable(names[0]);
  const Fd file(open(names[0].c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status;
  if (!file || fstat(file.get(), &status) != 0) throw system_error(name, "open");
  json description = describe_format(file.get(), name, status);
  description["image"] = name;
  description["mount"] = describe_mount(file.get(), name);
  if (as_json) printf("%s\n", description.dump(2).c_str());
  else print(description);
  return 0;
}

}  // namespace slipway
