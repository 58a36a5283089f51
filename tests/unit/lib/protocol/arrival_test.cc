// SPDX-License-Identifier: BSD-3-Clause
#include "lib/protocol/arrival.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/in_child.h"

#include <CppUTest/TestHarness.h>

#include "lib/base/text.h"
#include "lib/protocol/message.h"

using namespace slipway;

TEST_GROUP(Arrival) {
  Fd ranks, stage;
  void setup() override {
    int pair[2];
    LONGS_EQUAL(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
    ranks.reset(pair[0]);
    stage.reset(pair[1]);
  }
  // CppUTest counts leaks before members are destroyed.
  void teardown() override {
    ranks.reset();
    stage.reset();
  }
  // Its descriptors are known by their devices' numbers.
  static Container some_container(unsigned unshared = 0) {
    constexpr const char* kDevices[] = {"full", "null", "zero", "random", "urandom", "kmsg", "null", "zero"};
    Container container;
    container.unshared = unshared;
    for (int i = 0; i < wire_descriptors(unshared, false); ++i) {
      container.descriptors.emplace_back(open((std::string("/dev/") + kDevices[i]).c_str(), O_PATH | O_CLOEXEC));
    }
    return container;
  }
  static unsigned device(int fd) {
    struct stat status;
    LONGS_EQUAL(0, fstat(fd, &status));
    return status.st_rdev & 0xff;
  }
  Ended what_a_rank_does(int timeout_ms = 1000) {
    return in_child([&] { await_container(ranks.get(), timeout_ms); });
  }
};

TEST(Arrival, OneMessageServesAnyNumberOfRanks) {
  CHECK(send_container(stage.get(), some_container()));
  stage.reset();
  for (int rank = 0; rank < 1000; ++rank) {
    const Arrival arrival = await_container(ranks.get(), 1000);
    LONGS_EQUAL(3, arrival.count);
    LONGS_EQUAL(7, device(arrival.descriptors[kWirePlan]));
    LONGS_EQUAL(3, device(arrival.descriptors[kWireUserNamespace]));
    LONGS_EQUAL(5, device(arrival.descriptors[kWireMountNamespace]));
    CHECK(fcntl(arrival.descriptors[kWirePlan], F_GETFD) & FD_CLOEXEC);
    for (int i = 0; i < arrival.count; ++i) close(arrival.descriptors[i]);
  }
}

TEST(Arrival, NamespacesOfTheStepsOwnComeAlong) {
  constexpr unsigned kAll = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWPID;
  for (const unsigned unshared : {unsigned{CLONE_NEWUTS}, unsigned{CLONE_NEWPID}, kAll}) {
    setup();
    CHECK(send_container(stage.get(), some_container(unshared)));
    const Arrival arrival = await_container(ranks.get(), 1000);
    LONGS_EQUAL(unshared, arrival.unshared);
    // With a pid namespace one more: the lifeline.
    LONGS_EQUAL(unshared == kAll ? 8 : unshared == CLONE_NEWPID ? 5 : 4, arrival.count);
    LONGS_EQUAL(8, device(arrival.descriptors[kWireOtherNamespaces]));
    for (int i = 0; i < arrival.count; ++i) close(arrival.descriptors[i]);
  }
}

TEST(Arrival, AContainerThatLacksANamespaceIsRefused) {
  Container container = some_container(CLONE_NEWNET);
  container.descriptors.pop_back();
  CHECK(send_container(stage.get(), container));
  LONGS_EQUAL(1, what_a_rank_does().exit_code);
}

TEST(Arrival, AFailureCarriesItsSentenceAndExitCode) {
  CHECK(send_failure(stage.get(), {"/a.sif: no such image; look again", 127}));
  const Ended ended = what_a_rank_does();
  LONGS_EQUAL(127, ended.exit_code);
  STRCMP_EQUAL("slipway: /a.sif: no such image; look again\n", ended.output.c_str());
}

TEST(Arrival, AContainerMayComeWithASentence) {
  CHECK(send_container(stage.get(), some_container(), "all is well"));
  const Ended ended = what_a_rank_does();
  LONGS_EQUAL(0, ended.exit_code);
  STRCMP_EQUAL("slipway: all is well\n", ended.output.c_str());
}

TEST(Arrival, WhatARankSaysNamesItsNode) {
  CHECK(send_failure(stage.get(), {"/a.sif: no such image", 1}));
  const auto said_on = [&](const char* node) {
    return in_child([&] {
             name_node(node);
             await_container(ranks.get(), 1000);
           }).output;
  };
  STRCMP_EQUAL("slipway: n3: /a.sif: no such image\n", said_on("n3").c_str());
  STRCMP_EQUAL("slipway: \\x1b[31m: /a.sif: no such image\n", said_on("\x1b[31m").c_str());
  STRCMP_EQUAL("slipway: /a.sif: no such image\n", said_on(nullptr).c_str());
  STRCMP_EQUAL("slipway: /a.sif: no such image\n", said_on("").c_str());
  // However long it is, the sentence is whole.
  STRCMP_CONTAINS("x: /a.sif: no such image\n", said_on(std::string(10000, 'x').c_str()).c_str());
}

TEST(Arrival, OnlyTheFirstRankOfANodeSpeaks) {
  CHECK(send_failure(stage.get(), {"sentence", 3}));
  const Ended ended = in_child([&] {
    setenv("SLURM_LOCALID", "1", 1);
    await_container(ranks.get(), 1000);
  });
  LONGS_EQUAL(3, ended.exit_code);
  STRCMP_EQUAL("", ended.output.c_str());
}

TEST(Arrival, AFailureNeverExitsZero) {
  CHECK(send_failure(stage.get(), {"x", 0}));
  LONGS_EQUAL(1, what_a_rank_does().exit_code);
}

TEST(Arrival, ALongSentenceIsCutNotLost) {
  CHECK(send_failure(stage.get(), {std::string(100000, 'x'), 1}));
  LONGS_EQUAL(sizeof "slipway: \n" - 1 + 4095, what_a_rank_does().output.size());
}

TEST(Arrival, EndOfFileMeansThatStageDied) {
  stage.reset();
  STRCMP_CONTAINS("ended without an answer", what_a_rank_does().output.c_str());
}

TEST(Arrival, SilenceEndsAtTheTimeout) {
  STRCMP_CONTAINS("did not answer in time", what_a_rank_does(10).output.c_str());
}

TEST(Arrival, OfAnotherReleaseIsRefused) {
  LONGS_EQUAL(5, write(stage.get(), "0.0.0", 5));
  STRCMP_CONTAINS("different releases", what_a_rank_does().output.c_str());
}

TEST(Arrival, WithoutRoomForDescriptorsIsRefused) {
  CHECK(send_container(stage.get(), some_container()));
  const Ended ended = in_child([&] {
    while (dup(0) >= 0) continue;
    await_container(ranks.get(), 1000);
  });
  LONGS_EQUAL(1, ended.exit_code);
  STRCMP_CONTAINS("ulimit -n", ended.output.c_str());
}

TEST(Arrival, AContainerWithoutItsDescriptorsIsNotSent) {
  Container container;
  container.descriptors.resize(kWireOtherNamespaces);
  CHECK_FALSE(send_container(stage.get(), container));  // EBADF
}
