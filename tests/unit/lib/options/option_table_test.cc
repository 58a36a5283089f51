// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/option_table.h"

#include <set>

#include "lib/base/error.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

TEST_GROUP(OptionTable){
    static const OptionSpelling &
    spelling_of(const std::string& name){for (const OptionSpelling& spelling
                                              : option_spellings()){if (spelling.name == name) return spelling;
}
FAIL(name.c_str());
return option_spellings().front();
}
static std::string in_variable(const std::string& name, const std::string& text) {
  return value_in_variable(spelling_of(name), "SLIPWAY_X", text);
}
}
;

// The plugin registers the first one as Slurm's --container where Slurm has none.
TEST(OptionTable, TheImageComesFirst) {
  STRCMP_EQUAL(kImage, option_spellings().front().setting);
}

TEST(OptionTable, EachNameIsThereOnce) {
  std::set<std::string> names;
  for (const OptionSpelling& spelling : option_spellings()) CHECK(names.insert(spelling.name).second);
}

TEST(OptionTable, AnOptionHasAnArgumentOrAValue) {
  for (const OptionSpelling& spelling : option_spellings()) {
    CHECK_TEXT((spelling.value == nullptr) == (spelling.argument != nullptr), spelling.name);
  }
}

TEST(OptionTable, PyxisOptionsAreMarked) {
  std::set<std::string> pyxis;
  for (const OptionSpelling& spelling : option_spellings()) {
    if (spelling.pyxis) pyxis.insert(spelling.name);
  }
  CHECK((pyxis == std::set<std::string>{"container-image", "container-mounts", "container-workdir",
                                        "container-mount-home", "no-container-mount-home", "container-env",
                                        "container-entrypoint", "no-container-entrypoint", "container-entrypoint-log",
                                        "container-writable", "container-readonly", "container-remap-root",
                                        "no-container-remap-root", "container-unshare", "container-name", "container-save"}));
}

TEST(OptionTable, AVariableIsCalledAsItsOption) {
  STRCMP_EQUAL("SLIPWAY_ENV_FILE", variable_of(spelling_of("container-env-file"), kOwnPrefix).c_str());
  STRCMP_EQUAL("PYXIS_CONTAINER_MOUNT_HOME", variable_of(spelling_of("container-mount-home"), kPyxisPrefix).c_str());
}

TEST(OptionTable, AnOppositeHasNoVariable) {
  STRCMP_EQUAL("", variable_of(spelling_of("no-container-mount-home"), kOwnPrefix).c_str());
}

TEST(OptionTable, AVariableOfAnOptionWithAnArgumentIsItsText) {
  STRCMP_EQUAL("/a:/b", in_variable("container-mounts", "/a:/b").c_str());
  STRCMP_EQUAL("0", in_variable("container-app", "0").c_str());
}

TEST(OptionTable, AVariableSaysYesAsPyxisDoes) {
  for (const char* yes : {"1", "yes", "Y", "TRUE", "On"})
    STRCMP_EQUAL(kYes, in_variable("container-writable", yes).c_str());
}

TEST(OptionTable, AVariableSaysNoAsPyxisDoes) {
  for (const char* no : {"0", "no", "N", "False", "OFF"})
    STRCMP_EQUAL(kNo, in_variable("container-writable", no).c_str());
}

TEST(OptionTable, NoToWhatForbidsAllows) {
  STRCMP_EQUAL(kYes, in_variable("container-readonly", "0").c_str());
  STRCMP_EQUAL(kNo, in_variable("container-readonly", "1").c_str());
}

TEST(OptionTable, AnEmptyVariableSaysNeither) {
  STRCMP_EQUAL("", in_variable("container-writable", "").c_str());
}

TEST(OptionTable, AVariableThatIsNeitherYesNorNoIsNamed) {
  for (const char* text : {"maybe", " ", "2", "yes ", "\xc3\xa4"}) {
    try {
      in_variable("container-writable", text);
      FAIL(text);
    } catch (const Error& error) {
      STRCMP_CONTAINS((std::string("SLIPWAY_X=") + text + ": is neither yes nor no").c_str(), error.what());
    }
  }
}

