// SPDX-License-Identifier: BSD-3-Clause
#include "cli/build_source.h"

#include "lib/base/error.h"
#include "tests/unit/sif_file.h"
#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

TEST_GROUP(BuildSource) {
  TemporaryDirectory directory;

  // The error without the path, or "taken".
  static std::string taken(const std::string& path) {
    try {
      open_build_source(path);
    } catch (const Error& error) {
      const std::string text = error.what();
      return text.starts_with(path + ": ") ? text.substr(path.size() + 2) : text;
    }
    return "taken";
  }
  std::string taken_as(const std::string& name, const std::string& bytes) const {
    return taken(directory.write(name, bytes));
  }

  // A member of a tar archive.
  static std::string member(const std::string& name, const std::string& content) {
    std::string bytes(512, '\0');
    put(bytes, 0, name);
    char size[12];
    snprintf(size, sizeof size, "%011zo", content.size());
    put(bytes, 124, size);
    put(bytes, 257, "ustar");
    bytes += content;
    bytes.resize((bytes.size() + 511) / 512 * 512);
    return bytes;
  }
};

TEST(BuildSource, IsADirectoryOrASquashfs) {
  STRCMP_EQUAL("taken", taken(directory.path()).c_str());
  STRCMP_EQUAL("taken", taken_as("a.sqsh", squashfs_bytes()).c_str());
}

TEST(BuildSource, AnImageNeedsNoBuilding) {
  STRCMP_EQUAL("is a SIF image already; run it as it is", taken_as("a.sif", SifFile().bytes()).c_str());
  const std::string erofs = std::string(1024, '\0') + "\xe2\xe1\xf5\xe0" + std::string(64, '\0');
  STRCMP_EQUAL("is an EROFS image already; run it as it is", taken_as("a.erofs", erofs).c_str());
}

TEST(BuildSource, AnArchiveIsToBeUnpacked) {
  const std::string archive = member("bin/", "") + member("bin/sh", "#!") + std::string(1024, '\0');
  const auto remedy = [&](const std::string& name) {
    return "; unpack it first: mkdir tree && tar -xf " + directory.path() + "/" + name + " -C tree";
  };
  STRCMP_EQUAL(("is a tar archive" + remedy("a.tar")).c_str(), taken_as("a.tar", archive).c_str());
  STRCMP_EQUAL(("is a tar archive" + remedy("a.tgz")).c_str(), taken_as("a.tgz", "\x1f\x8b\x08").c_str());
  STRCMP_EQUAL(("is a bzip2 archive" + remedy("tree")).c_str(), taken_as("tree", "BZh9").c_str());
}

TEST(BuildSource, NoStrangeNameIsPastedIntoAShell) {
  STRCMP_CONTAINS("tar -xf FILE -C tree", taken_as("a;b.tar.gz", "\x1f\x8b\x08").c_str());
}

TEST(BuildSource, LayersAreNoTree) {
  const std::string docker = member("0123/layer.tar", std::string(700, 'x')) + member("manifest.json", "[]");
  STRCMP_CONTAINS("is an archive of an image's layers", taken_as("docker.tar", docker).c_str());
  STRCMP_CONTAINS("is an archive of an image's layers", taken_as("oci.tar", member("oci-layout", "{}")).c_str());
  // Sizes are the archive's own claim.
  std::string endless = member("a", "");
  put(endless, 124, "777777777777");
  STRCMP_CONTAINS("is a tar archive", taken_as("endless.tar", endless).c_str());
}

TEST(BuildSource, RecipesAreForOthers) {
  STRCMP_CONTAINS("is a definition file of Apptainer's, which slipway does not build; build it with apptainer",
                  taken_as("a.def", "BootStrap: docker\nFrom: debian\n").c_str());
  STRCMP_CONTAINS("is a Dockerfile, which slipway does not build; build it with docker or podman",
                  taken_as("Dockerfile", "FROM debian\n").c_str());
  STRCMP_CONTAINS("is an address, and slipway build fetches nothing", taken("docker://debian").c_str());
}

TEST(BuildSource, AnythingElseIsNamed) {
  STRCMP_CONTAINS("is not a squashfs but a script", taken_as("a", "#!/bin/sh\n").c_str());
  STRCMP_CONTAINS("is not a squashfs but an empty file", taken_as("a", "").c_str());
  STRCMP_CONTAINS("is neither a directory nor a file", taken("/dev/null").c_str());
  STRCMP_CONTAINS("open: No such file", taken("/no/such/tree").c_str());
}
