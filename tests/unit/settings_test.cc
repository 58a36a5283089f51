#include "helper/settings.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

TEST_GROUP(Settings) {
  static Settings read(std::vector<std::string> words) { return read_settings(words); }
};

TEST(Settings, NothingIsTheDefault) {
  const Settings settings = read({});
  STRCMP_EQUAL("", settings.error.c_str());
  CHECK(settings.options == Settings::Options::kPyxis);
  CHECK_FALSE(settings.allow_root);
  CHECK(settings.trusted_paths.empty());
  LONGS_EQUAL(60, settings.stage_timeout_seconds);
  CHECK(settings.mount_kernel == MountKernel::kTrusted);
  STRCMP_EQUAL(kDefaultFuseProgram, settings.fuse_program.c_str());
}

TEST(Settings, EveryKeyIsRead) {
  const Settings settings =
      read({"options=native", "allow_root=yes", "trusted_path=/a", "trusted_path=/b", "stage_timeout=7",
            "mount_kernel=any-squashfs", "fuse_program=/opt/bin/squashfuse_ll", "environment=/etc/table"});
  STRCMP_EQUAL("", settings.error.c_str());
  CHECK(settings.options == Settings::Options::kNative);
  CHECK(settings.allow_root);
  CHECK((settings.trusted_paths == std::vector<std::string>{"/a", "/b"}));
  LONGS_EQUAL(7, settings.stage_timeout_seconds);
  CHECK(settings.mount_kernel == MountKernel::kAnySquashfs);
  STRCMP_EQUAL("/opt/bin/squashfuse_ll", settings.fuse_program.c_str());
  STRCMP_EQUAL("/etc/table", settings.environment_table.c_str());
}

TEST(Settings, AWordThatIsNotUnderstoodIsAnErrorWithARemedy) {
  STRCMP_EQUAL(
      "plugstack.conf: unknown key option; ask the admin to correct it; slipway.conf(5) lists the keys",
      read({"option=native"}).error.c_str());
  for (const char* word : {"options=", "options", "options=other", "allow_root=maybe", "trusted_path=relative",
                           "trusted_path=", "stage_timeout=0", "stage_timeout=3601", "stage_timeout=5s",
                           "stage_timeout=-1", "stage_timeout=", "mount_kernel=", "mount_kernel=any",
                           "fuse_program=squashfuse_ll", "fuse_program="}) {
    STRCMP_CONTAINS("ask the admin to set ", read({word}).error.c_str());
  }
  STRCMP_CONTAINS("unknown key \\x1b[0m", read({"\x1b[0m=x"}).error.c_str());
}
