// SPDX-License-Identifier: BSD-3-Clause
#include "lib/kernel/mount_table.h"

#include <CppUTest/TestHarness.h>

#include "lib/base/text_file.h"

using namespace slipway;

TEST_GROUP(MountTable){};

TEST(MountTable, ALineIsAMount) {
  const auto table = mount_table_of(
      "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n"
      "37 36 0:5 / /with\\040blank\\134end ro - tmpfs none rw\n");
  LONGS_EQUAL(2, table.size());
  LONGS_EQUAL(36, table[0].id);
  STRCMP_EQUAL("98:0", table[0].device.c_str());
  STRCMP_EQUAL("/mnt1", table[0].root.c_str());
  STRCMP_EQUAL("/mnt2", table[0].directory.c_str());
  STRCMP_EQUAL("rw,noatime", table[0].options.c_str());
  STRCMP_EQUAL("ext3", table[0].type.c_str());
  STRCMP_EQUAL("rw,errors=continue", table[0].super_options.c_str());
  STRCMP_EQUAL("/with blank\\end", table[1].directory.c_str());
}

TEST(MountTable, OtherLinesAreNone) {
  LONGS_EQUAL(0, mount_table_of("").size());
  LONGS_EQUAL(0, mount_table_of("\n\n - \nx 1 0:1 / / rw - a b c\n1 1 0:1 / / rw - a b\n1 1 0:1 / / - a b c\n").size());
}

TEST(MountTable, ThatOfThisProcessHasARoot) {
  bool found = false;
  for (const MountEntry& entry : mount_table_of(text_of_file("/proc/self/mountinfo"))) found |= entry.directory == "/";
  CHECK(found);
}
