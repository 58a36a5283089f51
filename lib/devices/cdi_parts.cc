// SPDX-License-Identifier: BSD-3-Clause
#include "lib/devices/cdi_parts.h"

#include <sys/mount.h>

#include <algorithm>

#include "lib/base/error.h"
#include "lib/base/paths.h"
#include "lib/devices/cdi_hooks.h"
#include "lib/options/mount_words.h"

namespace slipway {

namespace {

constexpr std::string_view kDev = "/dev/";

template <typename T>
bool holds(const std::vector<T>& list, const T& wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

// A spec may choose between these. Set-user-ID programs and device nodes come with no mount, whatever it says, and how
// mounts propagate is as for any other of the container.
unsigned long flags_of(const CdiMount& mount) {
  unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV;
  for (const std::string& option : mount.options) {
    if (option == "rw") flags &= ~MS_RDONLY;
    if (option == "ro") flags |= MS_RDONLY;
    if (option == "noexec") flags |= MS_NOEXEC;
    if (option == "exec") flags &= ~MS_NOEXEC;
  }
  return flags;
}

std::string value_of(const CdiMount& mount, std::string_view name) {
  std::string value;
  for (const std::string& option : mount.options) {
    if (option.starts_with(name)) value = option.substr(name.size());
  }
  return value;
}

bool is_octal(const std::string& text) {
  return !text.empty() && text.size() <= 5 && text.find_first_not_of("01234567") == text.npos;
}

size_t depth_of(const LayoutEntry& entry) {
  return std::count(entry.word.target.begin(), entry.word.target.end(), '/');
}

class Parts {
 public:
  Parts(const std::function<bool(const std::string&)>& is_handled, const std::string& asked_by)
      : is_handled_(is_handled), asked_by_(asked_by) {}

  void add(const CdiEdits& edits, const std::string& file) {
    for (const std::string& variable : edits.environment) add_variable(variable);
    for (const CdiNode& node : edits.nodes) {
      if (!is_handled_(node.source)) add_bind(node.source, node.path, MS_NOSUID);
    }
    for (const CdiMount& mount : edits.mounts) add_mount(mount, file);
    for (const CdiHook& hook : edits.hooks) add_cdi_hook(hooks_, hook, file);
    for (const std::string& name : edits.network_devices) {
      parts_.notices.push_back("the network device " + printable(name) + " of " + printable(file) +
                               " is not moved: the container has the network of the node");
    }
  }

  CdiParts parts() {
    // What is mounted at a link's place would be mounted where it leads.
    std::erase_if(hooks_.links, [&](const auto& link) { return is_mounted(link.first); });
    for (auto& link : hooks_.links) {
      if (link.first.starts_with(kDev)) parts_.device_links.emplace_back(link.first.substr(kDev.size()), link.second);
      else parts_.additions.links.push_back(std::move(link));
    }
    parts_.library_folders = std::move(hooks_.library_folders);
    parts_.wants_cuda_compat = hooks_.wants_cuda_compat;
    std::vector<std::string> notices;
    for (const auto* list : {&parts_.notices, &hooks_.notices}) {
      for (const std::string& notice : *list) {
        if (!holds(notices, notice)) notices.push_back(notice);
      }
    }
    parts_.notices = std::move(notices);
    auto& mounts = parts_.additions.mounts;
    std::stable_sort(mounts.begin(), mounts.end(),
                     [](const LayoutEntry& a, const LayoutEntry& b) { return depth_of(a) < depth_of(b); });
    return std::move(parts_);
  }

 private:
  void add_variable(const std::string& variable) {
    const size_t equals = variable.find('=');
    const std::string name = variable.substr(0, equals);
    std::erase_if(parts_.environment, [&](const auto& other) { return other.first == name; });
    parts_.environment.emplace_back(name, variable.substr(equals + 1));
  }

  void add_mount(const CdiMount& mount, const std::string& file) {
    if (mount.type.empty()) {
      add_bind(mount.source, mount.target, flags_of(mount));
    } else if (mount.type == "tmpfs") {
      add_empty(mount);
    } else {
      parts_.notices.push_back("the mount at " + printable(mount.target) + " of " + printable(file) +
                               " is not made: its type is " + printable(mount.type));
    }
  }

  // Without nodev, a device node can be opened.
  void add_bind(const std::string& source, const std::string& target, unsigned long flags) {
    LayoutEntry& entry = add_entry(target);
    entry.word.how = MountWord::kTree;
    entry.word.source = source;
    entry.word.flags = flags;
  }

  void add_empty(const CdiMount& mount) {
    LayoutEntry& entry = add_entry(mount.target);
    const std::string mode = value_of(mount, "mode="), size = value_of(mount, "size=");
    entry.word.kind = MountWord::kTmpfs;
    entry.mode = is_octal(mode) ? mode : "0755";
    entry.word.size = is_tmpfs_size(size) ? size : "";
  }

  bool is_mounted(const std::string& path) const {
    const auto& mounts = parts_.additions.mounts;
    return std::any_of(mounts.begin(), mounts.end(),
                       [&](const LayoutEntry& entry) { return entry.word.target == path; });
  }

  LayoutEntry& add_entry(const std::string& target) {
    LayoutEntry entry;
    entry.word.target = normal_path(target);
    entry.need = LayoutEntry::kIfThere;
    entry.asked_by = asked_by_;
    auto& mounts = parts_.additions.mounts;
    std::erase_if(mounts, [&](const LayoutEntry& other) { return other.word.target == entry.word.target; });
    mounts.push_back(std::move(entry));
    return mounts.back();
  }

  const std::function<bool(const std::string&)>& is_handled_;
  const std::string& asked_by_;
  CdiParts parts_;
  CdiHookWork hooks_;
};

}  // namespace

CdiParts cdi_parts(std::span<const CdiChoice> chosen, const std::function<bool(const std::string&)>& is_handled,
                   const std::string& asked_by) {
  Parts parts(is_handled, asked_by);
  std::vector<const CdiSpec*> specs;
  for (const CdiChoice& choice : chosen) {
    if (!holds(specs, choice.spec)) parts.add(choice.spec->edits, choice.spec->file);
    specs.push_back(choice.spec);
    parts.add(choice.device->edits, choice.spec->file);
  }
  return parts.parts();
}

}  // namespace slipway
