// SPDX-License-Identifier: BSD-3-Clause

// The --container-* options of srun, sbatch and salloc: the one list from which srun --help, the variables, what
// travels to the nodes and the test of slipway(1) come. What the values mean is lib/options/options.h.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slipway {

// A setting and the text that it was given, as a command, its variables and what it inherits add up to.
using OptionValues = std::map<std::string, std::string, std::less<>>;

// The setting that every container has; empty or absent: no container.
inline constexpr char kImage[] = "image";
std::string image_of(const OptionValues& values);

// One word that a user can type behind "--".
struct OptionSpelling {
  const char* name;      // "container-writable"
  const char* setting;   // the key in OptionValues: two spellings may set one setting
  const char* value;     // what it is set to; nullptr: to the option's argument
  const char* argument;  // as --help shows it; nullptr: none
  const char* help;      // one line
  bool pyxis;            // Pyxis has an option of this name
};

std::span<const OptionSpelling> option_spellings();

// Of the settings that are yes or no.
inline constexpr char kYes[] = "yes", kNo[] = "no";

// 1, yes, y, true and on, and their opposites, in any case. Nothing: `text` is none of them.
std::optional<bool> yes_or_no(const std::string& text);

// The variables that stand for an option: SLIPWAY_ and, for options of Pyxis, PYXIS_CONTAINER_ with what follows
// "container-" in its name. The options that begin with "no-" have none: their opposites take yes and no.
std::string variable_of(const OptionSpelling& spelling, std::string_view prefix);
inline constexpr char kOwnPrefix[] = "SLIPWAY_", kPyxisPrefix[] = "PYXIS_CONTAINER_";

// What a variable's text sets the setting to: the text itself, or yes and no; empty, it takes back what is inherited.
// Throws Error.
std::string value_in_variable(const OptionSpelling& spelling, const std::string& variable, const std::string& text);

// The values as variables carry them, in one line: ";setting=value" for each, with a backslash before each ";" and
// backslash of a value. No value holds a line end. And back. Throws Error: it is not written so, or has a setting that
// this release does not know.
std::string to_text(const OptionValues& values);
OptionValues values_in(std::string_view text);

// Its parts, "setting=value" and what such a text may have beside them (plugin/components.h), without their
// backslashes. What does not begin with ";" is of the release before, where each part ended with a line end: a job that
// was submitted before an upgrade carries that. Throws Error.
std::vector<std::string> parts_of_text(std::string_view text);
// Adds the value that a part has. Throws Error.
void add_part(OptionValues& values, std::string_view part);

// An option that sets it: "--container-mounts".
std::string option_of(std::string_view setting);

// What errors name a setting by: what its user typed or exported, "--container-mounts" or "SLIPWAY_MOUNTS". Travels
// with the values, under a key of its own, where it is not the setting's option. May come from a user, as text.
inline constexpr char kSaidBy[] = "said_by";
void note_source(OptionValues& values, std::string_view setting, const std::string& name);
std::string source_of(const OptionValues& values, std::string_view setting);

}  // namespace slipway
