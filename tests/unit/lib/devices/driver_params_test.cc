// SPDX-License-Identifier: BSD-3-Clause
#include "lib/devices/driver_params.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

TEST_GROUP(DriverParams){};

TEST(DriverParams, OnlyTheLineAboutDeviceFilesChanges) {
  STRCMP_EQUAL("ResmanDebugLevel: 4294967295\nModifyDeviceFiles: 0\nDeviceFileUID: 0\n",
               params_without_device_files(
                   "ResmanDebugLevel: 4294967295\nModifyDeviceFiles: 1\nDeviceFileUID: 0\n").c_str());
  STRCMP_EQUAL("ModifyDeviceFiles: 0\n", params_without_device_files("ModifyDeviceFiles: 1\n").c_str());
}

TEST(DriverParams, WhatMakesNoDeviceFilesStays) {
  for (const char* text : {"", "ModifyDeviceFiles: 0\n", "X: 1\nNeverModifyDeviceFiles: 1\n"}) {
    STRCMP_EQUAL("", params_without_device_files(text).c_str());
  }
}
