// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/unshare.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "tests/unit/in_child.h"

#include <CppUTest/TestHarness.h>

#include "lib/base/error.h"
#include "lib/base/fd.h"

using namespace slipway;

TEST_GROUP(Unshare){};

TEST(Unshare, TheOptionIsNamed) {
  STRCMP_EQUAL("--container-unshare=net", unshare_option("--container-unshare", CLONE_NEWNET).c_str());
  STRCMP_EQUAL("SLIPWAY_UNSHARE=pid", unshare_option("SLIPWAY_UNSHARE", CLONE_NEWPID).c_str());
}

// In a user namespace, whose own limits everybody may set.
TEST(Unshare, ALimitThatIsReachedIsNamed) {
  constexpr int kNoUserNamespaces = 77;
  const Ended ended = in_child([] {
    if (unshare(CLONE_NEWUSER) != 0) _exit(kNoUserNamespaces);
    unshare_namespace(CLONE_NEWUTS, "what");
    const Fd limit(open("/proc/sys/user/max_uts_namespaces", O_WRONLY));
    if (write(limit.get(), "0", 1) != 1) _exit(kNoUserNamespaces);
    try {
      unshare_namespace(CLONE_NEWUTS, unshare_option("--container-unshare", CLONE_NEWUTS));
    } catch (const Error& error) {
      dprintf(STDERR_FILENO, "%s", error.what());
    }
  });
  if (ended.exit_code == kNoUserNamespaces) return;
  STRCMP_EQUAL(
      "--container-unshare=uts: this node has no more uts namespaces for you; ask the admin to raise the sysctl "
      "user.max_uts_namespaces",
      ended.output.c_str());
}
