// SPDX-License-Identifier: BSD-3-Clause

// Every "must accept" and every "must refuse" of a SIF reader.
#include "lib/image/sif.h"

#include <fcntl.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>

#include <CppUTest/TestHarness.h>

#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/image/image_format.h"
#include "tests/unit/sif_file.h"
#include "tests/unit/temporary.h"

using namespace slipway;

TEST_GROUP(Sif) {
  TemporaryDirectory directory;

  Fd file_of(const std::string& bytes) const {
    return Fd(open(directory.write("image.sif", bytes).c_str(), O_RDONLY | O_CLOEXEC));
  }
  sif::Image read(const SifFile& file) const { return sif::read(file_of(file.bytes()).get(), "image.sif"); }

  // What a step would be told of the file; "" when it can be mounted.
  std::string complaint_about(const std::string& bytes) const {
    try {
      root_partition(file_of(bytes).get(), "image.sif");
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  }
  void refuses(const char* expected, const std::function<void(SifFile&)>& damage) const {
    SifFile file;
    damage(file);
    const std::string complaint = complaint_about(file.bytes());
    STRCMP_CONTAINS(expected, complaint.c_str());
    STRCMP_CONTAINS("image.sif: ", complaint.c_str());
    CHECK(complaint.find('\n') == complaint.npos);
  }
  void accepts(const std::function<void(SifFile&)>& oddity) const {
    SifFile file;
    oddity(file);
    STRCMP_EQUAL("", complaint_about(file.bytes()).c_str());
  }
};

TEST(Sif, ReadsWhatItHolds) {
  SifFile file;
  file.objects[0].name = "root.squashfs";
  file.objects.push_back({.type = 0x4005, .id = 2, .group = 0xf0000000, .link = 0xf0000001, .name = "signature",
                          .content = std::string(100, 's')});
  const sif::Image image = read(file);
  STRCMP_EQUAL("amd64", image.architecture.c_str());
  LONGS_EQUAL(2, image.objects.size());
  const sif::Object& root = image.objects[0];
  CHECK(root.type == sif::Type::kPartition && root.part == sif::Part::kPrimarySystem);
  CHECK(root.file_system == sif::FileSystem::kSquashfs);
  LONGS_EQUAL(1, root.group);
  LONGS_EQUAL(32768, root.offset);
  LONGS_EQUAL(4096, root.size);
  STRCMP_EQUAL("root.squashfs", root.name.c_str());
  const sif::Object& signature = image.objects[1];
  LONGS_EQUAL(0, signature.group);
  UNSIGNED_LONGS_EQUAL(0xf0000001, signature.link);
  LONGS_EQUAL(36864, signature.offset);
  STRCMP_EQUAL("", signature.signer.c_str());
}

TEST(Sif, AcceptsWhatRealFilesDo) {
  accepts([](SifFile&) {});
  accepts([](SifFile& file) { file.created = -62135596800; });
  accepts([](SifFile& file) { file.objects[0].created = -62135596800; });
  accepts([](SifFile& file) { file.objects[0].alignment = 65536; });
  accepts([](SifFile& file) { file.data_offset = 32178, file.objects[0].alignment = 1; });
  accepts([](SifFile& file) { file.table_offset = 128; });
  for (const size_t total : {4, 53, 200}) {
    accepts([&](SifFile& file) {
      file.data_offset = 1 << 18;
      file.objects.resize(total, {.used = 0, .id = 0, .content = ""});
      file.free = static_cast<int64_t>(total) - 1;
    });
  }
  // A hole that a delete left, before the root and in its descriptor's slot.
  accepts([](SifFile& file) {
    file.objects.insert(file.objects.begin(), {.type = 0x4006, .used = 0, .id = 9, .content = std::string(9000, 'x')});
  });
  // Nonsense in a slot that is not in use.
  accepts([](SifFile& file) {
    file.objects.push_back({.type = -1, .used = 0, .id = 1, .content = "", .offset = -1, .size = INT64_MAX});
  });
  // Objects that end with the file, and one without bytes.
  accepts([](SifFile& file) { file.objects.push_back({.type = 0x4007, .id = 2, .content = "", .offset = 36864}); });
  // What a later release of the format may add.
  accepts([](SifFile& file) { file.objects.push_back({.type = 0x400c, .id = 2, .content = "later"}); });
  accepts([](SifFile& file) { file.objects.push_back({.id = 2, .content = "later", .file_system = 99, .part = 3}); });
  accepts([](SifFile& file) { file.objects[0].architecture = "00"; });
}

TEST(Sif, AFileWithoutObjectsMayEndBeforeItsData) {
  SifFile file;
  file.objects.clear();
  file.cut_at = 4096;
  LONGS_EQUAL(0, read(file).objects.size());
  file.table_offset = 1 << 19;  // a table of nothing
  CHECK_THROWS(Error, read(file));
}

TEST(Sif, RefusesHeadersThatLie) {
  refuses("damaged SIF image: version", [](SifFile& file) { file.version = "02"; });
  refuses("damaged SIF image: architecture", [](SifFile& file) { file.architecture = "x!"; });
  refuses("number of descriptors is negative", [](SifFile& file) { file.total = -1; });
  refuses("number of descriptors is negative", [](SifFile& file) { file.free = -1; });
  refuses("number of descriptors is negative", [](SifFile& file) { file.free = 2; });
  refuses("number of descriptors is too large", [](SifFile& file) { file.total = 1000; });
  refuses("number of descriptors is too large", [](SifFile& file) { file.total = INT64_MAX; });
  refuses("number of descriptors is too large",
          [](SifFile& file) { file.total = INT64_MAX / 585, file.table_size = 1; });
  refuses("size of the descriptor table", [](SifFile& file) { file.table_size = 584; });
  refuses("size of the descriptor table", [](SifFile& file) { file.table_size = -585; });
  refuses("descriptor table lies outside", [](SifFile& file) { file.table_offset = -1; });
  refuses("descriptor table lies outside", [](SifFile& file) { file.table_offset = INT64_MAX; });
  refuses("descriptor table lies outside", [](SifFile& file) { file.table_offset = INT64_MAX - 584; });
  refuses("descriptor table overlaps the header", [](SifFile& file) { file.table_offset = 127; });
  refuses("data section has a negative", [](SifFile& file) { file.data_size = -1; });
  refuses("header is cut off", [](SifFile& file) { file.cut_at = 127; });
  refuses("is not an image", [](SifFile& file) { file.magic = "SIF_MAGIX"; });
}

TEST(Sif, RefusesObjectsOutsideTheFile) {
  refuses("object 1 lies outside", [](SifFile& file) { file.objects[0].offset = -4096; });
  refuses("object 1 lies outside", [](SifFile& file) { file.objects[0].size = -1; });
  refuses("object 1 lies outside", [](SifFile& file) { file.objects[0].offset = INT64_MAX; });
  refuses("object 1 lies outside", [](SifFile& file) { file.objects[0].size = INT64_MAX; });
  refuses("object 1 lies outside",
          [](SifFile& file) { file.objects[0].offset = INT64_MIN, file.objects[0].size = INT64_MIN; });
  refuses("object 1 ends at byte 36865, and the file at 36864: it is cut off",
          [](SifFile& file) { file.objects[0].size = 4097; });
  refuses("object 1 ends at byte 36864, and the file at 36863: it is cut off", [](SifFile& file) { file.cut_at = 36863; });
}

TEST(Sif, RefusesObjectsThatCollide) {
  refuses("object 1 exists twice", [](SifFile& file) { file.objects.push_back({.type = 0x4006, .id = 1}); });
  refuses("has the number 0", [](SifFile& file) { file.objects[0].id = 0; });
  refuses("overlaps another object", [](SifFile& file) {
    file.objects.push_back({.type = 0x4006, .id = 2, .offset = 32768 + 4095, .size = 1});
  });
  refuses("overlaps another object", [](SifFile& file) {
    file.objects.push_back({.type = 0x4006, .id = 2, .offset = 32767, .size = 2});
  });
  refuses("overlaps the header or the descriptor table", [](SifFile& file) { file.objects[0].offset = 4096 + 584; });
  refuses("overlaps the header or the descriptor table", [](SifFile& file) { file.objects[0].offset = 0; });
}

TEST(Sif, RefusesAllButOneRoot) {
  refuses("two root file systems", [](SifFile& file) { file.objects.push_back({.id = 2}); });
  refuses("no root file system", [](SifFile& file) { file.objects[0].part = 1; });
  refuses("no root file system", [](SifFile& file) { file.objects[0].type = 0x4006; });
  refuses("no root file system", [](SifFile& file) { file.objects[0].used = 0; });
  refuses("OCI-SIF", [](SifFile& file) { file.objects[0].type = 0x400a; });
}

TEST(Sif, RefusesRootsThatCannotBeMounted) {
  refuses("encrypted", [](SifFile& file) { file.objects[0].file_system = 5; });
  refuses("encrypted", [](SifFile& file) { file.objects[0].file_system = 6; });
  refuses("ext3", [](SifFile& file) { file.objects[0].file_system = 2; });
  refuses("archive", [](SifFile& file) { file.objects[0].file_system = 3; });
  refuses("raw", [](SifFile& file) { file.objects[0].file_system = 4; });
  refuses("unknown", [](SifFile& file) { file.objects[0].file_system = 0; });
  refuses("unknown", [](SifFile& file) { file.objects[0].file_system = -1; });
  refuses("not the squashfs it claims", [](SifFile& file) { file.objects[0].content = std::string(4096, 'x'); });
  refuses("version 4.0", [](SifFile& file) { file.objects[0].content = squashfs_bytes(4096, 4096, 6, 3); });
  refuses("cut off: it needs 4097 bytes and has 4096",
          [](SifFile& file) { file.objects[0].content = squashfs_bytes(4096, 4097); });
  refuses("cut off", [](SifFile& file) { file.objects[0].content = squashfs_bytes(4096, UINT64_MAX); });
  refuses("cut off", [](SifFile& file) { file.objects[0].content = squashfs_bytes(4096, 95); });
  refuses("cut off", [](SifFile& file) { file.objects[0].content = "hsqs"; });
  refuses("compressed in an unknown way",
          [](SifFile& file) { file.objects[0].content = squashfs_bytes(4096, 4096, 7); });
  refuses("compressed in an unknown way",
          [](SifFile& file) { file.objects[0].content = squashfs_bytes(4096, 4096, 0); });
}

TEST(Sif, AnotherArchitectureIsASentence) {
  // One that is not this machine's, on any machine.
  const bool here = sif::host_architecture() == "s390x";
  refuses(here ? "is built for riscv64" : "is built for s390x",
          [&](SifFile& file) { file.objects[0].architecture = here ? "12" : "11"; });
  refuses("is built for architecture 99", [](SifFile& file) { file.objects[0].architecture = "99"; });
  accepts([](SifFile& file) { file.objects[0].architecture = sif::code_of_architecture(sif::host_architecture()); });
}

// Each byte of header and table turned over, one at a time: an answer or an Error, and no object outside the file.
TEST(Sif, SurvivesDamage) {
  const std::string good = SifFile().bytes();
  for (size_t at = 0; at < 4096 + 585; at = at == 127 ? 4096 : at + 1) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(~bytes[at]);
    const Fd file = file_of(bytes);
    try {
      const RootPartition root = root_partition(file.get(), "image.sif");
      CHECK(root.offset <= bytes.size() && root.size <= bytes.size() - root.offset);
    } catch (const Error&) {
    }
  }
}

