// SPDX-License-Identifier: BSD-3-Clause

// libFuzzer: what an image's scripts make of an environment, of any bytes: each rank whose environment was the one
// before them has the one after them. The input is what /proc/PID/environ holds before and after, and "\n" between.
#include "tests/fuzz/kept_decisions.h"

#include <cstddef>
#include <cstdint>

#include "lib/protocol/environment_change.h"
#include "lib/protocol/plan.h"

namespace {

using namespace slipway;

std::vector<std::string> strings_of(const Environment& environment) {
  std::vector<std::string> strings;
  for (const auto& [name, value] : environment) strings.push_back(name + "=" + value);
  return strings;
}

Environment own_environment() {
  Environment environment;
  for (char** variable = environ; *variable; ++variable) {
    const std::string text = *variable;
    const size_t equals = text.find('=');
    if (equals == 0 || equals == text.npos) __builtin_trap();
    if (!environment.emplace(text.substr(0, equals), text.substr(equals + 1)).second) __builtin_trap();
  }
  return environment;
}

// What enter does with the user's own SLIPWAYENV_X and its like comes later, and is not the scripts'.
bool has_injections(const Environment& environment) {
  for (const auto& [name, value] : environment) {
    if (name.find("ENV_") != name.npos) return true;
  }
  return false;
}

void compare(const Environment& before, const Environment& after, const std::vector<EnvironmentRule>& kept) {
  const Environment now = own_environment();
  const auto value_in = [](const Environment& environment, const std::string& name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string("\n") : found->second;
  };
  Environment all = before;
  all.insert(after.begin(), after.end());
  for (const auto& [name, value] : all) {
    if (is_shells_own(name)) continue;
    const bool cannot_be_dropped = !after.contains(name) && name.find('*') != name.npos;
    const bool stays = before.contains(name) && (keeps(kept, name) || cannot_be_dropped);
    if (value_in(now, name) != value_in(stays ? before : after, name)) __builtin_trap();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const size_t half = text.find('\n');
  const Environment before = environment_in(text.substr(0, half));
  const Environment after = environment_in(half == text.npos ? "" : text.substr(half + 1));
  Plan plan;
  plan.cwd = "/work";
  plan.environment = {{EnvironmentRule::kKeep, "KEPT"}, {EnvironmentRule::kKeep, "SLURM_*"}};
  const Fd written = write_plan(plan);
  const std::vector<EnvironmentRule> kept = kept_variables(written.get());
  const Fd extended = extended_plan(written.get(), change_between(before, after, kept), "printed: it");
  const fuzz::Environment environment(strings_of(before));
  try {
    apply_decisions(extended.get());
    if (!has_injections(before)) compare(before, after, kept);
  } catch (const fuzz::Ended&) {
    __builtin_trap();  // what stage wrote is refused
  }
  return 0;
}
