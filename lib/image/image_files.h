// SPDX-License-Identifier: BSD-3-Clause

// Files of a root file system, seen from outside: what reads it need not know whether it is a directory or lies in an
// image. Nothing here leads out of the root file system.
#pragma once

#include <string>
#include <vector>

#include "lib/base/fd.h"

namespace slipway {

class ImageFiles {
 public:
  virtual ~ImageFiles() = default;

  // A regular file, to be read by pread, whatever links lead to it. Empty: there is none that can be read.
  virtual Fd open(const std::string& path) const = 0;

  // The same path, absolute, without links. Empty: nothing is there.
  virtual std::string real_path(const std::string& path) const = 0;

  // Sorted, without "." and "..". Empty: no directory that can be read.
  virtual std::vector<std::string> names_in(const std::string& directory) const = 0;
};

// Those below a directory of this machine.
class FilesBelow : public ImageFiles {
 public:
  // `root`: a directory, O_PATH is enough.
  explicit FilesBelow(Fd root);

  Fd open(const std::string& path) const override;
  std::string real_path(const std::string& path) const override;
  std::vector<std::string> names_in(const std::string& directory) const override;

 private:
  Fd root_;
};

// The part of `path` before its last slash, without the slash.
std::string directory_of(const std::string& path);

// The part behind it.
std::string name_of(const std::string& path);

}  // namespace slipway
