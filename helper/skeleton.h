// What the image lacks: mount points and files, in a small tmpfs. With the image's own entries bound into it
// (helper/underlay.h) and made read-only it is the container's root. All of it happens in the user's namespace, with
// the user's rights.
#pragma once

#include <string>

#include "helper/fd.h"

namespace slipway {

class Skeleton {
 public:
  // Stands in stage's work directory. Throws Error, as all of this class.
  Skeleton();

  // Make sure that `path` (absolute, inside the container) is a directory, or a file to bind over. Symbolic links of
  // the image are followed inside it; the directory's path without them is returned ("" for the root).
  std::string add_directory(const std::string& path);
  void add_mount_point_for_file(const std::string& path);

  // A regular file with this content, whatever the image has at `path`.
  void add_file(const std::string& path, const std::string& content);

  // The image's own file, at most 1 MiB of it; empty when there is none.
  std::string image_file(const std::string& path) const;

  // Mounts both together at the work directory's `root`.
  void mount_root() const;

 private:
  std::string place(const std::string& path);
  void mirror(const std::string& directory);

  Fd image_;
  Fd skeleton_;
  std::string image_path_;
};

}  // namespace slipway
