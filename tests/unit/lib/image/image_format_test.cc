// SPDX-License-Identifier: BSD-3-Clause
#include "lib/image/image_format.h"

#include <fcntl.h>

#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "tests/unit/sif_file.h"
#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

TEST_GROUP(ImageFormat) {
  TemporaryDirectory directory;

  RootPartition partition_of(const std::string& bytes) const {
    const Fd file(open(directory.write("image", bytes).c_str(), O_RDONLY | O_CLOEXEC));
    return root_partition(file.get(), "image");
  }
  std::optional<RootPartition> data_of(const std::string& bytes) const {
    const Fd file(open(directory.write("data", bytes).c_str(), O_RDONLY | O_CLOEXEC));
    return data_partition(file.get(), "data");
  }
  void is_called(const char* what, const std::string& bytes) const {
    try {
      partition_of(bytes);
      FAIL("taken for an image");
    } catch (const Error& error) {
      STRCMP_EQUAL(("image: is not an image but " + std::string(what) +
                    "; name a SIF image, a squashfs or EROFS file, or a directory")
                       .c_str(),
                   error.what());
    }
  }
};

TEST(ImageFormat, KnowsItsKinds) {
  const RootPartition in_sif = partition_of(SifFile().bytes());
  CHECK(in_sif.kind == RootKind::kSquashfs);
  LONGS_EQUAL(32768, in_sif.offset);
  LONGS_EQUAL(4096, in_sif.size);
  const RootPartition bare = partition_of(squashfs_bytes(5000, 4096));
  CHECK(bare.kind == RootKind::kSquashfs);
  LONGS_EQUAL(0, bare.offset);
  LONGS_EQUAL(5000, bare.size);
  const RootPartition erofs = partition_of(std::string(1024, '\0') + "\xe2\xe1\xf5\xe0" + std::string(64, 'x'));
  CHECK(erofs.kind == RootKind::kErofs);
  LONGS_EQUAL(0, erofs.offset);
  LONGS_EQUAL(1092, erofs.size);
  const Fd opened(open(directory.path().c_str(), O_RDONLY | O_CLOEXEC));
  CHECK(root_partition(opened.get(), "image").kind == RootKind::kDirectory);
}

TEST(ImageFormat, SaysWhatSomethingElseIs) {
  const auto at = [](size_t offset, const std::string& bytes) {
    return std::string(offset, '\0') + bytes + std::string(64, 'x');
  };
  is_called("an empty file", "");
  is_called("something else", "x");
  is_called("a script", at(0, "#!/bin/sh"));
  is_called("a program", at(0,
                            "\x7f"
                            "ELF"));
  is_called("a gzip archive", at(0, "\x1f\x8b"));
  is_called("a zstd archive", at(0, "\x28\xb5\x2f\xfd"));
  is_called("an xz archive", at(0, std::string("\xfd"
                                               "7zXZ\0",
                                               6)));
  is_called("a zip archive", at(0, "PK\x03\x04"));
  is_called("a tar archive", at(257, "ustar"));
  is_called("a bzip2 archive", at(0, "BZh9"));
  is_called("an ext3 or ext4 file system, which a kernel must never mount from a user's file", at(1080, "\x53\xef"));
}

TEST(ImageFormat, SaysWhatAnImageWouldBeBuiltFrom) {
  is_called("a definition file of Apptainer's", "Bootstrap: docker\nFrom: debian:12\n");
  is_called("a definition file of Apptainer's", "# ours\n\n  from: debian:12\nbootstrap: docker\n");
  is_called("a Dockerfile", "# syntax=docker/dockerfile:1\r\n\r\nFROM debian:12\r\n");
  is_called("a Dockerfile", "ARG VERSION=12\nfrom debian:$VERSION\n");
  is_called("something else", "# only a comment");
  is_called("something else", "frommage\nFROM debian\n");
  is_called("something else", "FROM ");
}

TEST(ImageFormat, ASquashfsThatIsCutOffIsDamaged) {
  CHECK_THROWS(Error, partition_of(squashfs_bytes(4096, 4097)));
  CHECK_THROWS(Error, partition_of("hsqs"));
}

TEST(ImageFormat, ABareFileSystemIsItsOwnData) {
  const auto squashfs = data_of(squashfs_bytes(5000, 4096));
  CHECK(squashfs && squashfs->kind == RootKind::kSquashfs);
  LONGS_EQUAL(0, squashfs->offset);
  LONGS_EQUAL(5000, squashfs->size);
  const auto erofs = data_of(std::string(1024, '\0') + "\xe2\xe1\xf5\xe0" + std::string(64, 'x'));
  CHECK(erofs && erofs->kind == RootKind::kErofs);
  LONGS_EQUAL(1092, erofs->size);
}

TEST(ImageFormat, DataOfASifIsAtItsPlace) {
  const auto data = data_of(SifFile().bytes());
  CHECK(data && data->kind == RootKind::kSquashfs);
  LONGS_EQUAL(32768, data->offset);
  LONGS_EQUAL(4096, data->size);
}

TEST(ImageFormat, AnErofsThatIsCutOffIsNone) {
  // Of three blocks of 4 KiB.
  std::string bytes = std::string(1024, '\0') + "\xe2\xe1\xf5\xe0" + std::string(8, '\0') + "\x0c" +
                      std::string(23, '\0') + std::string("\x03\0\0\0", 4);
  bytes.resize(3 * 4096);
  CHECK(partition_of(bytes).kind == RootKind::kErofs);
  bytes.resize(3 * 4096 - 1);
  CHECK_THROWS(Error, partition_of(bytes));
  CHECK_THROWS(Error, data_of(bytes));
  bytes.resize(1030);
  CHECK_THROWS(Error, partition_of(bytes));
}

TEST(ImageFormat, AFileThatIsNoImageHasNoData) {
  for (const char* bytes : {"", "x", "#!/bin/sh\n",
                            "\x7f"
                            "ELF",
                            "hsq"}) {
    CHECK_FALSE_TEXT(data_of(bytes).has_value(), bytes);
  }
}

TEST(ImageFormat, ADamagedImageIsNoPlainFile) {
  CHECK_THROWS(Error, data_of(squashfs_bytes(4096, 4097)));
  SifFile file;
  file.cut_at = 40000;
  file.objects[0].content = squashfs_bytes(20000, 20000);
  CHECK_THROWS(Error, data_of(file.bytes()));
}

// As where a file server fails: what may be an image must not be shown as a file. Nothing is mapped where it is read.
TEST(ImageFormat, WhatCannotBeReadIsNotSaidToBeAnything) {
  const Fd unreadable(open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
  for (const auto read :
       {+[](int file) { root_partition(file, "image"); }, +[](int file) { data_partition(file, "image"); }}) {
    try {
      read(unreadable.get());
      FAIL("read");
    } catch (const Error& error) {
      STRCMP_EQUAL("image: pread: Input/output error; look at the file system that it is on", error.what());
    }
  }
}
