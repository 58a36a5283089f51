// SPDX-License-Identifier: BSD-3-Clause
#include "cli/doctor/kernel_module.h"

#include <algorithm>
#include <sstream>

namespace slipway::doctor {

namespace {

bool is_file_system(const Node& node, const std::string& name) {
  std::istringstream lines(node.text("/proc/filesystems"));
  for (std::string line; std::getline(lines, line);) {
    const std::vector<std::string> words = words_of(line);
    if (!words.empty() && words.back() == name) return true;
  }
  return false;
}

// "install NAME /bin/false" is for every way of loading it, "blacklist NAME" for the kernel's own (modprobe.d(5)).
bool forbids(const std::vector<std::string>& words, const std::string& name) {
  if (words.size() < 2 || words[1] != name) return false;
  if (words[0] == "blacklist") return true;
  if (words[0] != "install" || words.size() < 3) return false;
  const std::string program = words[2].substr(words[2].find_last_of('/') + 1);
  return program == "false" || program == "true" || program == "nologin";
}

std::string line_that_forbids(const Node& node, const std::string& name) {
  for (const char* pattern : {"/etc/modprobe.d/*.conf", "/run/modprobe.d/*.conf", "/usr/local/lib/modprobe.d/*.conf",
                              "/usr/lib/modprobe.d/*.conf", "/lib/modprobe.d/*.conf"}) {
    for (const std::string& path : node.matching(pattern)) {
      std::istringstream lines(node.text(path));
      for (std::string line; std::getline(lines, line);) {
        if (forbids(words_of(line.substr(0, line.find('#'))), name)) return path + " (" + line + ")";
      }
    }
  }
  for (const std::string& word : words_of(node.text("/proc/cmdline"))) {
    if (!word.starts_with("module_blacklist=") && !word.starts_with("modprobe.blacklist=")) continue;
    if (("," + word.substr(word.find('=') + 1) + ",").find("," + name + ",") == std::string::npos) continue;
    return "the kernel's command line (" + word + ")";
  }
  return "";
}

// A line "kernel/fs/squashfs/squashfs.ko.xz: ..." of what depmod wrote.
bool lists(const std::string& text, const std::string& name) {
  return text.find("/" + name + ".ko") != std::string::npos;
}

}  // namespace

KernelModule kernel_module(const Node& node, const std::string& name) {
  if (is_file_system(node, name) || node.exists("/sys/module/" + name)) return {KernelModule::kThere, ""};
  if (const std::string line = line_that_forbids(node, name); !line.empty()) return {KernelModule::kBlocked, line};
  const std::string directory = "/lib/modules/" + node.word("/proc/sys/kernel/osrelease");
  const std::string modules = node.text(directory + "/modules.dep"),
                    builtin = node.text(directory + "/modules.builtin");
  if (lists(builtin, name)) return {KernelModule::kThere, ""};
  if (modules.empty()) return {KernelModule::kUnknown, ""};
  return {lists(modules, name) ? KernelModule::kLoadable : KernelModule::kAbsent, ""};
}

}  // namespace slipway::doctor