// Names reach terminals and logs: hostile bytes in them must not.
TEST(Sif, TakesNamesUpToTheirEnd) {
  SifFile file;
  file.objects[0].name = std::string(128, 'n');
  LONGS_EQUAL(128, read(file).objects[0].name.size());
}

// The shared test data: files of other tools, with the architecture and the number of objects that those report.
TEST(Sif, ReadsTheFilesOfOthers) {
  const char* const variable = getenv("SLIPWAY_TEST_DATA");
  const std::string data = variable ? variable : std::string(TOP_SOURCE_DIRECTORY) + "/../shared/data";
  if (!std::filesystem::exists(data + "/sif")) {
    printf("skipped: no shared test data in %s\n", data.c_str());
    return;
  }
  const std::map<std::string, size_t> objects = {
      {"busybox_amd64", 5},        {"deleted-object", 1},         {"empty-launch-script", 0},
      {"empty-short", 0},          {"empty", 0},                  {"one-group-signed-dsse", 3},
      {"one-group-signed-legacy", 3}, {"one-group-signed-pgp", 3}, {"one-group", 2},
      {"one-object-crypt-message", 1}, {"one-object-generic-json", 1}, {"one-object-oci-blob", 1},
      {"one-object-oci-root-index", 1}, {"one-object-sbom", 1},   {"two-groups-signed-pgp", 5},
      {"two-groups", 3},           {"unaligned-partition", 2}};
  for (const auto& [name, count] : objects) {
    const Fd file(open((data + "/sif/" + name + ".sif").c_str(), O_RDONLY | O_CLOEXEC));
    const sif::Image image = sif::read(file.get(), name);
    LONGS_EQUAL_TEXT(count, image.objects.size(), name.c_str());
  }
}

