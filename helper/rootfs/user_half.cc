// SPDX-License-Identifier: BSD-3-Clause
#include "helper/rootfs/user_half.h"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "helper/rootfs/fuse_mount.h"
#include "helper/rootfs/root_tree.h"
#include "lib/base/error.h"
#include "lib/base/timeline.h"
#include "lib/devices/device_parts.h"
#include "lib/hostlibs/host_parts.h"
#include "lib/hostlibs/mpi_check.h"
#include "lib/image/image_format.h"
#include "lib/image/image_scripts.h"
#include "lib/options/options.h"
#include "lib/options/tables/device_table.h"
#include "lib/options/tables/environment_table.h"
#include "lib/options/tables/nic_table.h"
#include "lib/options/terms.h"
#include "lib/policy/mount_choice.h"
#include "lib/process/child.h"
#include "lib/process/identity.h"
#include "lib/process/privileges.h"
#include "lib/process/unshare.h"
#include "lib/protocol/plan.h"
#include "lib/protocol/wire.h"
#include "lib/protocol/work_directory.h"
#include "lib/spec/accounts.h"
#include "lib/spec/host_directory.h"
#include "lib/spec/layout.h"
#include "lib/spec/start.h"
#include "lib/spec/variables.h"

namespace slipway {

namespace {

// The user owns both namespaces, since the user's id makes them; CAP_SYS_ADMIN only lets it happen on sites that deny
// it to users.
void unshare_namespaces() {
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
    if (errno == ENOSPC || errno == EUSERS) {
      throw Error("container", "user namespaces are off on this node",
                  "ask the admin to raise the sysctl user.max_user_namespaces (and user.max_mnt_namespaces) above 0");
    }
    throw system_error("container", "unshare(user namespace)",
                       "ask the admin whether this node's kernel or security module forbids user namespaces");
  }
  must(become_undumpable());
}

void bring_loopback_up(const std::string& option) {
  const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq interface{};
  strcpy(interface.ifr_name, "lo");
  interface.ifr_flags = IFF_UP;
  if (!socket || ioctl(socket.get(), SIOCSIFFLAGS, &interface) != 0) {
    throw system_error(unshare_option(option, CLONE_NEWNET), "ioctl(SIOCSIFFLAGS)");
  }
}

// After the user's own, which then owns them; one by one, since the error does not name the one that failed. That of
// processes is not for this process, which will be gone before the ranks come (helper/user/init_process.h).
void unshare_others(unsigned namespaces, const std::string& option) {
  for (const auto& [flag, name] : kUnsharable) {
    if (namespaces & flag && flag != CLONE_NEWPID) unshare_namespace(flag, unshare_option(option, flag));
  }
  if (namespaces & CLONE_NEWNET) bring_loopback_up(option);
}

constexpr char kIsNobodys[] =
    "this kernel shows its files as nobody's (before Linux 6.2), so that they cannot be changed; ask the admin for "
    "a newer kernel";

std::string name_of_word(const Terms& terms, uint32_t word) { return printable(terms.options.mounts.at(word).source); }

// By the user, each with a server that is the user's (helper/rootfs/fuse_mount.h).
void mount_by_fuse(const MountedImages& images, const Terms& terms, const Request& request, int socket) {
  std::vector<std::pair<std::string, std::string>> mounts;  // where, and the image's name
  if (images.root == ImageMount::kFuse) mounts.emplace_back(kImageName, printable(request.image));
  for (uint32_t i = 0; i < images.count; ++i) {
    const auto& [word, how] = images.data[i];
    if (how == ImageMount::kFuse) mounts.emplace_back(data_image_name(word), name_of_word(terms, word));
  }
  for (const auto& [where, name] : mounts) {
    const FuseMount mounted = mount_fuse(where, name);
    const int descriptor = mounted.device.get();
    answer(socket, bytes_of(mounted.connection), std::span(&descriptor, 1));
  }
  for (const auto& [where, name] : mounts) wait_for_fuse_server(where, name, request);
}

// The images among the user's mounts are bound from where they are mounted already.
void take_data_images(std::vector<LayoutEntry>& layout, const MountedImages& images) {
  for (LayoutEntry& entry : layout) {
    for (uint32_t i = 0; i < images.count; ++i) {
      if (entry.asked_for != AskedFor::kByName || entry.word_number != images.data[i].word) continue;
      entry.word.source = data_image_name(images.data[i].word);
      entry.word.how = MountWord::kTree;
      entry.asked_for = AskedFor::kNot;  // what it is was judged when it was opened
    }
  }
}

void decide_gpus(Plan& plan, const Request& request, const Terms& terms) {
  if (request.settings.gpu != Settings::Gpu::kNo) plan.gpu_bind = terms.gpu_bind;
  plan.has_hosts_dev = terms.shows_host_devices;
  if (terms.options.nics_are_bound) plan.nics = read_nic_table(request.settings.nic_table);
}

// Links of devices, in the directory that the container has for /dev.
void add_device_links(std::vector<LayoutEntry>& layout, std::vector<std::pair<std::string, std::string>> links) {
  for (LayoutEntry& entry : layout) {
    if (entry.word.source == kDevicesName && entry.word.target == "/dev") entry.links = std::move(links);
  }
}

int64_t nanoseconds(Timeline::Clock::duration duration) { return std::chrono::nanoseconds(duration).count(); }

}  // namespace

