// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace slipway {

std::string text_of_file(const std::string& path) {
  std::string text;
  const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char part[4096];
  for (ssize_t size; file && (size = read(file.get(), part, sizeof part)) > 0;) text.append(part, size);
  return text;
}

std::string text_of_regular_file(const Fd& file, size_t most) {
  struct stat status;
  if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return "";
  std::string text(std::min<size_t>(status.st_size, most), '\0');
  text.resize(std::max<ssize_t>(pread(file.get(), text.data(), text.size(), 0), 0));
  return text;
}

std::string field_of(const std::string& text, const std::string& name) {
  const std::string lines = "\n" + text, start = "\n" + name + ":";
  const size_t line = lines.find(start);
  if (line == lines.npos) return "";
  const size_t value = lines.find_first_not_of(" \t", line + start.size());
  return value == lines.npos ? "" : lines.substr(value, lines.find('\n', value) - value);
}

}  // namespace slipway
