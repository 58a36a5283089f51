#include "helper/plan.h"

#include "helper/entries.h"

namespace slipway {

Fd write_plan(const Plan& plan) {
  EntryWriter entries;
  entries.add("cwd", plan.cwd);
  for (const EnvironmentRule& rule : plan.environment) entries.add(rule.pass ? "pass" : "drop", rule.name);
  for (const auto& [name, value] : plan.set) entries.add("set", name + "=" + value);
  for (const auto& [name, value] : plan.fill) entries.add("fill", name + "=" + value);
  return entries.seal("container plan");
}

}  // namespace slipway
