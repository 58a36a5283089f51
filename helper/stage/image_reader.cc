// SPDX-License-Identifier: BSD-3-Clause
#include "helper/stage/image_reader.h"

#include <algorithm>

#include "helper/user/prefetch.h"
#include "lib/base/error.h"
#include "lib/kernel/fuse_file.h"
#include "lib/kernel/opened_file.h"
#include "lib/options/options.h"
#include "lib/options/terms.h"
#include "lib/policy/trust.h"
#include "lib/process/identity.h"

namespace slipway {

namespace {

struct Prefetched {
  char done = 1;
};

// The reader's answers: one with the image, then one with each data image.
struct RootAnswer {
  RootPartition root;
  uint32_t data_images = 0;
  Terms::Writing writing = Terms::Writing::kNone;
};
struct DataAnswer {
  RootPartition root;
  uint32_t word = 0;
};

// Root reads none that is on FUSE, but one under a trusted path, to see that it is not signed
// (lib/policy/image_policy.h): then it has it open, since not even root may open what lies on a FUSE of the user's.
Fd for_root(const OpenedImage& image, const Request& request) {
  const bool is_read = request.settings.require_signature == Settings::RequireSignature::kNever &&
                       !is_on_a_users_fuse(image.fd.get(), request.settings.trusted_paths);
  return is_read ? opened_for_reading(image.fd.get(), image.name) : without_flush(image.fd, image.name);
}

void open_images(const Request& request, int socket) {
  const OpenedImage image = open_root_image(request);
  const Terms terms = terms_of(read_options(request.options), request.settings);
  const std::vector<DataImage> data = open_data_images(request, terms.options.mounts);
  RootAnswer root;
  root.root = image.root;
  root.data_images = data.size();
  root.writing = terms.writing;
  const Fd for_roots_use = for_root(image, request);
  const int descriptor = for_roots_use.get();
  answer(socket, bytes_of(root), std::span(&descriptor, 1));
  for (const DataImage& each : data) {
    const Fd for_roots_use = without_flush(each.image.fd, each.image.name);
    const int data_descriptor = for_roots_use.get();
    answer(socket, bytes_of(DataAnswer{each.image.root, each.word}), std::span(&data_descriptor, 1));
  }
}

void read_image(const Request& request, int socket) {
  become_user(request);
  open_images(request, socket);
  wait_for_go(socket);
  prefetch_program(request.command, request.cwd);
  answer(socket, bytes_of(Prefetched{}));
}

}  // namespace

ImageReader::ImageReader(const Request& request)
    : request_(request), child_([&](int socket) { read_image(request, socket); }) {}

OpenedImages ImageReader::open() {
  OpenedImages images;
  RootAnswer root;
  images.root.fd = std::move(child_.receive(writable_bytes_of(root), 1)[0]);
  images.root.root = root.root;
  images.root.name = printable(request_.image);
  images.writing = root.writing;
  check(images.root);
  for (uint32_t i = 0; i < std::min<uint32_t>(root.data_images, kMostDataImages); ++i) {
    DataImage data;
    DataAnswer described;
    data.image.fd = std::move(child_.receive(writable_bytes_of(described), 1)[0]);
    data.image.root = described.root;
    data.image.name = printable(real_path(data.image.fd.get()));
    data.word = described.word;
    check(data.image);
    images.data.push_back(std::move(data));
  }
  return images;
}

void ImageReader::check(OpenedImage& image) const {
  if (!is_hidden_from_root(image.fd.get())) refuse_other_kinds(image.fd.get(), image.name);
  if (!is_on_own_mount(image.fd.get())) {
    throw Error(image.name, "lies on a mount that is not this node's own",
                "name the image by a path that every process sees");
  }
}

void ImageReader::start_prefetch() { child_.signal_go(); }

void ImageReader::wait_for_prefetch(int milliseconds) { child_.answers_within(milliseconds); }

void ImageReader::finish_prefetch() {
  try {
    Prefetched prefetched;
    child_.receive(writable_bytes_of(prefetched), 0);
  } catch (const Error&) {
    // The ranks will read for themselves.
  }
}

}  // namespace slipway
