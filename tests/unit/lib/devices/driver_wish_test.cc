// SPDX-License-Identifier: BSD-3-Clause
#include "lib/devices/driver_wish.h"

#include "lib/options/tables/driver_table.h"
#include "tests/unit/image_tree.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

// Images in the two forms that those of NVIDIA's registry have when Apptainer and enroot have made them theirs.
TEST_GROUP(DriverWish) {
  ImageTree image;

  unsigned capabilities(const std::string& steps = "") { return driver_wish(image.files(), steps, "").capabilities; }
  bool is_wanted(const std::string& steps = "") { return driver_wish(image.files(), "", steps).is_wanted; }
  void script(const std::string& name, const std::string& line) {
    image.write("/.singularity.d/env/" + name, "#!/bin/sh\n" + line + "\n");
  }
};

TEST(DriverWish, WhereNobodySaysAnythingAllIsWanted) {
  UNSIGNED_LONGS_EQUAL(kAllCapabilities, capabilities());
  CHECK(is_wanted());
}

TEST(DriverWish, TheScriptsOfAnImageAreRead) {
  script("10-docker2singularity.sh",
         "export NVIDIA_DRIVER_CAPABILITIES=\"${NVIDIA_DRIVER_CAPABILITIES:-\"compute,utility,video\"}\"\n"
         "export NVIDIA_VISIBLE_DEVICES=\"${NVIDIA_VISIBLE_DEVICES:-\"all\"}\"");
  UNSIGNED_LONGS_EQUAL(kComputeCapability | kUtilityCapability | kVideoCapability, capabilities());
  CHECK(is_wanted());
}

TEST(DriverWish, OfScriptsTheLaterSetsAndTheEarlierStaysBeforeADefault) {
  script("10-a.sh", "export NVIDIA_DRIVER_CAPABILITIES=compute");
  script("20-b.sh", "export NVIDIA_DRIVER_CAPABILITIES=\"${NVIDIA_DRIVER_CAPABILITIES:-\"video\"}\"");
  UNSIGNED_LONGS_EQUAL(kComputeCapability, capabilities());
  script("30-c.sh", "NVIDIA_DRIVER_CAPABILITIES='utility'");
  UNSIGNED_LONGS_EQUAL(kUtilityCapability, capabilities());
}

TEST(DriverWish, TheEnvironmentOfEnrootsImagesIsReadWhereThereAreNoScripts) {
  image.write("/etc/environment", "PATH=/bin\nNVIDIA_DRIVER_CAPABILITIES=compute,utility\n");
  UNSIGNED_LONGS_EQUAL(kComputeCapability | kUtilityCapability, capabilities());
  script("90-environment.sh", "");
  UNSIGNED_LONGS_EQUAL(kAllCapabilities, capabilities());
}

TEST(DriverWish, TheStepsOwnWordsWin) {
  image.write("/etc/environment", "NVIDIA_DRIVER_CAPABILITIES=compute\nNVIDIA_VISIBLE_DEVICES=void\n");
  UNSIGNED_LONGS_EQUAL(kVideoCapability, capabilities("video"));
  CHECK(!is_wanted());
  CHECK(is_wanted("all"));
}

TEST(DriverWish, VoidAndNoneWantNoDriver) {
  CHECK(!is_wanted("void"));
  CHECK(!is_wanted("none"));
  CHECK(is_wanted("0,1"));
}
