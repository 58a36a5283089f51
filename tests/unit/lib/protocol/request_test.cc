// SPDX-License-Identifier: BSD-3-Clause
#include "lib/protocol/request.h"

#include <sys/mman.h>
#include <unistd.h>

#include <CppUTest/TestHarness.h>

#include "lib/base/error.h"

using namespace slipway;

TEST_GROUP(Request){};

TEST(Request, ComesBackAsItWasWritten) {
  Request request;
  request.uid = 1000;
  request.gid = 100;
  request.groups = {100, 4294967294u};
  request.job = 7;
  request.step = 4294967291u;
  request.node = "n3";
  request.slurmstepd = 4711;
  request.subject = {"debug", "physics", {}, true};
  request.chosen_by = "default_image=/a.sif in plugstack.conf";
  request.settings.words = {{"allow_root=yes", "plugstack.conf"},
                            {"partition:debug.trusted_path=/images", "/etc/x line 1"},
                            {"account:physics.batch=host", "/etc/x line 2"},
                            {"group:100.stage_timeout=9", "/etc/x line 3"}};
  request.options = {{"mounts", "/a=b:/c,tmpfs:/d"}, {"writable", "yes"}};
  request.image = "/a=b\n.sif";
  request.cwd = "/home/alice";
  request.command = "./app";
  request.user = "alice";
  request.home = "/home/alice";
  request.shell = "/bin/zsh";
  request.is_verbose = true;
  request.mpi_type = "pmix_v4";
  request.spool = "/var/spool/slurmd";
  request.library_path = "/opt/mpi/lib:/opt/lib";
  const Request back = read_request(write_request(request).get());
  LONGS_EQUAL(1000, back.uid);
  LONGS_EQUAL(100, back.gid);
  CHECK(request.groups == back.groups);
  LONGS_EQUAL(7, back.job);
  UNSIGNED_LONGS_EQUAL(4294967291u, back.step);
  STRCMP_EQUAL("default_image=/a.sif in plugstack.conf", back.chosen_by.c_str());
  STRCMP_EQUAL("n3", back.node.c_str());
  LONGS_EQUAL(4711, back.slurmstepd);
  CHECK(back.settings.allow_root);
  CHECK((std::vector<std::string>{"/images"} == back.settings.trusted_paths));
  CHECK_FALSE(back.settings.batch_in_image);
  CHECK(request.settings.words == back.settings.words);
  LONGS_EQUAL(9, back.settings.stage_timeout_seconds);
  STRCMP_EQUAL("", back.settings.error.c_str());
  CHECK(request.options == back.options);
  STRCMP_EQUAL("/a=b\n.sif", back.image.c_str());
  STRCMP_EQUAL("/home/alice", back.cwd.c_str());
  STRCMP_EQUAL("./app", back.command.c_str());
  STRCMP_EQUAL("alice", back.user.c_str());
  STRCMP_EQUAL("/home/alice", back.home.c_str());
  STRCMP_EQUAL("/bin/zsh", back.shell.c_str());
  CHECK(back.is_verbose);
  STRCMP_EQUAL("pmix_v4", back.mpi_type.c_str());
  STRCMP_EQUAL("/var/spool/slurmd", back.spool.c_str());
  STRCMP_EQUAL("/opt/mpi/lib:/opt/lib", back.library_path.c_str());
  STRCMP_EQUAL("", back.batch_script.c_str());
}

TEST(Request, CannotBeWrittenAgain) {
  const Fd fd = write_request(Request{});
  LONGS_EQUAL(-1, pwrite(fd.get(), "x", 1, 0));
}

TEST(Request, AUsersStringCannotAddAnEntry) {
  Request request;
  request.image = std::string("/a\0setting=allow_root=yes", 25);
  CHECK_FALSE(read_request(write_request(request).get()).settings.allow_root);
}

TEST(Request, OfAnotherReleaseIsRefused) {
  const Fd fd(memfd_create("other", MFD_CLOEXEC));
  const char text[] = "release=0.0.0\0uid=0";
  LONGS_EQUAL(sizeof text, write(fd.get(), text, sizeof text));
  CHECK_THROWS(Error, read_request(fd.get()));
}
