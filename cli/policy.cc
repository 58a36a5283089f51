// SPDX-License-Identifier: BSD-3-Clause

// slipway policy: which of the admin's words count for somebody's steps, and what they make of an image.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/doctor/plugstack.h"
#include "cli/mount_description.h"
#include "cli/open_named.h"
#include "cli/subject.h"
#include "lib/base/error.h"
#include "lib/image/open_images.h"
#include "lib/options/image_choice.h"
#include "lib/options/user_policy.h"
#include "lib/policy/image_policy.h"

namespace slipway {

namespace {

using nlohmann::json;

struct Asked {
  bool as_json = false;
  std::string user, partition, account, image;
};

Asked parse(const std::vector<std::string>& words) {
  const Arguments arguments("policy", words);
  if (arguments.operands().size() > 1) throw UsageError("policy: takes one image");
  const auto value = [&](const char* option) { return arguments.value_of(option).value_or(""); };
  return {arguments.has("--json"), value("--user"), value("--partition"), value("--account"),
          arguments.operands().empty() ? "" : arguments.operands()[0]};
}

constexpr uid_t kRoot = 0, kSomeUser = 1;

// Root's own steps have no image that they do not ask for; this command tells of somebody else's who may have one.
ImageChoice choice_for(Subject subject, Settings settings) {
  if (subject.uid == kRoot) {
    subject.uid = kSomeUser;
    settings.users.clear();
    settings.groups.clear();
  }
  return choose_image({}, settings, subject);
}

Subject subject_of(const Asked& asked) {
  Subject subject = asked.user.empty() ? subject_of_process() : subject_of_user(asked.user);
  if (!asked.partition.empty()) subject.partition = asked.partition;
  if (!asked.account.empty()) subject.account = asked.account;
  return subject;
}

ImageVerdict verdict_on(const OpenedImage& image, const std::string& path, const Settings& settings) {
  if (is_other_than_forced(std::filesystem::absolute(path), settings)) {
    return {false, words_of_key(settings, "force_image"), "is not " + printable(settings.force_image)};
  }
  return judge_policy(image, settings);
}

json judge(const std::string& path, const Settings& settings) {
  struct stat status;
  OpenedImage image{printable(path), open_named(path, status), {}};
  refuse_other_kinds(image.fd.get(), image.name);
  image.root = root_partition(image.fd.get(), image.name);
  const ImageVerdict verdict = verdict_on(image, path, settings);
  Request request;
  request.settings = settings;
  return {{"path", image.name},
          {"allowed", verdict.is_allowed},
          {"key", verdict.key},
          {"reason", verdict.reason},
          {"mount", describe_root_mount(image, request)}};
}

json described(const std::vector<SettingWord>& words) {
  json list = json::array();
  for (const SettingWord& word : words) list.push_back({{"word", printable(word.text)}, {"place", word.place}});
  return list;
}

void print(const json& answer) {
  for (const json& word : answer["in_force"]) {
    printf("%-40s %s\n", word["word"].get<std::string>().c_str(), word["place"].get<std::string>().c_str());
  }
  for (const json& word : answer["not_counted"]) {
    printf("%-40s %s; it does not count: slurm.conf has no %s\n", word["word"].get<std::string>().c_str(),
           word["place"].get<std::string>().c_str(), kChecksJobs);
  }
  puts("All other keys have their defaults (slipway.conf(5)).");
  if (answer["depends_on_job"]) {
    puts("Some keys are for partitions, accounts or groups; --partition=P and --account=A tell what counts there.");
  }
  if (answer.value("denial", "") != "") printf("This user may have no container %s.\n", answer["denial"].get<std::string>().c_str());
  if (answer.contains("sites_image")) {
    const json& sites = answer["sites_image"];
    printf("%s, but for root's, run in %s (%s).\n",
           sites["is_forced"] ? "All steps" : "Steps that name no image", sites["path"].get<std::string>().c_str(),
           sites["key"].get<std::string>().c_str());
  }
  if (!answer.contains("image")) return;
  const json& image = answer["image"];
  const std::string key = image["key"];
  const bool is_allowed = image["allowed"];
  printf("%s: %s%s\n", image["path"].get<std::string>().c_str(), is_allowed ? "allowed" : "refused",
         key.empty() ? ", since no key asks anything of images"
                     : (": the image " + image["reason"].get<std::string>() + " (" + key + ")").c_str());
  if (is_allowed) {
    printf("mount: %s: %s\n", image["mount"]["how"].get<std::string>().c_str(),
           image["mount"]["why"].get<std::string>().c_str());
  }
}

}  // namespace

int policy_command(const std::vector<std::string>& words) {
  const Asked asked = parse(words);
  const Subject subject = subject_of(asked);
  const Settings settings = settings_of_this_node(subject);
  if (!settings.error.empty()) throw Error::reported(settings.error, kExitRefused);
  json answer = {{"depends_on_job", settings.depends_on_job},
                 {"in_force", described(settings.in_force)},
                 {"not_counted", described(settings.not_counted)}};
  if (subject.uid != kRoot) answer["denial"] = denial_of_user(settings, subject);
  const ImageChoice choice = choice_for(subject, settings);
  if (!choice.image.empty()) {
    answer["sites_image"] = {
        {"path", printable(choice.image)}, {"key", choice.chosen_by}, {"is_forced", choice.is_forced}};
  }
  if (!asked.image.empty()) answer["image"] = judge(asked.image, settings);
  if (asked.as_json) printf("%s\n", answer.dump(2).c_str());
  else print(answer);
  const bool is_refused = answer.contains("image") &&
                          (!answer["image"]["allowed"] || answer["image"]["mount"]["how"] == "refused");
  return is_refused ? kExitRefused : 0;
}

}  // namespace slipway
