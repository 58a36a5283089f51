#include "helper/text_file.h"

#include <fcntl.h>
#include <unistd.h>

#include "helper/fd.h"

namespace slipway {

std::string text_of_file(const std::string& path) {
  std::string text;
  const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char part[4096];
  for (ssize_t size; file && (size = read(file.get(), part, sizeof part)) > 0;) text.append(part, size);
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
