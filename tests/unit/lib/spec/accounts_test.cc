// SPDX-License-Identifier: BSD-3-Clause
#include "lib/spec/accounts.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

TEST_GROUP(Accounts) {
  Accounts alice() {
    Accounts accounts;
    accounts.user = "alice";
    accounts.full_name = "Alice";
    accounts.home = "/home/alice";
    accounts.shell = "/bin/bash";
    accounts.uid = 1000;
    accounts.gid = 100;
    accounts.groups = {{100, "users"}, {5000, "project"}};
    return accounts;
  }
};

TEST(Accounts, TheUserComesFirstInPasswd) {
  STRCMP_EQUAL(
      "alice:x:1000:100:Alice:/home/alice:/bin/bash\n"
      "root:x:0:0:root:/root:/bin/sh\n",
      passwd_file(alice(), "root:x:0:0:root:/root:/bin/sh\n").c_str());
}

TEST(Accounts, TheImagesEntriesThatContradictAreLeftOut) {
  const std::string passwd =
      passwd_file(alice(), "ubuntu:x:1000:1000::/:/bin/sh\nalice:x:7:7::/:/bin/sh\nlp:x:70:7::/:\n");
  STRCMP_EQUAL("alice:x:1000:100:Alice:/home/alice:/bin/bash\nlp:x:70:7::/:\n", passwd.c_str());
}

TEST(Accounts, EveryGroupOfTheUserIsNamed) {
  STRCMP_EQUAL("users:x:100:alice\nproject:x:5000:alice\nroot:x:0:\n",
               group_file(alice(), "root:x:0:\nproject:x:7:\nother:x:5000:\n").c_str());
}

TEST(Accounts, AFileOfTheImageWithoutALineEndIsRead) {
  STRCMP_CONTAINS("\nroot:x:0:\n", group_file(alice(), "root:x:0:").c_str());
}

TEST(Accounts, AUserNobodyKnowsGetsNames) {
  Request request;
  request.uid = 3999999999u;
  request.gid = 3999999998u;
  request.groups = {3999999998u, 3999999997u};
  const Accounts accounts = look_up_accounts(request);
  STRCMP_EQUAL("user", accounts.user.c_str());
  LONGS_EQUAL(2, accounts.groups.size());
  STRCMP_EQUAL("group3999999997", accounts.groups[1].second.c_str());
}

TEST(Accounts, RootIsKnown) {
  Request request;
  request.uid = 0;
  request.gid = 0;
  STRCMP_EQUAL("root", look_up_accounts(request).user.c_str());
}

TEST(Accounts, OfTheEnvironmentAreSafeAndWhole) {
  Request request;
  request.uid = 1000;
  request.gid = 100;
  request.groups = {100, 5000};
  Accounts accounts = accounts_of_environment(request);
  STRCMP_EQUAL("user:x:1000:100::/:/bin/sh\n", passwd_file(accounts, "").c_str());
  STRCMP_EQUAL("group100:x:100:user\ngroup5000:x:5000:user\n", group_file(accounts, "").c_str());
  request.user = "alice\nroot:x";
  request.home = "relative";
  request.shell = "/bin/zsh:";
  accounts = accounts_of_environment(request);
  STRCMP_EQUAL("alice_root_x:x:1000:100::/:/bin/zsh_\n", passwd_file(accounts, "").c_str());
}

TEST(Accounts, ShownAsRootAreRootsWithTheUsersGroups) {
  const Accounts root = accounts_of_root(alice());
  STRCMP_EQUAL("root:x:0:0:Alice:/home/alice:/bin/bash\n",
               passwd_file(root, "root:x:0:0:root:/root:/bin/sh\n").c_str());
  STRCMP_EQUAL("root:x:0:root\nproject:x:5000:root\nusers:x:100:\n",
               group_file(root, "root:x:0:\nusers:x:100:\n").c_str());
}

TEST(Accounts, ShownAsRootTheyHaveRootsGroupOnce) {
  Accounts accounts = alice();
  accounts.groups.emplace_back(0, "root");
  STRCMP_EQUAL("root:x:0:root\nproject:x:5000:root\n", group_file(accounts_of_root(accounts), "").c_str());
}

TEST(Accounts, OfRootStayAsTheyAre) {
  Accounts root;
  root.user = "root";
  root.groups = {{0, "root"}, {4, "adm"}};
  STRCMP_EQUAL("root:x:0:root\nadm:x:4:root\n", group_file(accounts_of_root(root), "").c_str());
}
