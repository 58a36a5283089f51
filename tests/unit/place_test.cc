#include "helper/place.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "helper/channel.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

TEST_GROUP(PlaceOfRanks){};

TEST(PlaceOfRanks, ComesBackAsItWasSent) {
  const SocketPair pair = socket_pair();
  send_place(pair.ours.get(), {"/home/a b", Fd(open("/dev/null", O_RDONLY | O_CLOEXEC))});
  const std::optional<Place> place = receive_place(pair.theirs.get());
  CHECK(place.has_value());
  STRCMP_EQUAL("/home/a b", place->cwd.c_str());
  struct stat status;
  LONGS_EQUAL(0, fstat(place->mount_namespace.get(), &status));
  LONGS_EQUAL(3, status.st_rdev & 0xff);
}

TEST(PlaceOfRanks, NoRankIsNoPlace) {
  SocketPair pair = socket_pair();
  pair.ours.reset();
  CHECK_FALSE(receive_place(pair.theirs.get()).has_value());
}

// It has told the ranks why.
TEST(PlaceOfRanks, AStageThatHasEndedIsNotMissed) {
  SocketPair pair = socket_pair();
  pair.theirs.reset();
  send_place(pair.ours.get(), {"/home", Fd(open("/dev/null", O_RDONLY | O_CLOEXEC))});
}
