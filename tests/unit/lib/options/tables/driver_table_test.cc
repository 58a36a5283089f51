// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/tables/driver_table.h"

#include <CppUTest/TestHarness.h>

#include "lib/base/error.h"
#include "lib/base/text_file.h"

using namespace slipway;

TEST_GROUP(DriverTable){};

TEST(DriverTable, LinesAreRulesInTheirOrder) {
  const auto rules = driver_rules_of(
      "library nvidia/compute,video:libcuda.so* # why\n\nprogram amd:/opt/rocm/bin/rocminfo\nfile intel:/etc/x\n",
      "/t");
  LONGS_EQUAL(3, rules.size());
  CHECK(rules[0].verb == DriverRule::kLibrary && rules[0].vendor == GpuVendor::kNvidia);
  UNSIGNED_LONGS_EQUAL(kComputeCapability | kVideoCapability, rules[0].capabilities);
  STRCMP_EQUAL("libcuda.so*", rules[0].pattern.c_str());
  CHECK(rules[1].verb == DriverRule::kProgram && rules[1].vendor == GpuVendor::kAmd);
  UNSIGNED_LONGS_EQUAL(kAllCapabilities, rules[1].capabilities);
  STRCMP_EQUAL("/opt/rocm/bin/rocminfo", rules[1].pattern.c_str());
  CHECK(rules[2].verb == DriverRule::kFile && rules[2].vendor == GpuVendor::kIntel);
}

TEST(DriverTable, OtherLinesAreErrorsWithTheirNumber) {
  for (const char* line : {"library", "library libcuda.so.1", "library nvidia:", "library ati:a", "library nvidia/:a",
                           "library nvidia/computing:a", "library amd/compute:a", "library nvidia:/usr/lib/a",
                           "file nvidia:socket", "program nvidia:bin/a", "socket nvidia:/a", "library nvidia :a"}) {
    try {
      driver_rules_of(std::string("library nvidia:a\n") + line + "\n", "/table");
      FAIL(line);
    } catch (const Error& error) {
      STRCMP_CONTAINS("/table line 2: is none of \"library NAME\", \"program NAME\" and \"file NAME\"", error.what());
    }
  }
}

TEST(DriverTable, CapabilitiesAreNvidiasWords) {
  UNSIGNED_LONGS_EQUAL(kComputeCapability | kUtilityCapability, capabilities_of("compute,utility"));
  UNSIGNED_LONGS_EQUAL(kGraphicsCapability, capabilities_of("graphics,unheard-of,"));
  UNSIGNED_LONGS_EQUAL(kAllCapabilities, capabilities_of("all"));
  UNSIGNED_LONGS_EQUAL(0, capabilities_of(""));
}

TEST(DriverTable, WhatIsInstalledIsUnderstood) {
  CHECK(driver_rules_of(text_of_file(TOP_SOURCE_DIRECTORY "/conf/drivers.conf"), "conf").size() > 40);
}