void run_user_half(const Request& request, Names names, int socket) {
  const auto start = Timeline::Clock::now();
  become_user_who_can_unshare(request);
  // While root mounts the images.
  const Terms terms = terms_of(read_options(request.options), request.settings);
  Accounts accounts = names == Names::kNameService ? look_up_accounts(request) : accounts_of_environment(request);
  if (terms.remaps_root) accounts = accounts_of_root(accounts);
  const std::vector<EnvironmentRule> table = read_environment_table(request.settings.environment_table);
  const std::vector<std::string> devices = devices_shown(read_device_table(request.settings.device_table));
  const NodeDevices node_devices = read_node_devices(request, terms);
  MountedImages images;
  const auto prepared = Timeline::Clock::now();
  receive_order(socket, writable_bytes_of(images));
  must(make_unshare_effective());
  unshare_namespaces();
  unshare_others(terms.namespaces, terms.options.source_of("unshare"));
  answer(socket, bytes_of(Unshared{nanoseconds(prepared - start), terms.remaps_root, terms.namespaces}));
  wait_for_go(socket);
  Plan plan = variables_of_plan(request, accounts, terms, table);
  decide_gpus(plan, request, terms);
  if (chdir(kWorkDirectory) != 0) throw system_error(kWorkDirectory, "chdir");
  mount_by_fuse(images, terms, request, socket);
  if (images.root == ImageMount::kFuse && terms.writing == Terms::Writing::kNone) shield_fuse_mount();
  const auto served = Timeline::Clock::now();
  std::vector<LayoutEntry> layout = layout_of(request, accounts, terms, devices);
  take_data_images(layout, images);
  HostDirectory host_directory;
  add_host_parts(host_directory, plan, request, terms);
  auto [additions, device_links] = device_parts(host_directory, plan, request, terms, node_devices);
  add_device_links(layout, std::move(device_links));
  std::vector<LayoutEntry> host_entries = std::move(host_directory).entries();
  std::move(host_entries.begin(), host_entries.end(), std::back_inserter(layout));
  std::move(additions.mounts.begin(), additions.mounts.end(), std::back_inserter(layout));
  Built built;
  RootTree tree = build_root_tree(request, accounts, terms, layout, additions,
                                  {images.root == ImageMount::kBind, images.has_upper_layer, images.no_upper_layer});
  built.mounts = tree.mounts;
  built.root_tree_ns = nanoseconds(Timeline::Clock::now() - served);

  if (images.is_nobodys) plan.notices.push_back(printable(request.image) + ": " + kIsNobodys);
  if (images.leaves_overlay) plan.notices.push_back(printable(request.image) + ": " + kOverlayIsLeft);
  std::move(tree.notices.begin(), tree.notices.end(), std::back_inserter(plan.notices));
  add_variables_of_image(plan);
  decide_start(plan, request, terms);
  check_mpi_of_program(plan, request, terms);
  built.has_environment_scripts = has_environment_scripts(terms);
  if (built.has_environment_scripts && !has_environment_shell()) {
    built.has_environment_scripts = false;
    plan.notices.push_back(printable(request.image) + ": its scripts in " + kEnvironmentScripts +
                           " are not run: it has no " + kEnvironmentShell);
  }
  const Fd sealed = write_plan(plan);
  const int descriptor = sealed.get();
  answer(socket, bytes_of(built), std::span(&descriptor, 1));
}

}  // namespace slipway
