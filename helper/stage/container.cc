// SPDX-License-Identifier: BSD-3-Clause
#include "helper/stage/container.h"

#include <fcntl.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

#include "helper/rootfs/user_half.h"
#include "helper/stage/audit.h"
#include "helper/stage/devices.h"
#include "helper/stage/fuse_server.h"
#include "helper/stage/image_mount.h"
#include "helper/stage/image_reader.h"
#include "helper/stage/step_gpus.h"
#include "helper/stage/upper_layer.h"
#include "helper/stage/worker.h"
#include "helper/user/image_environment.h"
#include "helper/user/sealed_copy.h"
#include "lib/base/error.h"
#include "lib/base/memory_size.h"
#include "lib/image/image_scripts.h"
#include "lib/policy/image_policy.h"
#include "lib/policy/mount_choice.h"
#include "lib/policy/root_steps.h"
#include "lib/process/child.h"
#include "lib/process/identity.h"
#include "lib/protocol/message.h"
#include "lib/protocol/wire.h"
#include "lib/protocol/work_directory.h"

namespace slipway {

namespace {

// Ranks that read the same blocks at once read them many times over: it pays to let the prefetch end first. Not for a
// program so large that this takes longer.
constexpr int kPatience = 25;  // ms

// Names are for show: a name service that is slower than this does not keep the ranks.
constexpr unsigned kNamesPatience = 5000;  // ms

Fd open_namespace(pid_t process, const char* kind) {
  const std::string path = "/proc/" + std::to_string(process) + "/ns/" + kind;
  Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw system_error(path, "open");
  return fd;
}

// The plan comes last, and a pid namespace has no process yet.
Container container_of(pid_t user_half, unsigned unshared) {
  Container container;
  container.descriptors.resize(kWireOtherNamespaces);
  container.descriptors[kWireUserNamespace] = open_namespace(user_half, "user");
  container.descriptors[kWireMountNamespace] = open_namespace(user_half, "mnt");
  for (const auto& [flag, name] : kUnsharable) {
    if (!(unshared & flag)) continue;
    container.unshared |= flag;
    if (flag != CLONE_NEWPID) container.descriptors.push_back(open_namespace(user_half, name));
  }
  return container;
}

// From the user's half to the watcher. The device does not stay here: while any process but the server holds it, a dead
// server's ranks wait for it for ever.
void ask_for_fuse_server(int answer, Child& user_half, const OpenedImage& image) {
  FuseOrder order{};
  order.offset = image.root.offset;
  const Fd device = std::move(user_half.receive(writable_bytes_of(order.connection), 1)[0]);
  const int descriptors[] = {image.fd.get(), device.get()};
  if (!send_datagram(answer, bytes_of(order), descriptors)) throw system_error("container", "sendmsg");
}

void ask_for_fuse_servers(int answer, Child& user_half, const OpenedImages& images, const ImageMounts& mounts) {
  if (mounts.root.how == ImageMount::kFuse) ask_for_fuse_server(answer, user_half, images.root);
  for (size_t i = 0; i < images.data.size(); ++i) {
    if (mounts.data[i].how == ImageMount::kFuse) ask_for_fuse_server(answer, user_half, images.data[i].image);
  }
}

Fd ask_for_sealed_copy(int answer, const OpenedImage& image, const Request& request) {
  const int descriptor = image.fd.get();
  const SealOrder order{bytes_of_memory_size(request.settings.sealed_size)};
  if (!send_datagram(answer, bytes_of(order), std::span(&descriptor, 1))) {
    throw system_error("container", "sendmsg");
  }
  Go go;
  const Datagram datagram = receive_datagram(answer, writable_bytes_of(go));
  if (datagram.size != sizeof go || datagram.descriptors.size() != 1) {
    throw Error("container", "slipway-stage ended early");
  }
  return sealed(datagram.descriptors[0]);
}

void add_gpus(Container& container, std::vector<Fd> descriptors) {
  container.has_gpus = true;
  std::move(descriptors.begin(), descriptors.end(), std::back_inserter(container.descriptors));
}

const char* description_of(ImageMount::How how) {
  switch (how) {
    case ImageMount::kKernel:
    case ImageMount::kSealed: return "mounted by the kernel";
    case ImageMount::kFuse: return "left to FUSE";
    case ImageMount::kBind: break;
  }
  return "bound as a directory";
}

bool is_written_in_memory(const OpenedImages& images, const ImageMounts& mounts) {
  return images.writing == Terms::Writing::kMemory ||
         (images.writing == Terms::Writing::kDirectory && mounts.root.how != ImageMount::kBind);
}

MountedImages word_of(const OpenedImages& images, const ImageMounts& mounts) {
  MountedImages word;
  word.root = mounts.root.how;
  word.leaves_overlay = images.root.root.leaves_overlay;
  word.is_nobodys = mounts.root_is_nobodys;
  for (size_t i = 0; i < images.data.size(); ++i) word.data[word.count++] = {images.data[i].word, mounts.data[i].how};
  return word;
}

}  // namespace

// What happens to a step on this node, in order. Root's part ends where the user's namespaces begin: after that it
// touches nothing below the container.
void make_container(const Request& request, Timeline timeline, int answer) {
  refuse_unknown_subject(request.settings);
  refuse_roots_steps(request);
  make_private_mount_namespace();
  Gpus gpus(request);
  ImageReader reader(request);
  std::optional<Child> user_half;
  const auto start_user_half = [&](Names names) {
    user_half.emplace([&request, names](int socket) { run_user_half(request, names, socket); });
  };
  start_user_half(Names::kNameService);
  OpenedImages images = reader.open();
  timeline.phase("image opened");
  ImageVerdict verdict;
  allow(images.root, verdict, judge_file(images.root, request.settings));
  ImageMounts mounts = mounts_of(images, request);
  if (mounts.root.how == ImageMount::kSealed) {
    images.root.sealed = ask_for_sealed_copy(answer, images.root, request);
    timeline.phase("copied and sealed");
  }
  if (request.settings.require_signature != Settings::RequireSignature::kNo) {
    allow(images.root, verdict, judge_signature(images.root, request.settings));
    timeline.phase("signatures verified");
  }
  mount_images(images, mounts, request);
  timeline.phase(description_of(mounts.root.how));
  const bool by_fuse = mounts.root.how == ImageMount::kFuse;
  if (!by_fuse) reader.start_prefetch();
  make_devices(request);
  gpus.make_nodes(request, kDevicesName);
  timeline.phase("devices");
  MountedImages mounted = word_of(images, mounts);
  if (is_written_in_memory(images, mounts)) {
    const UpperLayer layer = mount_upper_layer(request);
    mounted.has_upper_layer = layer.is_mounted;
    layer.failure.copy(mounted.no_upper_layer, sizeof mounted.no_upper_layer - 1);
    if (layer.is_mounted) timeline.phase("upper layer");
  }
  user_half->send(bytes_of(mounted));
  const unsigned half_the_limit = request.settings.stage_timeout_seconds * 1000 / 2;
  const bool has_names = user_half->answers_within(std::min(kNamesPatience, half_the_limit));
  if (!has_names) {
    start_user_half(Names::kEnvironment);
    user_half->send(bytes_of(mounted));
  }

  Unshared unshared;
  user_half->receive(writable_bytes_of(unshared), 0);
  timeline.add("names", std::chrono::nanoseconds(unshared.prepared_ns));
  timeline.phase("namespaces");
  must(write_identity_maps(user_half->pid(), request, unshared.remaps_root));
  Container container = container_of(user_half->pid(), unshared.namespaces);
  user_half->signal_go();
  ask_for_fuse_servers(answer, *user_half, images, mounts);

  Built built;
  container.descriptors[kWirePlan] = std::move(user_half->receive(writable_bytes_of(built), 1)[0]);
  timeline.add("root tree of " + std::to_string(built.mounts) + " mounts",
               std::chrono::nanoseconds(built.root_tree_ns));
  timeline.skip();
  if (!gpus.are_none()) {
    add_gpus(container, gpus.descriptors());
    timeline.phase("GPUs");
  }
  if (!by_fuse) reader.wait_for_prefetch(kPatience);
  if (!by_fuse) timeline.phase("prefetch awaited");
  if ((built.has_environment_scripts && !send_datagram(answer, bytes_of(EnvironmentOrder{}))) ||
      !send_container(answer, container, timeline.text())) {
    throw system_error("container", "sendmsg");
  }
  if (is_delivered(answer)) {
    audit(request, images, mounts, verdict);
    if (!has_names) log_slow_names(request);
  }
  if (!by_fuse) reader.finish_prefetch();
}

}  // namespace slipway
