// SPDX-License-Identifier: BSD-3-Clause

// That one binary of the plugin loads on every release of Slurm that we name. This program stands for Slurm: it has the
// functions that the plugin needs of it, and opens the plugin as Slurm does (src/common/plugin.c,
// src/common/plugstack.c).
#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

#include "plugin/libslurm.h"
#include "tests/unit/in_child.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

namespace {
long pretended_api = 0;
}

extern "C" {
long slurm_api_version() { return pretended_api; }

// All else that the plugin needs of Slurm, which every release has (spank.h); the plugin is only loaded here.
#define IN_SLURM(name) \
  void name() { abort(); }
IN_SLURM(slurm_spank_log)
IN_SLURM(spank_context)
IN_SLURM(spank_get_item)
IN_SLURM(spank_getenv)
IN_SLURM(spank_option_register)
IN_SLURM(spank_remote)
IN_SLURM(spank_setenv)
IN_SLURM(spank_unsetenv)
}

using namespace slipway;

TEST_GROUP(Release){};

TEST(Release, TheBinaryTakesOnTheReleaseThatLoadsIt) {
  static constexpr struct {
    long api;
    unsigned version;
  } kReleases[] = {{38, 0x160500}, {39, 0x170200}, {40, 0x170b00}, {41, 0x180500}, {42, 0x180b00},
                   {43, 0x190500}, {44, 0x190b00}, {45, 0x1a0500}, {46, 0x1a0b00}};
  for (const auto& release : kReleases) {
    const Ended ended = in_child([&] {
      pretended_api = release.api << 16;
      void* const plugin = dlopen(PLUGIN_PATH, RTLD_LAZY);
      if (!plugin) {
        fprintf(stderr, "%s\n", dlerror());
        _exit(1);
      }
      const auto* const type = static_cast<const char*>(dlsym(plugin, "plugin_type"));
      const auto* const version = static_cast<const unsigned*>(dlsym(plugin, "plugin_version"));
      if (!type || std::string(type) != "spank") _exit(2);
      if (!version || *version != release.version) _exit(3);
    });
    STRCMP_EQUAL("", ended.output.c_str());
    LONGS_EQUAL(0, ended.exit_code);
  }
}

// A C++ library or a name of ours that leaked would meet another one in srun or slurmstepd.
TEST(Release, TheBinaryExportsOnlyWhatSlurmLooksFor) {
  std::set<std::string> names;
  FILE* const list = popen("nm --dynamic --defined-only --format=just-symbols " PLUGIN_PATH, "r");
  char line[256];
  while (fgets(line, sizeof line, list)) names.insert(std::string(line).substr(0, std::string(line).find('\n')));
  LONGS_EQUAL(0, pclose(list));
  const std::set<std::string> expected = {"plugin_name",
                                          "plugin_type",
                                          "plugin_version",
                                          "spank_plugin_version",
                                          "slurm_spank_init",
                                          "slurm_spank_init_post_opt",
                                          "slurm_spank_local_user_init",
                                          "slurm_spank_task_init_privileged",
                                          "slurm_spank_task_init",
                                          "slurm_spank_task_post_fork"};
  for (const std::string& name : names) CHECK_TEXT(expected.count(name), name.c_str());
  for (const std::string& name : expected) CHECK_TEXT(names.count(name), name.c_str());
}

// Slurm then says by itself that the plugin is of another release.
TEST(Release, OneThatIsNotKnownIsNotClaimed) { POINTERS_EQUAL(nullptr, slurm_release(99)); }
