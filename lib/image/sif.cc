// SPDX-License-Identifier: BSD-3-Clause
#include "lib/image/sif.h"

#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <set>
#include <string_view>
#include <utility>

#include "lib/base/error.h"
#include "lib/base/read_at.h"
#include "lib/image/squashfs.h"

namespace slipway::sif {

namespace {

constexpr size_t kHeaderSize = 128;
constexpr size_t kMagicOffset = 32;
constexpr std::string_view kMagic("SIF_MAGIC\0", 10);
constexpr std::string_view kVersion("01\0", 3);

// Far above any real image (OCI images have some hundred objects), and a bound on our memory.
constexpr int64_t kMostDescriptors = 1 << 16;

constexpr char kRemedy[] = "copy or build the image again";

struct Architecture {
  const char* code;
  const char* name;
  const char* machine;  // uname(2)
};
constexpr char kUnknown[] = "00";
constexpr Architecture kArchitectures[] = {
    {kUnknown, "unknown", ""},        {"01", "386", "i686"},           {"02", "amd64", "x86_64"},
    {"03", "arm", "armv7l"},      {"04", "arm64", "aarch64"},      {"05", "ppc64", "ppc64"},
    {"06", "ppc64le", "ppc64le"}, {"07", "mips", "mips"},          {"08", "mipsle", ""},
    {"09", "mips64", "mips64"},   {"10", "mips64le", ""},          {"11", "s390x", "s390x"},
    {"12", "riscv64", "riscv64"}, {"13", "loong64", "loongarch64"}};

// Little-endian fields of a packed record.
class Record {
 public:
  explicit Record(std::string_view bytes) : bytes_(bytes) {}

  template <typename Number>
  Number number(size_t offset) const {
    uint64_t value = 0;
    for (size_t i = sizeof(Number); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes_[offset + i]);
    return static_cast<Number>(value);
  }
  std::string_view bytes(size_t offset, size_t size) const { return bytes_.substr(offset, size); }
  // Up to the first NUL.
  std::string text(size_t offset, size_t size) const {
    const std::string_view field = bytes(offset, size);
    return std::string(field.substr(0, field.find('\0')));
  }

 private:
  std::string_view bytes_;
};

class Reader {
 public:
  Reader(int file, const std::string& name) : file_(file), name_(name) {
    struct stat status;
    if (fstat(file, &status) != 0) throw system_error(name, "fstat");
    size_ = status.st_size;
  }

  Image read() {
    Image image;
    image.header = read_bytes(0, kHeaderSize, "header");
    const Record header(image.header);
    if (header.bytes(kMagicOffset, kMagic.size()) != kMagic) damaged("magic", "is not SIF_MAGIC");
    if (header.bytes(42, kVersion.size()) != kVersion) damaged("version", "is not 01");
    image.architecture = architecture(header.text(45, 3));
    image.uuid = uuid(header.bytes(48, 16));
    image.created = header.number<int64_t>(64);
    image.modified = header.number<int64_t>(72);
    read_table(header, image);
    refuse_overlaps(image);
    return image;
  }

 private:
  [[noreturn]] void damaged(const std::string& field, const std::string& reason) const {
    throw Error(name_, "damaged SIF image: " + field + " " + reason, kRemedy);
  }

  std::string read_bytes(uint64_t offset, size_t size, const std::string& field) const {
    std::string bytes(size, '\0');
    if (!read_at(file_, offset, bytes.data(), size, name_)) damaged(field, "is cut off by the end of the file");
    return bytes;
  }

  // offset + size <= file size, without overflow; neither is negative.
  bool fits(int64_t offset, int64_t size) const {
    return offset >= 0 && size >= 0 && offset <= size_ && size <= size_ - offset;
  }

  void must_fit(const std::string& field, int64_t offset, int64_t size) const {
    if (fits(offset, size)) return;
    int64_t end;
    if (offset < 0 || size < 0 || __builtin_add_overflow(offset, size, &end)) damaged(field, "lies outside the file");
    damaged(field, "ends at byte " + std::to_string(end) + ", and the file at " + std::to_string(size_) +
                       ": it is cut off, as by a copy that did not end");
  }

