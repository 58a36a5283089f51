// SPDX-License-Identifier: BSD-3-Clause
#include "cli/usage.h"

#include <string>

#include "lib/base/text_file.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

TEST_GROUP(Usage){static std::string name_of(const OptionUsage& option){const std::string spelling = option.spelling;
return spelling.substr(0, spelling.find('='));
}
static bool asks(const char* command, const std::vector<std::string>& words) {
  return asks_for_help(*usage_of(command), words);
}
}
;

TEST(Usage, ThePageHasEachCommandAndOption) {
  std::string page = text_of_file(TOP_SOURCE_DIRECTORY "/man/slipway.1");
  for (size_t at = 0; (at = page.find("\\-", at)) != page.npos;) page.erase(at, 1);
  for (const CommandUsage& usage : usages()) {
    const std::string call = std::string(".B slipway ") + usage.name + "\n";
    CHECK_TEXT(page.find(call) != page.npos, call.c_str());
    for (const OptionUsage& option : usage.options) {
      CHECK_TEXT(page.find(name_of(option)) != page.npos, option.spelling);
    }
  }
}

TEST(Usage, FitsATerminal) {
  std::string text = text_of_usages();
  for (const CommandUsage& usage : usages()) text += text_of(usage);
  for (size_t begin = 0, end; begin < text.size(); begin = end + 1) {
    end = text.find('\n', begin);
    CHECK_TEXT(end - begin <= 80, text.substr(begin, end - begin).c_str());
  }
}

TEST(Usage, ANameThatIsCloseIsOffered) {
  STRCMP_EQUAL("no command biuld; did you mean build?", no_command("biuld").what());
  STRCMP_EQUAL("no command xyz", no_command("xyz").what());
  STRCMP_EQUAL("no command a\\x0ab", no_command("a\nb").what());
  STRCMP_EQUAL("build: unknown option --froce; did you mean --force?", unknown_word("build", "--froce").what());
  STRCMP_EQUAL("build: unknown option --cmop=xz; did you mean --comp=NAME?", unknown_word("build", "--cmop=xz").what());
  STRCMP_EQUAL("build: unknown option -x", unknown_word("build", "-x").what());
  STRCMP_EQUAL("doctor: unknown word x", unknown_word("doctor", "x").what());
}

TEST(Usage, HelpIsAskedForAmongACommandsOwnWords) {
  CHECK(asks("build", {"--help"}));
  CHECK(asks("build", {"a.sif", "tree", "-h"}));
  CHECK(!asks("build", {}));
  CHECK(!asks("build", {"--", "-h"}));
  CHECK(asks("explain", {"--json", "-h"}));
  CHECK(!asks("explain", {"--", "srun", "--help"}));
  CHECK(!asks("explain", {"srun", "--help"}));
}
