// SPDX-License-Identifier: BSD-3-Clause
#include "lib/elf/library_cache_file.h"

#include <algorithm>
#include <climits>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lib/elf/library_cache_format.h"

namespace slipway {

namespace {

// What ld.so takes for a library of its own kind (_dl_cache_check_flags of glibc): it looks at no other entry.
#if defined __x86_64__
constexpr uint32_t kOwnFlags = 0x0303;
#elif defined __aarch64__
constexpr uint32_t kOwnFlags = 0x0a03;
#else
constexpr uint32_t kOwnFlags = 0;  // as the image's libc.so.6 has them
#endif

constexpr size_t kLargestStrings = 8 << 20;  // bytes: entries of a hostile cache may all name one long string

struct Item {
  CacheEntry entry;  // places in the image's cache; 0 in ours
  std::string_view name, path;
};

bool is_digit(char character) { return character >= '0' && character <= '9'; }

// ld.so looks a name up by halves, in the order of this comparison (_dl_cache_libcmp of glibc): numbers in names count
// as numbers, and come after all else.
int compare_names(std::string_view left, std::string_view right) {
  const auto take_number = [](std::string_view& text) {
    uint32_t number = 0;
    for (; !text.empty() && is_digit(text[0]); text.remove_prefix(1)) number = number * 10 + (text[0] - '0');
    return number;
  };
  while (!left.empty() && !right.empty()) {
    if (is_digit(left[0]) != is_digit(right[0])) return is_digit(left[0]) ? 1 : -1;
    if (is_digit(left[0])) {
      const uint32_t lefts = take_number(left), rights = take_number(right);
      if (lefts != rights) return lefts < rights ? -1 : 1;
      continue;
    }
    if (left[0] != right[0]) return left[0] < right[0] ? -1 : 1;
    left.remove_prefix(1);
    right.remove_prefix(1);
  }
  return (left.empty() ? 0 : left[0]) - (right.empty() ? 0 : right[0]);
}

template <typename Object>
bool read_at(std::string_view bytes, uint64_t place, Object& object) {
  if (place > bytes.size() || bytes.size() - place < sizeof object) return false;
  memcpy(&object, bytes.data() + place, sizeof object);
  return true;
}

// Empty: it lies outside, or has no end within `longest` bytes.
std::string_view string_at(std::string_view bytes, uint64_t place, size_t longest) {
  if (place >= bytes.size()) return {};
  const std::string_view rest = bytes.substr(place, longest + 1);
  const size_t end = rest.find('\0');
  return end == rest.npos ? std::string_view() : rest.substr(0, end);
}

// The names of the glibc-hwcaps directories to whose numbers entries refer.
std::vector<std::string_view> directories_in(std::string_view bytes, const CacheHeader& header) {
  std::vector<std::string_view> names;
  CacheExtensions extensions;
  if (header.extensions == 0 || !read_at(bytes, header.extensions, extensions)) return names;
  if (extensions.magic != kExtensionsMagic) return names;
  uint64_t place = uint64_t{header.extensions} + sizeof extensions;
  CacheExtension extension;
  for (uint32_t i = 0; i < extensions.count && read_at(bytes, place, extension); ++i, place += sizeof extension) {
    if (extension.tag != kDirectoriesTag) continue;
    uint32_t name;
    for (uint64_t at = 0; at + sizeof name <= extension.size; at += sizeof name) {
      if (names.size() == kMostCacheEntries || !read_at(bytes, extension.place + at, name)) return names;
      names.push_back(string_at(bytes, name, NAME_MAX));
    }
    return names;
  }
  return names;
}

void append(std::string& bytes, const auto& object) {
  bytes.append(reinterpret_cast<const char*>(&object), sizeof object);
}

// The strings of the new cache, each once.
class Strings {
 public:
  explicit Strings(size_t first) : first_(first) {}

  uint32_t place_of(std::string_view text) {
    const auto [found, is_new] = places_.try_emplace(text, first_ + bytes_.size());
    if (is_new) bytes_.append(text).push_back('\0');
    return found->second;
  }

  const std::string& bytes() const { return bytes_; }

