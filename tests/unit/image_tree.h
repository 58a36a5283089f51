// SPDX-License-Identifier: BSD-3-Clause

// A small root file system in a directory, gone with it.
#pragma once

#include <fcntl.h>

#include <filesystem>
#include <string>

#include "lib/base/fd.h"
#include "lib/image/image_files.h"
#include "tests/unit/temporary.h"

class ImageTree {
 public:
  // `path` is one of the image's, as those below are.
  void write(const std::string& path, const std::string& content) {
    std::filesystem::create_directories(std::filesystem::path(directory_.path() + path).parent_path());
    directory_.write(path.substr(1), content);
  }

  void link(const std::string& path, const std::string& target) {
    std::filesystem::create_directories(std::filesystem::path(directory_.path() + path).parent_path());
    std::filesystem::create_symlink(target, directory_.path() + path);
  }

  slipway::FilesBelow files() const {
    return slipway::FilesBelow(slipway::Fd(open(path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)));
  }

  const std::string& path() const { return directory_.path(); }

 private:
  TemporaryDirectory directory_;
};
