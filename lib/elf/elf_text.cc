// SPDX-License-Identifier: BSD-3-Clause
#include "lib/elf/elf_text.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "lib/elf/elf.h"

namespace slipway {

namespace {

constexpr uint64_t kMostBytes = 64 << 20;
constexpr size_t kBlock = 64 << 10;  // stays in a core's cache while it is searched
constexpr size_t kLongestText = 1000;

// Calls `visit` for each block of the constants, with `overlap` bytes of the one before, until it returns true.
void visit_blocks(int file, size_t overlap, const std::function<bool(std::string_view block)>& visit) {
  uint64_t left = kMostBytes;
  std::string block;
  for (const ElfPart& part : elf_constants(file)) {
    if (part.offset > INT64_MAX - kMostBytes) continue;
    const uint64_t part_size = std::min(part.size, left);
    left -= part_size;
    size_t kept = 0;
    for (uint64_t done = 0; done < part_size;) {
      block.resize(kept + std::min<uint64_t>(kBlock, part_size - done));
      const ssize_t size =
          pread(file, block.data() + kept, block.size() - kept, static_cast<off_t>(part.offset + done));
      if (size <= 0) break;
      done += size;
      block.resize(kept + size);
      if (visit(block)) return;
      kept = std::min(overlap, block.size());
      block.erase(0, block.size() - kept);
    }
  }
}

}  // namespace

std::vector<bool> find_in_constants(int file, const std::vector<std::string_view>& words) {
  std::vector<bool> found(words.size());
  size_t longest = 1;
  for (const std::string_view word : words) longest = std::max(longest, word.size());
  visit_blocks(file, longest - 1, [&](std::string_view block) {
    for (size_t i = 0; i < words.size(); ++i) {
      found[i] = found[i] || memmem(block.data(), block.size(), words[i].data(), words[i].size());
    }
    return std::find(found.begin(), found.end(), false) == found.end();
  });
  return found;
}

void visit_texts(int file, const std::function<bool(const std::string& text)>& visit) {
  std::string text;
  visit_blocks(file, 0, [&](std::string_view block) {
    for (const char byte : block) {
      if (byte == '\0') {
        if (!text.empty() && visit(text)) return true;
        text.clear();
      } else if ((byte < ' ' || byte > '~') && byte != '\t' && byte != '\n') {
        text.clear();
      } else if (text.size() < kLongestText) {
        text += byte;
      }
    }
    return false;
  });
}

}  // namespace slipway
