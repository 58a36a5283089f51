// SPDX-License-Identifier: BSD-3-Clause
#include "cli/contents_text.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;
using nlohmann::json;

TEST_GROUP(ContentsText) {
  json contents = json::parse(R"({"runscript": null, "definition": null, "labels": {}, "environment": [], "apps": [],
                                  "unknown": null})");

  std::string text(const char* option, std::string (*of)(const json&, const ContentsPart&) = text_of) const {
    for (const ContentsPart& part : contents_parts()) {
      if (std::string(option) == part.option) return of(contents, part);
    }
    return "no such option";
  }
};

TEST(ContentsText, SumsUpWhatThereIs) {
  STRCMP_EQUAL("no runscript, labels, environment scripts, apps or definition file", summary_of(contents).c_str());
  contents["runscript"] = "";
  contents["labels"] = {{"a", "1"}, {"b", "2"}};
  contents["apps"] = {"foo"};
  STRCMP_EQUAL("runscript, 2 labels, 1 app (--all prints them)", summary_of(contents).c_str());
  contents["unknown"] = "damaged";
  STRCMP_EQUAL("runscript, 2 labels, 1 app (--all prints them); not looked at: damaged", summary_of(contents).c_str());
}

TEST(ContentsText, PrintsOnePart) {
  STRCMP_EQUAL("", text("--runscript").c_str());
  STRCMP_EQUAL("", text("--labels").c_str());
  contents["runscript"] = "#!/bin/sh\necho";
  contents["labels"] = {{"b", "2\nc: 3"}, {"a", "1"}};
  contents["environment"] = json::array({{{"script", "10.sh"}, {"text", "A=1\n\nB=2\n"}}});
  contents["apps"] = {"bar", "foo"};
  STRCMP_EQUAL("#!/bin/sh\necho\n", text("--runscript").c_str());
  STRCMP_EQUAL("a: 1\nb: 2\\x0ac: 3\n", text("--labels").c_str());
  STRCMP_EQUAL("10.sh:\n  A=1\n  \n  B=2\n", text("--environment").c_str());
  STRCMP_EQUAL("bar\nfoo\n", text("--list-apps").c_str());
}

TEST(ContentsText, NoLineOfTheImagesLooksLikeOneOfOurs) {
  contents["runscript"] = "mount   kernel squashfs\nlabels:";
  STRCMP_EQUAL("runscript:\n  mount   kernel squashfs\n  labels:\n", text("--runscript", section_of).c_str());
  STRCMP_EQUAL("apps: none\n", text("--list-apps", section_of).c_str());
}
