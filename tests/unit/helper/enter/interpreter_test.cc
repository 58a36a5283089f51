// SPDX-License-Identifier: BSD-3-Clause
#include "helper/enter/interpreter.h"

#include <cstring>
#include <string>

#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

TEST_GROUP(Interpreter) {
  TemporaryDirectory directory;

  std::string of(const std::string& content) const { return of_file(directory.write("file", content)); }
  static std::string of_file(const std::string& path) {
    char out[100];
    read_interpreter(path.c_str(), out, sizeof out);
    return out;
  }
};

TEST(Interpreter, OfAScriptIsWhatItsFirstLineNames) {
  STRCMP_EQUAL("/usr/bin/python3", of("#!/usr/bin/python3\nprint()\n").c_str());
  STRCMP_EQUAL("/usr/bin/env", of("#! /usr/bin/env -S python3\n").c_str());
  STRCMP_EQUAL("/bin/sh", of("#!/bin/sh\r\n").c_str());
  STRCMP_EQUAL("/bin/sh", of("#!/bin/sh").c_str());
}

TEST(Interpreter, OfAProgramIsItsLoader) {
  STRCMP_CONTAINS("/ld-linux", of_file("/bin/ls").c_str());
}

TEST(Interpreter, OfOtherFilesIsNone) {
  for (const std::string& content : {std::string(), std::string("#"), std::string("echo\n"), std::string(200, '\177'),
                                     "#!" + std::string(400, 'x'), "\177ELF" + std::string(300, '\377')}) {
    STRCMP_EQUAL("", of(content).c_str());
  }
  STRCMP_EQUAL("", of_file("/no/such/file").c_str());
  STRCMP_EQUAL("", of_file("/").c_str());
}
