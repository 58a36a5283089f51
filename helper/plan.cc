#include "helper/plan.h"

#include "helper/entries.h"

namespace slipway {

Fd write_plan(const Plan& plan) {
  EntryWriter entries;
  entries.add("cwd", plan.cwd);
  for (const EnvironmentRule& rule : plan.environment) {
    if (rule.verb == EnvironmentRule::kDrop) entries.add("drop", rule.name);
    if (rule.verb == EnvironmentRule::kPass) entries.add("pass", rule.name);
  }
  for (const auto& [name, value] : plan.set) entries.add("set", name + "=" + value);
  for (const auto& [name, value] : plan.fill) entries.add("fill", name + "=" + value);
  return entries.seal("container plan");
}

}  // namespace slipway