  void read_table(const Record& header, Image& image) {
    const auto free = header.number<int64_t>(80), total = header.number<int64_t>(88);
    const auto offset = header.number<int64_t>(96), size = header.number<int64_t>(104);
    const auto data_offset = header.number<int64_t>(112), data_size = header.number<int64_t>(120);
    if (total < 0 || free < 0 || free > total) damaged("number of descriptors", "is negative or contradicts itself");
    const bool is_consistent = total <= kMostDescriptors && size == total * static_cast<int64_t>(kDescriptorSize);
    if (is_consistent) must_fit("descriptor table", offset, size);
    if (total > kMostDescriptors || total > size_ / static_cast<int64_t>(kDescriptorSize)) {
      damaged("number of descriptors", "is too large for the file");
    }
    if (!is_consistent) damaged("size of the descriptor table", "contradicts its length");
    // A file without objects may end before its data would start; with objects, each one is checked by itself.
    if (data_offset < 0 || data_size < 0) damaged("data section", "has a negative place or size");
    if (offset < static_cast<int64_t>(kHeaderSize) && total > 0) damaged("descriptor table", "overlaps the header");

    table_begin_ = offset;
    table_end_ = offset + size;
    image.table = read_bytes(offset, size, "descriptor table");
    std::set<uint32_t> ids;
    for (int64_t i = 0; i < total; ++i) {
      const Record descriptor(std::string_view(image.table).substr(i * kDescriptorSize, kDescriptorSize));
      if (descriptor.number<uint8_t>(4) == 0) continue;  // left by a delete
      image.objects.push_back(read_descriptor(descriptor));
      image.objects.back().slot = i;
      if (!ids.insert(image.objects.back().id).second) {
        damaged("object " + std::to_string(image.objects.back().id), "exists twice");
      }
    }
  }

  Object read_descriptor(const Record& descriptor) {
    Object object;
    object.id = descriptor.number<uint32_t>(5);
    const std::string field = "object " + std::to_string(object.id);
    object.type = static_cast<Type>(descriptor.number<int32_t>(0));
    const auto group = descriptor.number<uint32_t>(9);
    object.group = group & ~kGroupBit;
    object.link = descriptor.number<uint32_t>(13);
    const auto offset = descriptor.number<int64_t>(17), size = descriptor.number<int64_t>(25);
    if (object.id == 0) damaged(field, "has the number 0");
    must_fit(field, offset, size);
    object.offset = offset;
    object.size = size;
    object.name = descriptor.text(73, 128);
    if (object.type == Type::kPartition) {
      object.file_system = static_cast<FileSystem>(descriptor.number<int32_t>(201));
      object.part = static_cast<Part>(descriptor.number<int32_t>(205));
      object.architecture = architecture(descriptor.text(209, 3));
    }
    if (object.type == Type::kSignature) {
      object.hash = descriptor.number<int32_t>(201);
      object.signer = fingerprint(descriptor.bytes(201 + 4, 20));
    }
    return object;
  }

  std::string architecture(const std::string& code) const {
    for (const Architecture& known : kArchitectures) {
      if (code == known.code) return known.name;
    }
    if (code.empty() || code.find_first_not_of("0123456789") != code.npos) damaged("architecture", "is not a number");
    return "architecture " + code;
  }

  static std::string uuid(std::string_view bytes) {
    std::string text;
    for (size_t i = 0; i < bytes.size(); ++i) {
      char hex[4];
      const bool dash = i == 4 || i == 6 || i == 8 || i == 10;
      snprintf(hex, sizeof hex, "%s%02x", dash ? "-" : "", static_cast<unsigned char>(bytes[i]));
      text += hex;
    }
    return text;
  }

  static std::string fingerprint(std::string_view bytes) {
    if (bytes.find_first_not_of('\0') == bytes.npos) return "";
    std::string text;
    for (const char byte : bytes) {
      char hex[3];
      snprintf(hex, sizeof hex, "%02X", static_cast<unsigned char>(byte));
      text += hex;
    }
    return text;
  }

  // Two objects that share bytes, or one that shares them with the table, let a file show different things to those
  // who check it and those who use it.
  void refuse_overlaps(const Image& image) const {
    std::vector<const Object*> objects;
    for (const Object& object : image.objects) {
      if (object.size > 0) objects.push_back(&object);
    }
    std::sort(objects.begin(), objects.end(), [](auto* a, auto* b) { return a->offset < b->offset; });
    uint64_t end = 0;
    for (const Object* object : objects) {
      const std::string field = "object " + std::to_string(object->id);
      if (object->offset < end) damaged(field, "overlaps another object");
      end = object->offset + object->size;
      if (object->offset < kHeaderSize || (object->offset < table_end_ && end > table_begin_)) {
        damaged(field, "overlaps the header or the descriptor table");
      }
    }
  }

