// SPDX-License-Identifier: BSD-3-Clause

// Who stage's processes are, and what the user's namespace knows of groups.
#include "lib/process/identity.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "lib/base/error.h"
#include "lib/base/text_file.h"
#include "lib/kernel/memory_file.h"
#include "lib/kernel/pipe.h"
#include "tests/unit/in_child.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

TEST_GROUP(Identity){static Request user(){Request request;
request.uid = 23001;
request.gid = 23001;
request.groups = {23001};
return request;
}
static long lines_of(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }
}
;

TEST(Identity, ThePrimaryGidComesFirstAndNeighboursShareALine) {
  Request request = user();
  request.groups = {7, 23001, 5, 6, 9, 5, 0};
  STRCMP_EQUAL("23001 23001 1\n0 0 1\n5 5 3\n9 9 1\n", gid_map(request, false).c_str());
  STRCMP_EQUAL("0 23001 1\n5 5 3\n9 9 1\n", gid_map(request, true).c_str());
}

TEST(Identity, GidsAreMappedAsFarAsTheKernelHasRoom) {
  Request request = user();
  for (gid_t i = 0; i < 1000; ++i) request.groups.push_back(2 * i + 1);
  LONGS_EQUAL(340, lines_of(gid_map(request, false)));
  for (gid_t& group : request.groups) group += 1'000'000'000;
  const std::string map = gid_map(request, false);
  CHECK(map.starts_with("23001 23001 1\n"));
  CHECK(map.size() < static_cast<size_t>(sysconf(_SC_PAGESIZE)));
  CHECK(lines_of(map) > 150);
}

TEST(Identity, TheKernelTakesTheMapOfAUserInManyGroups) {
  if (geteuid() != 0) return;
  Request request = user();
  for (gid_t i = 0; i < 1000; ++i) request.groups.push_back(200'000 + 2 * i);
  const Ended ended = in_child([&] {
    Pipe unshared = make_pipe(), mapped = make_pipe();
    const pid_t child = fork();
    if (child == 0) {
      if (setgroups(request.groups.size(), request.groups.data()) != 0 || setresgid(23001, 23001, 23001) != 0 ||
          setresuid(23001, 23001, 23001) != 0 || unshare(CLONE_NEWUSER) != 0) {
        _exit(1);
      }
      char byte = 0;
      (void)!write(unshared.write.get(), &byte, 1);
      mapped.write.reset();
      (void)!read(mapped.read.get(), &byte, 1);
      gid_t groups[2000];
      const int count = getgroups(2000, groups);
      _exit(getgid() == 23001 && std::find(groups, groups + count, 200'000) != groups + count ? 0 : 2);
    }
    char byte;
    unshared.write.reset();
    (void)!read(unshared.read.get(), &byte, 1);
    must(write_identity_maps(child, request, false));
    mapped.write.reset();
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0) _exit(3);
  });
  STRCMP_EQUAL("", ended.output.c_str());
  LONGS_EQUAL(0, ended.exit_code);
}

// The name service, whose code is the site's, runs meanwhile.
TEST(Identity, TheRightToUnshareIsInForceForThatCallOnly) {
  if (geteuid() != 0) return;
  const Ended ended = in_child([] {
    become_user_who_can_unshare(user());
    const auto set = [](const char* name) {
      return strtoull(field_of(text_of_file("/proc/self/status"), name).c_str(), nullptr, 16);
    };
    if (set("CapEff") != 0 || set("CapPrm") != 1ull << 21) _exit(1);
    must(make_unshare_effective());
    if (set("CapEff") != 1ull << 21) _exit(2);
  });
  LONGS_EQUAL(0, ended.exit_code);
}

TEST(Identity, AFileInMemoryIsNeverExecuted) {
  const Fd file = memory_file("test");
  CHECK(static_cast<bool>(file));
  LONGS_EQUAL(0, fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE));
  constexpr int kExecute = 0x20;  // F_SEAL_EXEC, from Linux 6.3 on
  const int seals = fcntl(file.get(), F_GET_SEALS);
  CHECK(seals == F_SEAL_WRITE || seals == (F_SEAL_WRITE | kExecute));
}
