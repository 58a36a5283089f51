// SPDX-License-Identifier: BSD-3-Clause

// Writes SIF files byte by byte, right or wrong, from the format's description alone: it shares nothing with the reader
// or with `slipway build`. Every field can be set to nonsense.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

inline void put(std::string& bytes, size_t offset, uint64_t value, size_t size) {
  if (bytes.size() < offset + size) bytes.resize(offset + size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[offset + i] = static_cast<char>(value >> (8 * i));
}

inline void put(std::string& bytes, size_t offset, const std::string& text) {
  if (bytes.size() < offset + text.size()) bytes.resize(offset + text.size(), '\0');
  bytes.replace(offset, text.size(), text);
}

// The first 96 bytes of a squashfs 4.0 of `used` bytes, and zeros up to `size`.
inline std::string squashfs_bytes(size_t size = 4096, uint64_t used = 4096, unsigned compression = 6,
                                  unsigned major = 4) {
  std::string bytes(size, '\0');
  put(bytes, 0, "hsqs");
  put(bytes, 20, compression, 2);
  put(bytes, 28, major, 2);
  put(bytes, 40, used, 8);
  return bytes;
}

struct SifObject {
  int32_t type = 0x4004;
  uint8_t used = 1;
  uint32_t id = 1, group = 0xf0000001, link = 0;
  std::string name = "root";
  std::string content = squashfs_bytes();
  uint64_t alignment = 4096;
  // What the descriptor says instead of the truth.
  std::optional<int64_t> offset = {}, size = {};
  int64_t created = 0;
  int32_t file_system = 1, part = 2;
  std::string architecture = "02";
  // Of other types than a partition: what stands in its place.
  std::string extra = {};
};

struct SifFile {
  std::string magic = "SIF_MAGIC", version = "01", architecture = "02";
  int64_t created = 0;
  std::vector<SifObject> objects{SifObject{}};
  int64_t table_offset = 4096, data_offset = 32768;
  std::optional<int64_t> total = {}, table_size = {}, data_size = {}, free = {};
  // The file ends here, whatever it holds.
  std::optional<size_t> cut_at = {};

  std::string bytes() const {
    std::string file;
    put(file, 0, "#!/usr/bin/env run-singularity\n");
    put(file, 32, magic);
    put(file, 42, version);
    put(file, 45, architecture);
    put(file, 64, created, 8);
    put(file, 80, free.value_or(0), 8);
    put(file, 88, total.value_or(objects.size()), 8);
    put(file, 96, table_offset, 8);
    put(file, 104, table_size.value_or(objects.size() * 585), 8);
    put(file, 112, data_offset, 8);
    uint64_t end = data_offset;
    if (!objects.empty()) file.resize(data_offset);
    for (size_t i = 0; i < objects.size(); ++i) {
      const SifObject& object = objects[i];
      const uint64_t begin = (end + object.alignment - 1) / object.alignment * object.alignment;
      put(file, begin, object.content);
      end = begin + object.content.size();
      std::string descriptor(585, '\0');
      put(descriptor, 0, object.type, 4);
      put(descriptor, 4, object.used, 1);
      put(descriptor, 5, object.id, 4);
      put(descriptor, 9, object.group, 4);
      put(descriptor, 13, object.link, 4);
      put(descriptor, 17, object.offset.value_or(begin), 8);
      put(descriptor, 25, object.size.value_or(object.content.size()), 8);
      put(descriptor, 41, object.created, 8);
      put(descriptor, 73, object.name);
      if (object.type == 0x4004) {
        put(descriptor, 201, object.file_system, 4);
        put(descriptor, 205, object.part, 4);
        put(descriptor, 209, object.architecture);
      } else {
        put(descriptor, 201, object.extra);
      }
      if (table_offset >= 0 && table_offset < 1 << 20) put(file, table_offset + i * 585, descriptor);
    }
    put(file, 120, data_size.value_or(objects.empty() ? 0 : end - data_offset), 8);
    if (cut_at) file.resize(*cut_at);
    return file;
  }
};
