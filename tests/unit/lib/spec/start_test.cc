// SPDX-License-Identifier: BSD-3-Clause
#include "lib/spec/start.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

TEST_GROUP(DirectoryInRc){static void is(const char* directory, const std::string& script){
    STRCMP_EQUAL(directory, directory_in_rc(script).c_str());
}
}
;

TEST(DirectoryInRc, IsWhereEnrootsScriptGoes) {
  is("/workspace",
     "mkdir -p \"/workspace\" 2> /dev/null\ncd \"/workspace\" && unset OLDPWD || exit 1\n\nexec \"$@\"\n");
}

TEST(DirectoryInRc, MayHoldBlanksAndOtherBytes) {
  is("/a b'#\xc3\xa4", "cd \"/a b'#\xc3\xa4\" && x");
}

TEST(DirectoryInRc, IsNoneWithoutSuchALine) {
  for (const char* script : {"", "\n\n", "#!/bin/sh\nexec \"$@\"\n", "cd /a\n", "cd '/a'\n", " cd \"/a\"\n",
                             "xcd \"/a\"", "if x; then cd \"/a\"; fi"}) {
    is("", script);
  }
}

TEST(DirectoryInRc, IsAbsolute) {
  for (const char* script : {"cd \"a\"", "cd \"\"", "cd \"./a\"", "cd \"~\""}) is("", script);
}

TEST(DirectoryInRc, IsNothingThatAShellWouldWorkOut) {
  for (const char* script : {"cd \"/$HOME\"", "cd \"/`id`\"", "cd \"/a\\\"b\""}) is("", script);
}

TEST(DirectoryInRc, EndsOnItsLine) {
  is("", "cd \"/a");
  is("", "cd \"/a\nb\"\n");
  is("", "cd \"");
}

TEST(DirectoryInRc, IsTheFirstOne) {
  is("/a", "cd \"x\"\ncd \"/a\"\ncd \"/b\"\n");
}
