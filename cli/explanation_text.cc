// SPDX-License-Identifier: BSD-3-Clause
#include "cli/explanation_text.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

namespace slipway {

namespace {

using nlohmann::json;

constexpr int kLabelWidth = 12;
constexpr size_t kLineWidth = 100;

std::string joined(const json& words, const char* separator) {
  std::string text;
  for (const std::string word : words) text += (text.empty() ? "" : separator) + word;
  return text;
}

void print_line(const char* label, const std::string& text) { printf("%-*s%s\n", kLabelWidth, label, text.c_str()); }

// Names over as many lines as they need; nothing where there are none.
void print_names(const char* label, const json& names) {
  std::string line;
  const auto end_line = [&] {
    if (!line.empty()) print_line(label, line);
    label = "";
    line.clear();
  };
  for (const std::string name : names) {
    if (line.size() + 1 + name.size() > kLineWidth) end_line();
    line += (line.empty() ? "" : " ") + name;
  }
  end_line();
}

// Columns as wide as their widest cell.
void print_table(const char* label, const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    print_line(label, line);
    label = "";
  }
}

std::string description_of_user(const json& user) {
  const std::string uid = "uid " + user["uid"].dump();
  if (user["is_root_inside"]) return "root, without its power; outside still " + uid;
  return user["name"].get<std::string>() + " (" + uid + "), as outside";
}

std::string description_of_directory(const json& directory) {
  const std::string whose = directory["whose"];
  if (whose == "image") return "the image's own directory, else /";
  const std::string path = directory["path"];
  if (whose == "asked for") return path + " (" + directory["asked_by"].get<std::string>() + ")";
  if (whose == "host") return path;
  return path + " where the image has it, else the image's own directory, else /";
}

std::string description_of_writing(const json& component) {
  const std::string writing = component["writing"];
  const bool has_overlay = component.contains("overlay");
  const std::string directory = has_overlay ? component["overlay"]["directory"] : "";
  if (writing == "overlay") return "to the image, kept in " + directory;
  const std::string over = has_overlay ? ", over which " + directory + " lies" : "";
  if (writing == "memory") return "to the image" + over + ", in memory, until the step ends";
  if (writing == "directory") return "to the image, the directory itself";
  return "nothing to the image" + over;
}

std::string description_of_mpi(const json& component) {
  const std::string mpi = component["mpi"];
  const std::string fabric = component["fabric"] == "host" ? ", with the host's libfabric" : "";
  if (mpi == "host") return "the host's, below /.slipway/host, in place of the image's";
  if (mpi == "none") return "the image's, for which nothing is shown and nothing is checked" + fabric;
  return "the image's" + fabric + "; with --mpi=pmix Slurm's spool directory is shown, too";
}

std::string description_of_gpus(const json& gpus) {
  const std::string shown = gpus["shown"], bind = gpus["bind"], devices = gpus["devices"];
  std::string text = shown == "no" ? "none" : shown == "all" ? "all of the node's" : "those that Slurm grants";
  if (shown == "granted" && bind == "order") text += "; device I is near to local rank I";
  if (shown == "granted" && bind == "closest") text += "; each rank sees its share";
  if (shown == "granted" && bind == "none") text += ", in Slurm's order";
  if (gpus["nics_are_bound"]) text += "; the nearest NICs are named";
  return text + (devices.empty() ? "" : "; and " + devices);
}

std::string description_of_front(const json& component) {
  const std::string app = component.contains("app") ? " of app " + component["app"].get<std::string>() : "";
  return "the runscript" + app + " in front of the command (/.singularity.d/runscript, else /singularity, else /etc/rc, else /bin/sh)";
}

std::string description_of_source(const json& mount) {
  const std::string kind = mount["kind"];
  std::string text;
  if (kind == "devices") text = "a minimal one of its own";
  else if (kind == "unmount") text = "whatever was mounted there, taken away";
  else if (kind == "empty") text = "empty, in memory";
  else if (kind == "kernel") text = "a " + mount["source"].get<std::string>() + " of its own";
  else text = mount["source"];
  if (mount.contains("size")) text += ", " + mount["size"].get<std::string>();
  if (kind == "image") text += ", an image, by " + mount["image"]["how"].get<std::string>();
  return text + (mount["flags"].empty() ? "" : " (" + joined(mount["flags"], ",") + ")");
}

void print_mounts(const json& mounts) {
  std::vector<std::vector<std::string>> rows = {{"inside", "what", "asked for by"}};
  for (const json& mount : mounts) rows.push_back({mount["target"], description_of_source(mount), mount["asked_by"]});
  print_table("mounts", rows);
}

void print_environment(const json& environment) {
  const char* label = "sets";
  for (const auto& [name, value] : environment["set"].items()) {
    print_line(label, name + "=" + value.get<std::string>());
    label = "";
  }
  print_names("drops", environment["dropped"]);
  print_names("keeps", environment["kept"]);
  print_line("passes", std::to_string(environment["passed"].size()) +
                           " other variables, which the image's own scripts may change");
}

void print_container(const json& component, const std::string& program) {
  for (const std::string error : component["errors"]) print_line("FAILS", error);
  print_line("image", component["image"]);
  if (component["chosen_by"] != "") print_line("chosen by", component["chosen_by"]);
  if (component.contains("mount")) {
    const json& mount = component["mount"];
    print_line("mount", mount["how"].get<std::string>() + ": " + mount["why"].get<std::string>());
  }
  if (component.value("policy", "") != "") print_line("allowed by", component["policy"]);
  if (component["depends_on_job"]) {
    print_line("policy", "some keys are for partitions, accounts or groups: slipway policy --partition=P tells them");
  }
  if (component.contains("user")) {
    print_line("user", description_of_user(component["user"]));
    if (component.contains("directory")) print_line("starts in", description_of_directory(component["directory"]));
    print_line("writes", description_of_writing(component));
    const json& own = component["namespaces"];
    print_line("namespaces", "user, mount" + (own.empty() ? "" : ", " + joined(own, ", ")) + "; else the host's");
    print_line("MPI", description_of_mpi(component));
    print_line("GPUs", description_of_gpus(component["gpus"]));
    if (component["runscript"]) print_line("front", description_of_front(component));
    if (program == "sbatch") {
      print_line("script", component["batch_in_image"] ? "runs in the container, as the job's steps do"
                                                       : "runs on the host, the job's steps in the container");
    }
    if (program == "salloc") print_line("command", "runs on this machine, the job's steps in the container");
  }
  if (component.contains("mounts")) print_mounts(component["mounts"]);
  if (component.contains("environment")) print_environment(component["environment"]);
}

void print_host(const json& component) {
  puts("no container: it runs on the host; --container=IMAGE asks for one");
  if (component["site_may_choose"]) {
    puts("Some keys name an image for partitions or accounts: slipway policy --partition=P --account=A tells them");
  }
}

}  // namespace

void print_explanation(const json& answer) {
  const json& components = answer["components"];
  printf("What %s would do (each node judges for itself); nothing was run:\n%s\n",
         answer["machine"].get<std::string>().c_str(), joined(answer["command_line"], " ").c_str());
  for (const json& component : components) {
    printf("\n");
    if (components.size() > 1) printf("component %s\n", component["component"].dump().c_str());
    if (component["container"]) print_container(component, answer["program"]);
    else print_host(component);
  }
}

}  // namespace slipway
