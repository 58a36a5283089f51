// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/tables/device_table.h"

#include <CppUTest/TestHarness.h>

#include <fstream>

#include "lib/base/error.h"
#include "lib/base/text_file.h"
#include "tests/unit/temporary.h"

using namespace slipway;

TEST_GROUP(DeviceTable) {
  TemporaryDirectory directory;

  void make(const char* name) const { std::ofstream(directory.path() + "/" + name); }
  // What a table shows, whose lines name files of `directory`; without that.
  std::string shown(const std::vector<DeviceRule>& rules) const {
    std::string names;
    for (const std::string& path : devices_shown(rules)) names += path.substr(directory.path().size());
    return names;
  }
  DeviceRule show(const char* name) const { return {DeviceRule::kShow, directory.path() + name}; }
  DeviceRule hide(const char* name) const { return {DeviceRule::kHide, directory.path() + name}; }
};

TEST(DeviceTable, PatternsShowWhatIsThereEachOnceInTheRulesOrder) {
  for (const char* name : {"hfi1_0", "hfi1_1", "xpmem", "other"}) make(name);
  STRCMP_EQUAL("/xpmem/hfi1_0/hfi1_1", shown({show("/xpmem"), show("/hfi1*"), show("/hfi1_0"), show("/knem")}).c_str());
}

TEST(DeviceTable, ALaterLineHides) {
  for (const char* name : {"hfi1_0", "hfi1_1"}) make(name);
  STRCMP_EQUAL("/hfi1_1", shown({show("/hfi1*"), hide("/*_0")}).c_str());
  STRCMP_EQUAL("/hfi1_0/hfi1_1", shown({hide("/hfi1*"), show("/hfi1*")}).c_str());
}

TEST(DeviceTable, OtherLinesAreErrorsWithTheirNumber) {
  for (const char* line : {"show", "show dev/knem", "show /dev/knem rw", "grant /dev/knem"}) {
    try {
      device_rules_of(std::string("show /dev/xpmem\n") + line + "\n", "/table");
      FAIL(line);
    } catch (const Error& error) {
      STRCMP_CONTAINS("/table line 2: is none of \"show NAME\" and \"hide NAME\"", error.what());
    }
  }
}

TEST(DeviceTable, WhatIsInstalledIsUnderstood) {
  CHECK(device_rules_of(text_of_file(TOP_SOURCE_DIRECTORY "/conf/devices.conf"), "conf").size() > 5);
}
