#include "topology/locality_entries.h"

#include <memory>
#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace slipway::topology;

TEST_GROUP(LocalityEntries) {
  static std::unique_ptr<Locality> take(const std::vector<std::string>& entries) {
    auto locality = std::make_unique<Locality>();
    for (const std::string& entry : entries) CHECK_TRUE_TEXT(take_entry(entry.c_str(), locality.get()), entry.c_str());
    return locality;
  }
  static bool takes_behind(const std::vector<std::string>& entries, const char* entry) {
    return take_entry(entry, take(entries).get());
  }
  static std::string text(const Locality& locality) {
    std::string text;
    for_each_entry(locality, [&](const char* key, const char* value) {
      text += std::string(key) + "=" + value + "\n";
    });
    return text;
  }
};

TEST(LocalityEntries, WhatIsWrittenIsTaken) {
  const std::vector<std::string> entries = {"region=0 0-7", "region=0 0-3", "region=1 2-3", "region=0 4-7",
                                            "gpu=2 0000:34:00.0 10de", "gpu=3 10000:b7:00.0 1002",
                                            "nic=3 0000:b8:00.0 mlx5_0 up 4,0", "nic=0 - hsn0 down 3,3"};
  const auto locality = take(entries);
  LONGS_EQUAL(2, locality->region[2].depth);
  LONGS_EQUAL(0x1002, locality->gpu[1].vendor);
  CHECK_FALSE(locality->nic[0].is_down);
  CHECK_TRUE(locality->nic[1].is_down);
  std::string expected;
  for (const std::string& entry : entries) expected += entry + "\n";
  STRCMP_EQUAL(expected.c_str(), text(*locality).c_str());
}

TEST(LocalityEntries, WithoutGpusANicHasNoDistances) {
  STRCMP_EQUAL("region=0 0\nnic=0 - eth0 up \n", text(*take({"region=0 0", "nic=0 - eth0 up "})).c_str());
}

TEST(LocalityEntries, OtherEntriesAreNotTaken) {
  const std::vector<std::string> before = {"region=0 0-7", "gpu=0 0000:34:00.0 10de"};
  for (const char* entry : {"region=-1 0-7", "region=1 0", "region=0", "region=0 x", "gpu=1 0000:35:00.0 10de",
                            "gpu=0 0000:35:00.0", "gpu=-1 0000:35:00.0 10de", "nic=0 - mlx5_0 up", "nic=0 - mlx5_0 up ",
                            "nic=0 - mlx5_0 up 1,2", "nic=7 - mlx5_0 up 1", "cwd=/", ""}) {
    CHECK_FALSE_TEXT(takes_behind(before, entry), entry);
  }
}

TEST(LocalityEntries, NoMoreAreTakenThanThereIsRoomFor) {
  std::vector<std::string> gpus = {"region=0 0"}, regions = {"region=0 0"};
  while (gpus.size() <= kMostGpus) gpus.push_back("gpu=0 0000:34:00.0 10de");
  while (regions.size() < kMostRegions) regions.push_back("region=0 0");
  CHECK_FALSE(takes_behind(gpus, "gpu=0 0000:34:00.0 10de"));
  CHECK_FALSE(takes_behind(regions, "region=0 0"));
}