TEST(Sif, NamesTheArchitecturesThatItKnows) {
  STRCMP_CONTAINS("386, amd64, arm, arm64, ", sif::architectures().c_str());
  CHECK(sif::architectures().find("unknown") == std::string::npos);
}

TEST_GROUP(SifData) {
  TemporaryDirectory directory;

  // What there is of a file with these objects: the number of the one that is taken, or the complaint.
  std::string data_of(std::vector<SifObject> objects) const {
    for (size_t i = 0; i < objects.size(); ++i) objects[i].id = i + 1;
    SifFile file;
    file.objects = std::move(objects);
    const Fd fd(open(directory.write("data.sif", file.bytes()).c_str(), O_RDONLY | O_CLOEXEC));
    try {
      const sif::Image image = sif::read(fd.get(), "data.sif");
      return std::to_string(sif::data_partition(image, fd.get(), "data.sif").id);
    } catch (const Error& error) {
      return error.what();
    }
  }
  static constexpr int32_t kSystem = 1, kPrimarySystem = 2, kData = 3, kOverlay = 4;
};

TEST(SifData, IsTheDataPartition) {
  STRCMP_EQUAL("2", data_of({{.part = kOverlay}, {.part = kData}}).c_str());
}

TEST(SifData, BeatsTheRoot) { STRCMP_EQUAL("2", data_of({{.part = kPrimarySystem}, {.part = kData}}).c_str()); }