  int file_;
  const std::string& name_;
  int64_t size_ = 0;
  uint64_t table_begin_ = 0, table_end_ = 0;
};

bool runs_here(const std::string& architecture) {
  const std::string host = host_architecture();
  return architecture == host || architecture == "unknown" || (host == "amd64" && architecture == "386") ||
         (host == "arm64" && architecture == "arm");
}

void refuse_what_cannot_be_mounted(const Object& root, int file, const std::string& name) {
  switch (root.file_system) {
    case FileSystem::kSquashfs:
      check_squashfs(file, root.offset, root.size, name);
      return;
    case FileSystem::kEncryptedSquashfs:
    case FileSystem::kGocryptfsSquashfs:
      throw Error(name, "its file system is encrypted, which slipway does not support",
                  "use an image without encryption");
    case FileSystem::kExt3:
      throw Error(name, "its file system is ext3, which a kernel must never mount from a user's file",
                  "build the image again: squashfs is the default");
    default:
      throw Error(name, "its file system is of the kind " + name_of(root.file_system) + ", which cannot be mounted",
                  "build the image again with squashfs");
  }
}

// Nothing where there is none. Throws `several` where there are several.
const Object* only_partition(const Image& image, Part part, const Error& several) {
  const Object* only = nullptr;
  for (const Object& object : image.objects) {
    if (object.part != part) continue;
    if (only) throw several;
    only = &object;
  }
  return only;
}

Error has_two_roots(const std::string& name) {
  return Error(name, "damaged SIF image: it has two root file systems", kRemedy);
}

template <typename Key, size_t kCount>
std::string look_up(const std::pair<Key, const char*> (&names)[kCount], Key key) {
  for (const auto& [known, name] : names) {
    if (known == key) return name;
  }
  return "unknown";
}

}  // namespace

bool is_sif(int file, const std::string& name) {
  char magic[10];
  return read_at(file, kMagicOffset, magic, sizeof magic, name) && std::string_view(magic, sizeof magic) == kMagic;
}

Image read(int file, const std::string& name) { return Reader(file, name).read(); }

const Object& root_partition(const Image& image, int file, const std::string& name) {
  const Object* const root = only_partition(image, Part::kPrimarySystem, has_two_roots(name));
  if (!root) {
    const bool oci = std::any_of(image.objects.begin(), image.objects.end(),
                                 [](const Object& object) { return object.type == Type::kOciRootIndex; });
    throw Error(name, oci ? "is an OCI-SIF image, which slipway does not support yet" : "has no root file system",
                oci ? "convert it to a plain SIF image" : "name an image that holds a system to run");
  }
  if (!runs_here(root->architecture)) {
    throw Error(name, "is built for " + root->architecture + ", and this node is " + host_architecture(),
                "use an image built for " + host_architecture());
  }
  refuse_what_cannot_be_mounted(*root, file, name);
  return *root;
}

const Object& data_partition(const Image& image, int file, const std::string& name) {
  const Error several(name, "holds several data partitions", "put each into an image of its own");
  const Object* data = only_partition(image, Part::kData, several);
  if (!data) data = only_partition(image, Part::kPrimarySystem, has_two_roots(name));
  if (!data) throw Error(name, "holds no file system", "name an image that has a data partition");
  refuse_what_cannot_be_mounted(*data, file, name);
  return *data;
}

std::string name_of(Type type) {
  static constexpr std::pair<Type, const char*> kNames[] = {{Type::kDefinition, "definition file"},
                                                            {Type::kEnvironment, "environment"},
                                                            {Type::kLabels, "labels"},
                                                            {Type::kPartition, "partition"},
                                                            {Type::kSignature, "signature"},
                                                            {Type::kJson, "JSON"},
                                                            {Type::kGeneric, "generic"},
                                                            {Type::kCryptoMessage, "crypto message"},
                                                            {Type::kSbom, "SBOM"},
                                                            {Type::kOciRootIndex, "OCI root index"},
                                                            {Type::kOciBlob, "OCI blob"}};
  return look_up(kNames, type);
}

std::string name_of(FileSystem file_system) {
  static constexpr std::pair<FileSystem, const char*> kNames[] = {
      {FileSystem::kSquashfs, "squashfs"},
      {FileSystem::kExt3, "ext3"},
      {FileSystem::kArchive, "archive"},
      {FileSystem::kRaw, "raw"},
      {FileSystem::kEncryptedSquashfs, "encrypted squashfs"},
      {FileSystem::kGocryptfsSquashfs, "gocryptfs squashfs"}};
  return look_up(kNames, file_system);
}

std::string name_of(Part part) {
  static constexpr std::pair<Part, const char*> kNames[] = {{Part::kSystem, "system"},
                                                            {Part::kPrimarySystem, "primary system"},
                                                            {Part::kData, "data"},
                                                            {Part::kOverlay, "overlay"}};
  return look_up(kNames, part);
}

std::string host_architecture() {
  utsname machine;
  uname(&machine);
  for (const Architecture& known : kArchitectures) {
    if (strcmp(machine.machine, known.machine) == 0) return known.name;
  }
  return machine.machine;
}

std::string architectures() {
  std::string names;
  for (const Architecture& known : kArchitectures) {
    if (std::string_view(known.code) != kUnknown) names += (names.empty() ? "" : ", ") + std::string(known.name);
  }
  return names;
}

std::string code_of_architecture(const std::string& architecture) {
  for (const Architecture& known : kArchitectures) {
    if (architecture == known.name) return known.code;
  }
  return kUnknown;
}

}  // namespace slipway::sif
