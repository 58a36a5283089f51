// SPDX-License-Identifier: BSD-3-Clause

// A file that has its name only when it is complete: written beside its place and renamed at the end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/fd.h"

namespace slipway {

enum class Existing { kKept, kReplaced };  // where a link leads to a file, that file

// One at a time in a process.
class OutputFile {
 public:
  // From here on, a signal that ends this process (but SIGKILL) removes the unfinished file. Throws Error: `path`
  // cannot be written, leads to something that is not a file, or exists and is to be kept.
  OutputFile(const std::string& path, Existing existing);
  // Removes the file unless it is finished.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;

  int fd() const { return fd_.get(); }

  // Throws Error.
  void write_at(uint64_t offset, std::string_view bytes) const;

  // Gives the file its name, and the mode that the umask leaves. Throws Error, also where a file of that name has
  // appeared meanwhile and is to be kept.
  void finish();

 private:
  std::string path_, unfinished_;
  Existing existing_;
  Fd fd_;
  bool is_finished_ = false;
};

}  // namespace slipway