TEST(SifData, IsTheRootWhereThereIsNothingElse) {
  STRCMP_EQUAL("2", data_of({{.type = 0x4001}, {.part = kPrimarySystem}}).c_str());
}

TEST(SifData, IsForAnyMachine) {
  for (const char* architecture : {"00", "04", "11", "77"}) {
    STRCMP_EQUAL("1", data_of({{.part = kData, .architecture = architecture}}).c_str());
    STRCMP_EQUAL("1", data_of({{.part = kPrimarySystem, .architecture = architecture}}).c_str());
  }
}

TEST(SifData, IsOnePartition) {
  STRCMP_EQUAL("data.sif: holds several data partitions; put each into an image of its own",
               data_of({{.part = kData}, {.part = kData}}).c_str());
  STRCMP_CONTAINS("it has two root file systems",
                  data_of({{.part = kPrimarySystem}, {.part = kPrimarySystem}}).c_str());
}

TEST(SifData, OfTwoRootsDoesNotMatterBesideData) {
  STRCMP_EQUAL("3", data_of({{.part = kPrimarySystem}, {.part = kPrimarySystem}, {.part = kData}}).c_str());
}

TEST(SifData, IsAFileSystemForUse) {
  for (const auto& objects : {std::vector<SifObject>{{.type = 0x4001}},
                              std::vector<SifObject>{{.part = kSystem}, {.part = kOverlay}}}) {
    STRCMP_EQUAL("data.sif: holds no file system; name an image that has a data partition", data_of(objects).c_str());
  }
}

TEST(SifData, IsASquashfs) {
  STRCMP_CONTAINS("ext3", data_of({{.file_system = 2, .part = kData}}).c_str());
  STRCMP_CONTAINS("encrypted", data_of({{.file_system = 5, .part = kData}}).c_str());
  STRCMP_CONTAINS("is not the squashfs it claims to be",
                  data_of({{.content = std::string(4096, 'x'), .part = kData}}).c_str());
}
