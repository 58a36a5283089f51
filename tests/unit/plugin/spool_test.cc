// SPDX-License-Identifier: BSD-3-Clause
#include "plugin/spool.h"

#include <CppUTest/TestHarness.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "lib/base/fd.h"
#include "tests/unit/temporary.h"

using namespace slipway;

TEST_GROUP(Spool) {
  TemporaryDirectory directory;

  Fd listen_at(const std::string& name) const {
    Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{AF_UNIX, {}};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/%s", directory.path().c_str(), name.c_str());
    LONGS_EQUAL(0, bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
    return socket;
  }
};

TEST(Spool, IsWhereTheStepsSocketIs) {
  const Fd other = listen_at("node-1_7.3_other"), step = listen_at("node-1_8.3");
  STRCMP_EQUAL(directory.path().c_str(), spool_directory(8, 3).c_str());
  STRCMP_EQUAL((directory.path() + "/node-1_8.3").c_str(), step_socket(8, 3).c_str());
}

TEST(Spool, AComponentOfAStepHasANumberMore) {
  const Fd component = listen_at("node-1_8.3.1");
  STRCMP_EQUAL((directory.path() + "/node-1_8.3.1").c_str(), step_socket(8, 3).c_str());
}

TEST(Spool, SocketsOfOtherStepsAndPlacesSayNothing) {
  const Fd unnamed(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const Fd step = listen_at("node-1_7.3"), longer = listen_at("node-1_17.30"), other = listen_at("node-1_8.30");
  STRCMP_EQUAL("", spool_directory(8, 3).c_str());
  STRCMP_EQUAL("", spool_directory(7, 30).c_str());
}
