// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/admin_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "lib/base/error.h"

namespace slipway {

Fd open_admin_file(const std::string& path, const std::string& word, const std::string& place) {
  Fd file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status;
  if (!path.starts_with('/') || !file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw Error(place, printable(word) + " cannot be read",
                "ask the admin to name a file that everybody can read, by its absolute path");
  }
  if (status.st_uid != 0 || status.st_mode & (S_IWGRP | S_IWOTH)) {
    throw Error(printable(path), "can be written by others than root", "ask the admin to correct its owner and mode");
  }
  return file;
}

}  // namespace slipway
