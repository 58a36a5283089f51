#include "plugin/command_line.h"

#include "helper/text_file.h"

namespace slipway {

std::vector<std::string> own_command_line() {
  const std::string text = text_of_file("/proc/self/cmdline");
  std::vector<std::string> words;
  for (size_t start = 0; start < text.size(); start += words.back().size() + 1) {
    words.emplace_back(text.c_str() + start);
  }
  return words;
}

}  // namespace slipway
