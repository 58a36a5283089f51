// SPDX-License-Identifier: BSD-3-Clause
#include "lib/hostlibs/mpi_library.h"

#include <CppUTest/TestHarness.h>

#include "tests/unit/elf_file.h"
#include "tests/unit/image_tree.h"

using namespace slipway;
using namespace std::string_literals;

TEST_GROUP(MpiLibrary) {
  ImageTree tree;
  FilesBelow files = tree.files();
  LibrarySearch search{files};

  void library(const std::string& name, const ElfText& text = {}) {
    tree.write("/usr/lib/" + name, elf_file(text));
  }

  std::optional<MpiLibrary> mpi_of(const std::vector<std::string>& needed) {
    tree.write("/bin/program", elf_file({.needed = needed}));
    return mpi_of_program(files, search, "/bin/program");
  }

  void open_mpi_4() {
    library("libmpi.so.40.30.4", {.needed = {"libopen-rte.so.40", "libopen-pal.so.40"},
                                  .soname = "libmpi.so.40",
                                  .constants = "x\0"
                                               "4.1.4\0"s});
    tree.link("/usr/lib/libmpi.so.40", "libmpi.so.40.30.4");
    library("libopen-rte.so.40");
    library("libopen-pal.so.40.30.2", {.needed = {}, .constants = "mca_pmix_base_static_components\0"s});
    tree.link("/usr/lib/libopen-pal.so.40", "libopen-pal.so.40.30.2");
  }

  void mpich(const std::string& constants, const std::vector<std::string>& needed = {}) {
    library("libmpi.so.12.2.2",
            {.needed = needed, .soname = "libmpi.so.12", .constants = "MPICH Version:\t%s\n\0"s + constants});
    tree.link("/usr/lib/libmpi.so.12", "libmpi.so.12.2.2");
  }
};

TEST(MpiLibrary, AProgramWithoutMpiHasNone) {
  library("libz.so.1");
  library("libmpifort-like.so.1");
  CHECK(!mpi_of({"libc.so.6", "libz.so.1", "libmpifort-like.so.1"}));
  CHECK(!mpi_of_program(files, search, "/bin/none"));
}

TEST(MpiLibrary, TellsTheAbiFromNames) {
  open_mpi_4();
  const auto mpi = mpi_of({"libmpi.so.40", "libc.so.6"});
  CHECK(mpi.has_value());
  STRCMP_EQUAL("Open MPI", mpi->family.c_str());
  STRCMP_EQUAL("/usr/lib/libmpi.so.40.30.4", mpi->path.c_str());
  STRCMP_EQUAL("libmpi.so.40", mpi->soname.c_str());
  CHECK_EQUAL(40, mpi->major);
  CHECK_EQUAL(30, mpi->minor);
  STRCMP_EQUAL("4.1.4", version_of_mpi(files, *mpi).c_str());
}

TEST(MpiLibrary, FindsItThroughTheProgramsLibraries) {
  open_mpi_4();
  library("libmpi_mpifh.so.40", {.needed = {"libmpi.so.40"}});
  library("libsolver.so", {.needed = {"libmpi_mpifh.so.40"}});
  STRCMP_EQUAL("/usr/lib/libmpi.so.40.30.4", mpi_of({"libsolver.so"})->path.c_str());
}

TEST(MpiLibrary, OpenMpiWithoutComponentsAsksNobody) {
  open_mpi_4();
  const auto mpi = mpi_of({"libmpi.so.40"});
  CHECK(mpi->knows_clients);
  CHECK(!mpi->pmix && !mpi->pmi2 && !mpi->pmi1);
}

TEST(MpiLibrary, OpenMpi4AsksThroughAComponent) {
  open_mpi_4();
  library("openmpi/lib/openmpi3/mca_pmix_ext3x.so", {.needed = {"libpmix.so.2"}});
  library("pmix2/lib/libpmix.so.2", {.needed = {}, .constants = "Y@OpenPMIx 4.2.2rc2 (PMIx Standard: 4.2)\0"s});
  tree.link("/usr/lib/libpmix.so.2", "pmix2/lib/libpmix.so.2");
  const auto mpi = mpi_of({"libmpi.so.40"});
  CHECK(mpi->pmix);
  CHECK(!mpi->pmi2 && !mpi->pmi1);
  STRCMP_EQUAL("/usr/lib/pmix2/lib/libpmix.so.2", mpi->pmix_library.c_str());
  STRCMP_EQUAL("4.2.2rc2", version_of_pmix(files, *mpi).c_str());
}

