// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/tables/nic_table.h"

#include "lib/base/error.h"
#include "lib/base/text_file.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

TEST_GROUP(NicTable){// The variables of a table, each behind a blank.
                     static std::string variables(const std::string& text){std::string all;
for (const std::string& variable : nic_variables_of(text, "/table")) all += " " + variable;
return all;
}
}
;

TEST(NicTable, NamesVariablesInItsOrder) {
  STRCMP_EQUAL(" UCX_NET_DEVICES=%:1 NCCL_IB_HCA==%", variables("name UCX_NET_DEVICES=%:1  # UCX\n"
                                                                "\n"
                                                                "\tname NCCL_IB_HCA==%\n")
                                                          .c_str());
  STRCMP_EQUAL("", variables("# nothing\n").c_str());
}

TEST(NicTable, OfSeveralForOneVariableTheLastCounts) {
  STRCMP_EQUAL(" B=% A=%:2", variables("name A=%:1\nname B=%\nname A=%:2\n").c_str());
  STRCMP_EQUAL(" AB=%", variables("name A=%\nname AB=%\nleave A\n").c_str());
  STRCMP_EQUAL(" A=%", variables("leave A\nname A=%\n").c_str());
}

TEST(NicTable, OtherLinesAreErrorsWithTheirNumber) {
  for (const char* line : {"name", "name A", "name A=", "name A=x", "name A=%,%", "name =%", "name 1A=%", "name A-B=%",
                           "name A=% B=%", "leave", "leave A=%", "leave A=", "leave 1A", "show A=%"}) {
    try {
      nic_variables_of(std::string("name A=%\n") + line + "\n", "/table");
      FAIL(line);
    } catch (const Error& error) {
      STRCMP_EQUAL("/table line 2: is none of \"name NAME\" and \"leave NAME\"; ask the admin to correct it",
                   error.what());
    }
  }
}

TEST(NicTable, WhatIsInstalledIsUnderstood) {
  STRCMP_EQUAL(" UCX_NET_DEVICES=%:1 NCCL_IB_HCA=%",
               variables(text_of_file(TOP_SOURCE_DIRECTORY "/conf/nics.conf")).c_str());
}
