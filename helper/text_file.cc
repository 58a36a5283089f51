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

}  // namespace slipway