TEST(MpiLibrary, AComponentWithoutItsLibraryIsNotLoaded) {
  open_mpi_4();
  library("openmpi/mca_pmix_ext3x.so", {.needed = {"libpmix.so.2"}});
  library("openmpi/mca_pmix_s2.so", {.needed = {"libpmi2.so.0"}});
  const auto mpi = mpi_of({"libmpi.so.40"});
  CHECK(!mpi->pmix);
  CHECK(!mpi->pmi2);
}

TEST(MpiLibrary, OpenMpisOwnPmixAndSlurmsLibraries) {
  open_mpi_4();
  library("openmpi/mca_pmix_pmix3x.so", {.needed = {},
                                         .constants = "x\0"
                                                      "3.2.3\0"s});
  library("openmpi/mca_pmix_s1.so", {.needed = {"libpmi.so.0"}});
  library("openmpi/mca_pmix_s2.so", {.needed = {"libpmi2.so.0"}});
  library("libpmi.so.0");
  library("libpmi2.so.0");
  const auto mpi = mpi_of({"libmpi.so.40"});
  CHECK(mpi->pmix && mpi->pmi2 && mpi->pmi1);
  STRCMP_EQUAL("", mpi->pmix_library.c_str());
  STRCMP_EQUAL("3.2.3", version_of_pmix(files, *mpi).c_str());
}

TEST(MpiLibrary, APmixOfVersion1IsToldByItsComponentUnlessThereIsANewer) {
  open_mpi_4();
  library("openmpi/mca_pmix_ext1x.so", {.needed = {"libpmix.so.2"}});
  library("libpmix.so.2");
  CHECK(mpi_of({"libmpi.so.40"})->pmix_1);
  for (const char* newer : {"openmpi/mca_pmix_ext2x.so", "openmpi/mca_pmix_pmix112.so"}) {
    library(newer);
    CHECK(!mpi_of({"libmpi.so.40"})->pmix_1);
  }
}

TEST(MpiLibrary, MungeIsFoundWhereItsPmixWouldFindIt) {
  open_mpi_4();
  library("openmpi/mca_pmix_ext3x.so", {.needed = {"libpmix.so.2"}});
  library("libpmix.so.2", {.needed = {}, .runpath = "/opt/munge"});
  CHECK(!mpi_of({"libmpi.so.40"})->munge);
  tree.write("/opt/munge/libmunge.so.2", elf_file({}));
  CHECK(mpi_of({"libmpi.so.40"})->munge);
}

TEST(MpiLibrary, ComponentsThatAreBuiltIn) {
  open_mpi_4();
  library("libopen-pal.so.40.30.2", {.needed = {}, .constants = "mca_pmix_ext3x_component\0mca_pmix_s2_component\0"s});
  const auto mpi = mpi_of({"libmpi.so.40"});
  CHECK(mpi->pmix && mpi->pmi2 && !mpi->pmi1);
}

TEST(MpiLibrary, OpenMpi5IsLinkedWithPmix) {
  library("libmpi.so.40", {.needed = {"libopen-pal.so.80", "libpmix.so.2"}, .soname = "libmpi.so.40"});
  library("libopen-pal.so.80", {.needed = {"libpmix.so.2"}});
  library("libpmix.so.2");
  const auto mpi = mpi_of({"libmpi.so.40"});
  CHECK(mpi->pmix && !mpi->pmi2 && !mpi->pmi1);
  CHECK_EQUAL(-1, mpi->minor);
}

TEST(MpiLibrary, MpichSpeaksPmi1Itself) {
  mpich(
      "cmd=init pmi_version=%d\0cmd=barrier_in\n\0MPIR_Ibarrier_intra\0"s
      "14:2:2\0Thu Apr  7 12:34:45 CDT 2022\0\0\0"
      "4.0.2\0"
      "0.13.99\0"s);
  const auto mpi = mpi_of({"libmpi.so.12"});
  STRCMP_EQUAL("MPICH", mpi->family.c_str());
  CHECK_EQUAL(12, mpi->major);
  CHECK_EQUAL(2, mpi->minor);
  CHECK(mpi->pmi1 && !mpi->pmi2 && !mpi->pmix && mpi->talks_pmi_itself);
  STRCMP_EQUAL("4.0.2", version_of_mpi(files, *mpi).c_str());
}

