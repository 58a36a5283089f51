#include "helper/plan.h"

#include "helper/entries.h"

namespace slipway {

Fd write_plan(const Plan& plan) {
  EntryWriter entries;
  entries.add("cwd", plan.cwd);
  for (const std::string& notice : plan.notices) entries.add("notice", notice);
  if (plan.is_batch) entries.add("batch", "yes");
  if (!plan.interpreter_remedy.empty()) entries.add("interpreter_remedy", plan.interpreter_remedy);
  if (!plan.no_pmix.empty()) entries.add("no_pmix", plan.no_pmix);
  if (!plan.old_pmix.empty()) entries.add("old_pmix", plan.old_pmix);
  if (!plan.no_munge.empty()) entries.add("no_munge", plan.no_munge);
  if (!plan.no_pmi.empty()) entries.add("no_pmi", plan.no_pmi);
  if (!plan.no_mpi.empty()) entries.add("no_mpi", plan.no_mpi);
  for (const std::string& word : plan.front) entries.add("front", word);
  for (const EnvironmentRule& rule : plan.environment) {
    if (rule.verb == EnvironmentRule::kDrop) entries.add("drop", rule.name);
    if (rule.verb == EnvironmentRule::kPass) entries.add("pass", rule.name);
    if (rule.verb == EnvironmentRule::kKeep) entries.add("keep", rule.name);
  }
  for (const auto& [name, value] : plan.set) entries.add("set", name + "=" + value);
  for (const auto& [name, value] : plan.fill) entries.add("fill", name + "=" + value);
  for (const auto& [name, value] : plan.lead) entries.add("lead", name + "=" + value);
  return entries.seal("container plan");
}

}  // namespace slipway