 private:
  const size_t first_;  // place of the first
  std::unordered_map<std::string_view, uint32_t> places_;
  std::string bytes_;
};

class NewCache {
 public:
  explicit NewCache(const std::string& images) : images_(images) { memcpy(&header_, images.data(), sizeof header_); }

  void take(std::span<const CachedLibrary> libraries) {
    directories_ = directories_in(images_, header_);
    take_images();
    const uint32_t flags = kOwnFlags ? kOwnFlags : flags_of_libc();
    std::vector<Item> ours;
    for (const CachedLibrary& library : libraries) ours.push_back({{flags, 0, 0, 0, 0}, library.name, library.path});
    sort(ours);
    const auto is_same = [](const Item& left, const Item& right) { return compare_names(left.name, right.name) == 0; };
    ours.erase(std::unique(ours.begin(), ours.end(), is_same), ours.end());
    std::erase_if(items_, [&](const Item& item) {
      return item.entry.flags == flags && std::binary_search(ours.begin(), ours.end(), item, is_before);
    });
    items_.insert(items_.end(), ours.begin(), ours.end());
    sort(items_);
  }

  std::string bytes() const {
    Strings strings(sizeof header_ + items_.size() * sizeof(CacheEntry));
    std::string entries, directories;
    for (Item item : items_) {
      item.entry.name = strings.place_of(item.name);
      item.entry.path = strings.place_of(item.path);
      append(entries, item.entry);
      if (strings.bytes().size() > kLargestStrings) return "";
    }
    for (const std::string_view directory : directories_) append(directories, strings.place_of(directory));
    if (strings.bytes().size() > kLargestStrings) return "";
    CacheHeader header = header_;
    header.count = static_cast<uint32_t>(items_.size());
    header.strings = static_cast<uint32_t>(strings.bytes().size());
    header.extensions = 0;
    std::string bytes(sizeof header, '\0');
    bytes += entries + strings.bytes();
    if (!directories_.empty()) {
      bytes.resize((bytes.size() + 3) / 4 * 4);  // ld.so reads the names' places where they lie
      header.extensions = static_cast<uint32_t>(bytes.size());
      append(bytes, CacheExtensions{kExtensionsMagic, 1});
      const auto place = static_cast<uint32_t>(bytes.size() + sizeof(CacheExtension));
      append(bytes, CacheExtension{kDirectoriesTag, 0, place, static_cast<uint32_t>(directories.size())});
      bytes += directories;
    }
    memcpy(bytes.data(), &header, sizeof header);
    return bytes;
  }

 private:
  // The directories of entries that have one must still be known.
  void take_images() {
    for (size_t i = 0; i < header_.count && i < kMostCacheEntries; ++i) {
      Item item;
      if (!read_at(images_, sizeof header_ + i * sizeof item.entry, item.entry)) break;
      const auto directory = static_cast<uint32_t>(item.entry.processors);
      if (item.entry.processors & kCacheHasDirectory && directory >= directories_.size()) continue;
      item.name = string_at(images_, item.entry.name, NAME_MAX);
      item.path = string_at(images_, item.entry.path, PATH_MAX);
      if (!item.name.empty() && !item.path.empty()) items_.push_back(item);
    }
  }

  uint32_t flags_of_libc() const {
    for (const Item& item : items_) {
      if (item.name == "libc.so.6") return item.entry.flags;
    }
    return 0;
  }

  // Of entries of one name, the order among those of one kind stays: ld.so takes the first that fits.
  static bool is_before(const Item& left, const Item& right) { return compare_names(left.name, right.name) > 0; }

  static void sort(std::vector<Item>& items) {
    std::stable_sort(items.begin(), items.end(), [](const Item& left, const Item& right) {
      const int order = compare_names(left.name, right.name);
      return order != 0 ? order > 0 : left.entry.flags > right.entry.flags;
    });
  }

  const std::string_view images_;
  CacheHeader header_;
  std::vector<std::string_view> directories_;
  std::vector<Item> items_;
};

}  // namespace

std::string cache_with(const LibraryCache& images, std::span<const CachedLibrary> libraries) {
  if (!images.has_entries()) return "";
  NewCache cache(images.bytes());
  cache.take(libraries);
  return cache.bytes();
}

}  // namespace slipway
