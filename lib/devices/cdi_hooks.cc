// SPDX-License-Identifier: BSD-3-Clause
#include "lib/devices/cdi_hooks.h"

#include <algorithm>
#include <string_view>

#include "lib/base/error.h"
#include "lib/base/paths.h"

namespace slipway {

namespace {

// The program's name, and the words behind it without "hook", which nvidia-ctk wants, and flags in front.
std::vector<std::string> words_of_nvidia(const CdiHook& hook) {
  const std::string program = hook.path.substr(hook.path.find_last_of('/') + 1);
  const bool is_hook = program == "nvidia-cdi-hook", is_toolkit = program == "nvidia-ctk";
  if (!is_hook && !is_toolkit) return {};
  std::vector<std::string> words(hook.arguments);
  if (!words.empty()) words.erase(words.begin());
  const auto skip_flags = [&] {
    words.erase(words.begin(), std::find_if(words.begin(), words.end(),
                                            [](const std::string& word) { return !word.starts_with('-'); }));
  };
  skip_flags();
  if (is_toolkit) {
    if (words.empty() || words[0] != "hook") return {};
    words.erase(words.begin());
    skip_flags();
  }
  return words;
}

// The values of "--link VALUE" and "--link=VALUE".
std::vector<std::string> values_of(const std::vector<std::string>& words, const std::string& flag) {
  std::vector<std::string> values;
  for (size_t i = 1; i < words.size(); ++i) {
    if (words[i] == flag && i + 1 < words.size()) values.push_back(words[++i]);
    else if (words[i].starts_with(flag + "=")) values.push_back(words[i].substr(flag.size() + 1));
  }
  return values;
}

bool is_path_inside(const std::string& path) {
  return path.starts_with('/') && (path + "/").find("/../") == path.npos && normal_path(path) != "/";
}

void add_link(CdiHookWork& work, const std::string& value, const std::string& file) {
  const size_t colons = value.find("::");
  const std::string target = value.substr(0, colons), path = colons == value.npos ? "" : value.substr(colons + 2);
  if (target.empty() || !is_path_inside(path) || path.find("::") != path.npos) {
    work.notices.push_back("the link " + printable(value) + " of " + printable(file) +
                           " is not made: it is not TARGET::PATH, with an absolute path");
    return;
  }
  const std::string place = normal_path(path);
  std::erase_if(work.links, [&](const auto& other) { return other.first == place; });
  work.links.emplace_back(place, target);
}

void add_folder(CdiHookWork& work, const std::string& value) {
  if (!is_path_inside(value)) return;
  const std::string folder = normal_path(value);
  const bool is_there =
      std::find(work.library_folders.begin(), work.library_folders.end(), folder) != work.library_folders.end();
  if (!is_there) work.library_folders.push_back(folder);
}

bool is_needless(const std::string& command) {
  constexpr std::string_view kNeedless[] = {"chmod", "disable-device-node-modification", "update-application-profile"};
  return std::find(std::begin(kNeedless), std::end(kNeedless), command) != std::end(kNeedless);
}

}  // namespace

void add_cdi_hook(CdiHookWork& work, const CdiHook& hook, const std::string& file) {
  const std::vector<std::string> words = words_of_nvidia(hook);
  const std::string command = words.empty() ? "" : words[0];
  // The loader's cache names libraries as the links that create-soname-symlinks makes would.
  if (command == "create-symlinks") {
    for (const std::string& value : values_of(words, "--link")) add_link(work, value, file);
  } else if (command == "update-ldcache" || command == "create-soname-symlinks") {
    for (const std::string& value : values_of(words, "--folder")) add_folder(work, value);
  } else if (command == "enable-cuda-compat") {
    work.wants_cuda_compat = true;
  } else if (!is_needless(command)) {
    const std::string name = command.empty() ? hook.path : hook.path + " " + command;
    work.notices.push_back("the CDI hook " + printable(name) + " of " + printable(file) + " is not carried out");
  }
}

}  // namespace slipway