TEST(MpiLibrary, MpichSpeaksBothItself) {
  mpich("init\0fullinit\0barrier_in\0"s);
  const auto mpi = mpi_of({"libmpi.so.12"});
  CHECK(mpi->pmi1 && mpi->pmi2 && mpi->talks_pmi_itself);
}

TEST(MpiLibrary, TheNameOfACollectiveIsNoMessage) {
  mpich("MPIR_Ibarrier_intra\0ibarrier_inter\0"s);
  CHECK(!mpi_of({"libmpi.so.12"})->pmi1);
}

TEST(MpiLibrary, MpichWithAProcessManagersLibrary) {
  mpich("", {"libpmi2.so.0"});
  library("libpmi2.so.0");
  const auto mpi = mpi_of({"libmpi.so.12"});
  CHECK(mpi->pmi2 && !mpi->pmi1 && !mpi->pmix && !mpi->talks_pmi_itself);
}

TEST(MpiLibrary, ALibpmi2CanBePmix) {
  mpich("", {"libpmi2.so.1"});
  library("libpmi2.so.1", {.needed = {"libpmix.so.2"}});
  library("libpmix.so.2");
  const auto mpi = mpi_of({"libmpi.so.12"});
  CHECK(mpi->pmix && !mpi->pmi2);
  STRCMP_EQUAL("/usr/lib/libpmix.so.2", mpi->pmix_library.c_str());
}

TEST(MpiLibrary, LibrariesThatNeedEachOtherEnd) {
  mpich("", {"libpmi2.so.1"});
  library("libpmi2.so.1", {.needed = {"libpmix.so.2", "libpmi.so.1"}});
  library("libpmi.so.1", {.needed = {"libpmix.so.2", "libpmi2.so.1"}});
  library("libpmix.so.2");
  CHECK(mpi_of({"libmpi.so.12"})->pmix);
}

TEST(MpiLibrary, IntelAndCrayChooseWhenTheyRun) {
  mpich("Intel(R) MPI Library 2021.9 for Linux* OS\n\0fullinit\0"s);
  const auto intel = mpi_of({"libmpi.so.12"});
  STRCMP_EQUAL("Intel MPI", intel->family.c_str());
  CHECK(!intel->knows_clients);
  STRCMP_EQUAL("2021.9", version_of_mpi(files, *intel).c_str());
  library("libmpi_gnu_91.so.12", {.needed = {}, .constants = "MPI VERSION    : CRAY MPICH version 8.1.25.17 (ANL\0"s});
  const auto cray = mpi_of({"libmpi_gnu_91.so.12"});
  STRCMP_EQUAL("Cray MPICH", cray->family.c_str());
  STRCMP_EQUAL("8.1.25.17", version_of_mpi(files, *cray).c_str());
}

TEST(MpiLibrary, ALibraryOfThatNameCanBeSomethingElse) {
  library("libmpi.so.1", {.needed = {}, .constants = "integers\0"s});
  CHECK(!mpi_of({"libmpi.so.1"}));
}

TEST(MpiLibrary, AnImageCanHaveSeveral) {
  open_mpi_4();
  mpich("");
  tree.link("/usr/lib/libmpich.so.12", "libmpi.so.12.2.2");
  tree.write("/opt/solver/mpi/lib/libmpi.so.20", elf_file({.needed = {"libopen-pal.so.20"}}));
  library("libmpi_cxx.so.40", {.needed = {"libmpi.so.40"}});
  const std::vector<MpiLibrary> all = mpi_libraries_in(files, search);
  CHECK_EQUAL(3, all.size());
  STRCMP_EQUAL("/opt/solver/mpi/lib/libmpi.so.20", all[0].path.c_str());
  STRCMP_EQUAL("/usr/lib/libmpi.so.12.2.2", all[1].path.c_str());
  STRCMP_EQUAL("/usr/lib/libmpi.so.40.30.4", all[2].path.c_str());
}

TEST(MpiLibrary, AnImageWithoutAny) {
  CHECK(mpi_libraries_in(files, search).empty());
}
