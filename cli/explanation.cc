// SPDX-License-Identifier: BSD-3-Clause
#include "cli/explanation.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/mount_description.h"
#include "lib/base/error.h"
#include "lib/base/paths.h"
#include "lib/image/open_images.h"
#include "lib/options/options.h"
#include "lib/options/tables/device_table.h"
#include "lib/options/tables/environment_table.h"
#include "lib/options/terms.h"
#include "lib/policy/image_policy.h"
#include "lib/policy/root_steps.h"
#include "lib/protocol/decisions.h"
#include "lib/protocol/plan.h"
#include "lib/protocol/work_directory.h"
#include "lib/spec/accounts.h"
#include "lib/spec/layout.h"
#include "lib/spec/variables.h"

extern char** environ;

namespace slipway {

namespace {

using nlohmann::json;
using Variables = std::map<std::string, std::string>;

struct Flag {
  unsigned long bit;
  const char* name;
};

json names_of(unsigned long bits, std::initializer_list<Flag> flags) {
  json names = json::array();
  for (const Flag& flag : flags) {
    if (bits & flag.bit) names.push_back(flag.name);
  }
  return names;
}

const char* name_of(Terms::Writing writing, bool image_is_directory) {
  switch (writing) {
    case Terms::Writing::kNone: break;
    case Terms::Writing::kMemory: return "memory";
    case Terms::Writing::kOverlay: return "overlay";
    case Terms::Writing::kDirectory: return image_is_directory ? "directory" : "memory";
  }
  return "none";
}

const char* name_of(EnvironmentRule::Verb verb) {
  switch (verb) {
    case EnvironmentRule::kDrop: return "drop";
    case EnvironmentRule::kPass: return "pass";
    case EnvironmentRule::kKeep: return "keep";
    case EnvironmentRule::kAlways: break;
  }
  return "always";
}

Variables own_variables() {
  Variables variables;
  for (char** variable = environ; *variable; ++variable) {
    const std::string text = *variable;
    const size_t equals = text.find('=');
    if (equals != text.npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

// What enter would make of this process's environment: it is enter's own code that does it.
Variables variables_after(const Plan& plan, const Variables& before) {
  apply_decisions(write_plan(plan).get());
  Variables after = own_variables();
  clearenv();
  for (const auto& [name, value] : before) setenv(name.c_str(), value.c_str(), 1);
  return after;
}

const char* name_of(Settings::Gpu gpu) {
  switch (gpu) {
    case Settings::Gpu::kGranted: return "granted";
    case Settings::Gpu::kAll: return "all";
    case Settings::Gpu::kNo: break;
  }
  return "no";
}

const char* name_of(Mpi mpi) {
  switch (mpi) {
    case Mpi::kImage: break;
    case Mpi::kHost: return "host";
    case Mpi::kNone: return "none";
  }
  return "image";
}

class Explanation {
 public:
  explicit Explanation(const Request& request) : request_(request) {}

  json get() {
    answer_["image"] = printable(request_.image);
    answer_["chosen_by"] = request_.chosen_by;
    answer_["depends_on_job"] = request_.settings.depends_on_job;
    attempt([&] { refuse_roots_steps(request_); });
    attempt([&] { tell_image(); });
    attempt([&] {
      terms_ = terms_of(read_options(request_.options), request_.settings);
      accounts_ = look_up_accounts(request_);
      if (terms_.remaps_root) accounts_ = accounts_of_root(accounts_);
      if (!terms_.batch_in_image) request_.batch_script.clear();
      tell_terms();
      attempt([&] { find_data_images(); });
      attempt([&] { tell_mounts(); });
      tell_directory();
      attempt([&] { tell_variables(); });
    });
    answer_["errors"] = errors_;
    return answer_;
  }

 private:
  void attempt(const std::function<void()>& part) {
    try {
      part();
    } catch (const Error& error) {
      errors_.push_back(error.what());
    }
  }

  json noted(json mount) {
    if (mount["how"] == "refused") errors_.push_back(mount["why"]);
    return mount;
  }

  void tell_image() {
    const OpenedImage image = open_root_image(request_);
    ImageVerdict verdict;
    allow(image, verdict, judge_policy(image, request_.settings));
    answer_["policy"] = verdict.key;
    image_is_directory_ = image.root.kind == RootKind::kDirectory;
    answer_["mount"] = noted(describe_root_mount(image, request_));
  }

  void tell_terms() {
    answer_["user"] = {
        {"name", printable(accounts_.user)}, {"uid", request_.uid}, {"is_root_inside", terms_.remaps_root}};
    answer_["writing"] = name_of(terms_.writing, image_is_directory_);
    if (!terms_.options.overlay.empty()) {
      answer_["overlay"] = {{"directory", printable(terms_.options.overlay)},
                            {"is_written", terms_.writing == Terms::Writing::kOverlay}};
    }
    answer_["namespaces"] = names_of(terms_.namespaces, {{CLONE_NEWNET, "net"},
                                                         {CLONE_NEWIPC, "ipc"},
                                                         {CLONE_NEWUTS, "uts"},
                                                         {CLONE_NEWPID, "pid"}});
    answer_["mpi"] = name_of(terms_.mpi);
    answer_["gpus"] = {{"shown", name_of(request_.settings.gpu)},
                       {"bind", topology::name_of(terms_.gpu_bind)},
                       {"nics_are_bound", terms_.options.nics_are_bound},
                       {"devices", printable(terms_.options.devices)}};
    answer_["fabric"] = terms_.options.fabric_of_host ? "host" : "image";
    answer_["batch_in_image"] = terms_.batch_in_image;
    answer_["runscript"] = terms_.options.run.value_or(false);
    if (!terms_.options.app.empty()) answer_["app"] = printable(terms_.options.app);
  }

  void find_data_images() {
    for (const DataImage& data : open_data_images(request_, terms_.options.mounts)) {
      data_images_[data.word] = noted(describe_data_mount(data.image, request_));
    }
  }

  void tell_mounts() {
    answer_["mounts"] = json::array();
    const HostPolicy policy(request_.settings, accounts_.home);
    if (image_is_directory_) attempt([&] { judge_directory(request_.image, "", AskedFor::kAsImage, policy); });
    attempt([&] {
      judge_directory(terms_.options.overlay, terms_.options.source_of("overlay") + "=", AskedFor::kByName, policy);
    });
    const std::vector<std::string> devices = devices_shown(read_device_table(request_.settings.device_table));
    for (const LayoutEntry& entry : layout_of(request_, accounts_, terms_, devices)) {
      attempt([&] { tell_mount(entry, policy); });
    }
  }

  // What else is wrong with it is told elsewhere.
  static void judge_directory(const std::string& path, const std::string& option, AskedFor asked_for,
                              const HostPolicy& policy) {
    const Fd directory(open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (directory) policy.refuse_denied(directory.get(), option + printable(path), asked_for);
  }

  void tell_mount(const LayoutEntry& entry, const HostPolicy& policy) {
    const MountWord& word = entry.word;
    json mount = {{"target", printable(word.target)}, {"asked_by", entry.asked_by}};
    const auto data = entry.asked_for == AskedFor::kByName ? data_images_.find(entry.word_number) : data_images_.end();
    if (data != data_images_.end()) {
      mount["image"] = data->second;
    } else if (word.source == kDevicesName) {
      mount["kind"] = "devices";
    } else if (word.kind == MountWord::kTmpfs) {
      mount["kind"] = "empty";
    } else if (word.kind == MountWord::kKernel) {
      mount["kind"] = "kernel";
      mount["source"] = word.source;
    } else if (word.kind == MountWord::kUnmount) {
      take_away(word.target);
      mount["kind"] = "unmount";
    } else if (entry.word.source != request_.batch_script && !open_source(entry, policy)) {
      return;
    }
    if (!mount.contains("kind")) {
      mount["kind"] = mount.contains("image") ? "image" : "bind";
      mount["source"] = printable(word.source);
    }
    mount["flags"] = names_of(
        word.flags, {{MS_RDONLY, "ro"}, {MS_NOSUID, "nosuid"}, {MS_NODEV, "nodev"}, {MS_NOEXEC, "noexec"}});
    if (word.how == MountWord::kTop) mount["flags"].push_back("bind");
    if (!word.size.empty()) mount["size"] = word.size;
    shows_cwd_ |= word.kind == MountWord::kBind && is_at_or_below(request_.cwd, word.target);
    answer_["mounts"].push_back(mount);
  }

  void take_away(const std::string& target) {
    json& mounts = answer_["mounts"];
    const auto is_there = [&](const json& mount) {
      return mount["target"] == printable(target) && mount["kind"] != "unmount";
    };
    const auto last = std::find_if(mounts.rbegin(), mounts.rend(), is_there);
    if (last == mounts.rend()) throw cannot_unmount(target);
    mounts.erase(std::prev(last.base()));
  }

  void tell_directory() {
    if (!terms_.options.workdir.empty()) {
      answer_["directory"] = {{"path", printable(terms_.options.workdir)}, {"whose", "asked for"},
                               {"asked_by", terms_.options.source_of("workdir")}};
    } else if (terms_.starts_in_image) {
      answer_["directory"] = {{"whose", "image"}};
    } else {
      answer_["directory"] = {{"path", printable(request_.cwd)}, {"whose", shows_cwd_ ? "host" : "perhaps"}};
    }
  }

  void tell_variables() {
    Plan plan = variables_of_plan(request_, accounts_, terms_,
                                  read_environment_table(request_.settings.environment_table));
    plan.cwd = request_.cwd;
    const Variables before = own_variables(), after = variables_after(plan, before);
    json rules = json::array(), dropped = json::array(), kept = json::array(), passed = json::array(),
         set = json::object();
    for (const EnvironmentRule& rule : plan.environment) {
      if (rule.verb != EnvironmentRule::kAlways) rules.push_back({{name_of(rule.verb), rule.name}});
    }
    for (const auto& [name, value] : before) {
      const auto still = after.find(name);
      if (still == after.end()) dropped.push_back(printable(name));
      else if (still->second == value) (keeps(plan.environment, name) ? kept : passed).push_back(printable(name));
    }
    for (const auto& [name, value] : after) {
      const auto there = before.find(name);
      if (there == before.end() || there->second != value) set[printable(name)] = printable(value);
    }
    answer_["environment"] = {{"rules", rules}, {"dropped", dropped}, {"set", set}, {"kept", kept}, {"passed", passed}};
  }

  Request request_;
  json answer_, errors_ = json::array();
  Terms terms_;
  Accounts accounts_;
  bool image_is_directory_ = false, shows_cwd_ = false;
  std::map<size_t, json> data_images_;  // how each is mounted, by its place among the user's mounts
};

}  // namespace

json explain_container(const Request& request) { return Explanation(request).get(); }

}  // namespace slipway