TEST(OptionTable, ValuesComeBackAsTheyWere) {
  const OptionValues values = {{"image", "/a=b \xc3\xa4\\.sif;"}, {"mounts", ""}, {"env", "A==,B\\;;C\\\\"}};
  CHECK(values == values_in(to_text(values)));
  CHECK(OptionValues() == values_in(to_text(OptionValues())));
}

// Scripts read the environment line by line.
TEST(OptionTable, ATextIsOneLine) {
  STRCMP_EQUAL(";env=A\\;B\\\\;image=/a", to_text(OptionValues{{"image", "/a"}, {"env", "A;B\\"}}).c_str());
  STRCMP_EQUAL("", to_text(OptionValues()).c_str());
}

TEST(OptionTable, ATextThatIsWrittenInAnotherWayIsAnError) {
  for (const char* text : {";", ";;image=/a", ";image=/a;", ";image=/a\\", ";image=/\\a", ";image=/a\n", ";im\\age=/a",
                           ";colour=blue", ";image", ";=x"}) {
    CHECK_THROWS(Error, values_in(text));
  }
}

TEST(OptionTable, TheLinesOfTheReleaseBeforeAreRead) {
  CHECK((OptionValues{{"image", "/a;b"}, {"env", "A\\;B"}} == values_in("env=A\\;B\nimage=/a;b\n")));
}

TEST(OptionTable, TheLastLineNeedsNoEnd) {
  STRCMP_EQUAL("/a", values_in("image=/a")["image"].c_str());
}

TEST(OptionTable, OfTwoLinesForOneSettingTheSecondCounts) {
  STRCMP_EQUAL("/b", values_in("image=/a\nimage=/b\n")["image"].c_str());
}

TEST(OptionTable, ALineOfANewerReleaseIsAnError) {
  for (const char* lines : {"colour=blue\n", "image\n", "=x\n", "\n", "image=/a\n\n", "imag=x", "Image=x"}) {
    CHECK_THROWS(Error, values_in(lines));
  }
}

TEST(OptionTable, ASettingIsCalledByItsFirstOption) {
  STRCMP_EQUAL("--container-run", option_of("run").c_str());
  STRCMP_EQUAL("--container-mount-home", option_of("mount_home").c_str());
  STRCMP_EQUAL("colour", option_of("colour").c_str());
}

TEST(OptionTable, ASettingIsCalledByWhatItsUserSaid) {
  OptionValues values{{kImage, "/a.sif"}, {"unshare", "net"}, {"run", kYes}};
  note_source(values, kImage, "--container");
  note_source(values, "run", "--container-run");
  LONGS_EQUAL(3, values.size());  // what errors name anyway does not travel
  note_source(values, "unshare", "--container-ns");
  note_source(values, "run", "SLIPWAY_ENTRYPOINT");
  const OptionValues travelled = values_in(to_text(values));
  STRCMP_EQUAL("--container", source_of(travelled, kImage).c_str());
  STRCMP_EQUAL("--container-ns", source_of(travelled, "unshare").c_str());
  STRCMP_EQUAL("SLIPWAY_ENTRYPOINT", source_of(travelled, "run").c_str());
  STRCMP_EQUAL("--container-mounts", source_of(travelled, "mounts").c_str());
}

TEST(OptionTable, WhatASettingIsCalledMayBeForged) {
  for (const char* forged : {"", ",", "run", "=", "run\n=x", "\\"}) {
    STRCMP_EQUAL("--container-run", source_of({{kSaidBy, forged}}, "run").c_str());
  }
  STRCMP_EQUAL("\\x1b[31m", source_of({{kSaidBy, "run=\x1b[31m"}}, "run").c_str());
  CHECK(source_of({{kSaidBy, "run=" + std::string(100000, 'x')}}, "run").size() <= 200);
}

TEST(OptionTable, NoImageIsAnEmptyOne) {
  STRCMP_EQUAL("", image_of({{"mounts", "/a"}}).c_str());
  STRCMP_EQUAL("/a.sif", image_of({{"image", "/a.sif"}}).c_str());
}
