// SPDX-License-Identifier: BSD-3-Clause

// What the image lacks: mount points and files, in a small tmpfs. Together with the image it is the container's root.
// All of it happens in the user's namespace, with the user's rights.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "lib/base/fd.h"

namespace slipway {

// How both come together.
struct RootWriting {
  enum How {
    kReadOnly,   // the image's entries are bound into the tmpfs (helper/rootfs/underlay.h)
    kOverlay,    // an overlay whose upper layer takes what is written; needs Linux 5.11
    kDirectory,  // the image is a directory that is written itself: mount points are made there, and stay
  } how = kReadOnly;
  std::string memory;     // of an overlay: the size of a tmpfs that is its upper layer; empty: it is in `directory`
  // On the host, for messages: its `upper` is an overlay's upper layer or, when memory or read-only, a lower one.
  std::string directory;
  bool memory_is_mounted = false;  // by root, with a file system of its own (helper/stage/upper_layer.h)
  std::string overlay_option = "--container-overlay", writable_option = "--container-writable";  // as errors name them
};

class Skeleton {
 public:
  // Stands in stage's work directory. `layers`: RootWriting::directory. Throws Error, as all of this class.
  explicit Skeleton(const RootWriting& writing, Fd layers = {});

  // Make sure that `path` (absolute, inside the container) is a directory, or a file to bind over. Symbolic links of
  // the image are followed inside it; the directory's path without them is returned ("" for the root).
  std::string add_directory(const std::string& path);
  void add_mount_point_for_file(const std::string& path);

  // A regular file with this content, whatever the image has at `path`.
  void add_file(const std::string& path, const std::string& content);

  // A symbolic link, whatever the image has at `path`, unless the image is written itself and has something there. What
  // is to be below `path` cannot be made any more.
  void add_link(const std::string& path, const std::string& target);

  // Whether the image has it.
  bool has_directory(const std::string& path) const;

  // The image's own file, at most 1 MiB of it; empty when there is none.
  std::string image_file(const std::string& path) const;

  // Mounts both together at the work directory's `root`.
  void mount_root();

  // Afterwards: whether an overlay can note what was removed. It does so in attributes of users', which tmpfs has from
  // Linux 6.6 on, and a file system on the host perhaps never: then whatever takes a directory of the image away, or
  // another name for it, fails with EIO. True also where there is no overlay to be written.
  bool keeps_what_is_removed() const { return keeps_attributes_; }

  // For the user: what of the above is not in a directory that is written itself.
  const std::vector<std::string>& notices() const { return notices_; }

 private:
  std::string place(const std::string& path);
  void mirror(const std::string& directory);
  void make_directory(const std::string& where, mode_t mode);
  void make_file(const std::string& where, const std::string& path, const std::string& content);
  std::string hindrance_of_cover(const std::string& path);
  void make_layers();
  void mount_overlay();
  void mount_written_directory();

  const RootWriting writing_;
  Fd image_;
  Fd skeleton_;  // where add_... make what is missing; the image itself when that is written
  Fd layers_;    // RootWriting::directory
  std::string image_path_;
  bool keeps_attributes_ = true;
  std::vector<std::string> notices_;
  std::vector<std::string> covers_;  // files of a written directory that others of the skeleton are bound over
};

}  // namespace slipway
