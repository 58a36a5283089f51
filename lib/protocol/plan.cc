// SPDX-License-Identifier: BSD-3-Clause
#include "lib/protocol/plan.h"

#include "lib/protocol/entries.h"

namespace slipway {

namespace {

constexpr char kWhat[] = "container plan";

}  // namespace

Fd write_plan(const Plan& plan) {
  EntryWriter entries;
  entries.add("cwd", plan.cwd);
  for (const std::string& notice : plan.notices) entries.add("notice", notice);
  for (const std::string& notice : plan.gpu_notices) entries.add("gpu_notice", notice);
  for (const std::string& demand : plan.demanded_gpus) entries.add("gpu_demand", demand);
  if (plan.is_batch) entries.add("batch", "yes");
  if (!plan.interpreter_remedy.empty()) entries.add("interpreter_remedy", plan.interpreter_remedy);
  if (!plan.no_pmix.empty()) entries.add("no_pmix", plan.no_pmix);
  if (!plan.old_pmix.empty()) entries.add("old_pmix", plan.old_pmix);
  if (!plan.lacks_pmix.empty()) entries.add("lacks_pmix", plan.lacks_pmix);
  if (!plan.lacks_munge.empty()) entries.add("lacks_munge", plan.lacks_munge);
  if (!plan.lacks_pmi.empty()) entries.add("lacks_pmi", plan.lacks_pmi);
  if (!plan.no_mpi.empty()) entries.add("no_mpi", plan.no_mpi);
  if (!plan.launcher.empty()) entries.add("launcher", plan.launcher);
  if (plan.gpu_bind) entries.add("gpu_bind", topology::name_of(*plan.gpu_bind));
  if (plan.has_hosts_dev) entries.add("hosts_dev", "yes");
  for (const std::string& nic : plan.nics) entries.add("nic", nic);
  if (!plan.no_driver.empty()) entries.add("no_driver", plan.no_driver);
  for (const std::string& word : plan.front) entries.add("front", word);
  for (const EnvironmentRule& rule : plan.environment) {
    if (rule.verb == EnvironmentRule::kDrop) entries.add("drop", rule.name);
    if (rule.verb == EnvironmentRule::kPass) entries.add("pass", rule.name);
    if (rule.verb == EnvironmentRule::kKeep) entries.add("keep", rule.name);
  }
  for (const auto& [name, value] : plan.set) entries.add("set", name + "=" + value);
  for (const auto& [name, value] : plan.fill) entries.add("fill", name + "=" + value);
  for (const auto& [name, value] : plan.lead) entries.add("lead", name + "=" + value);
  for (const auto& [name, value] : plan.behind) entries.add("behind", name + "=" + value);
  for (const auto& [name, value] : plan.gpu_set) entries.add("gpu_set", name + "=" + value);
  for (const auto& [name, value] : plan.gpu_lead) entries.add("gpu_lead", name + "=" + value);
  return entries.seal(kWhat);
}

Fd extended_plan(int plan, const EnvironmentChange& change, const std::string& notice) {
  EntryWriter entries;
  read_entries(plan, kWhat, [&](std::string_view key, std::string_view value) { entries.add(key, value); });
  for (const std::string& name : change.drop) entries.add("drop", name);
  for (const auto& [name, value] : change.set) entries.add("set", name + "=" + value);
  for (const auto& [name, value] : change.fill) entries.add("fill", name + "=" + value);
  if (!notice.empty()) entries.add("notice", notice);
  return entries.seal(kWhat);
}

std::vector<EnvironmentRule> kept_variables(int plan) {
  std::vector<EnvironmentRule> rules;
  read_entries(plan, kWhat, [&](std::string_view key, std::string_view value) {
    if (key == "keep") rules.push_back({EnvironmentRule::kKeep, std::string(value)});
  });
  return rules;
}

}  // namespace slipway
