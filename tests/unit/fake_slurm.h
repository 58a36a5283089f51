// SPDX-License-Identifier: BSD-3-Clause

// Stands in for Slurm on the other side of the plugin's wall: an environment, words and a step, as a test sets them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plugin/spank.h"

struct FakeSlurm : slipway::Slurm {
  std::map<std::string, std::string> variables;
  std::vector<std::string> command{"./app", "word"};
  bool prepends = false;
  bool is_srun = true, is_salloc = false;
  bool has_container = true, breaks_pmix = true, has_runtime = false;
  std::map<std::string, std::string> options;  // Slurm's own
  bool shows_options = true;
  std::vector<std::string> typed{"srun", "./app", "word"};
  size_t command_place = 1;
  std::vector<std::vector<std::string>> starts;  // the words of each start_again
  std::vector<std::string> executed;
  uint32_t job_id = 7, step_id = 0;
  int task = 0;
  std::optional<slipway::JobRecord> record;
  bool knows_records = true;
  std::optional<bool> checks = false;
  mutable int questions = 0;  // how often slurmctld was asked

  std::optional<std::string> environment(const char* name) const override {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
  }
  void set_environment(const char* name, const std::string& value) override { variables[name] = value; }
  void unset_environment(const char* name) override { variables.erase(name); }
  std::vector<std::string> words() const override { return command; }
  bool replace_word(size_t index, const std::string& word) override {
    if (index < command.size()) command[index] = word;
    return index < command.size();
  }
  bool can_prepend_word() const override { return prepends; }
  bool prepend_word(const std::string& word) override {
    command.insert(command.begin(), word);
    return prepends;
  }
  bool is_sbatch() const override { return !is_srun && !is_salloc; }
  bool launches_steps() const override { return is_srun; }
  std::optional<std::string> option(const char* name) const override {
    const auto found = options.find(name);
    if (!shows_options || found == options.end()) return std::nullopt;
    return found->second;
  }
  bool set_option(const char* name, const std::string& value) override {
    if (shows_options) options[name] = value;
    return shows_options;
  }
  bool reset_option(const char* name) override {
    if (shows_options) options.erase(name);
    return shows_options;
  }
  bool has_native_container() const override { return has_container; }
  bool native_container_breaks_pmix() const override { return breaks_pmix; }
  bool finds_runtime() const override { return has_runtime; }
  mutable std::vector<std::string> warnings;
  void warn(const std::string& line) const override { warnings.push_back(line); }
  std::vector<std::string> command_line() const override { return typed; }
  size_t command_index() const override { return command_place; }
  void start_again(std::vector<std::string> words) override { starts.push_back(words); }
  void execute(std::vector<std::string> words) override { executed = words; }
  uid_t uid() const override { return 12345; }
  std::string node() const override { return "n1"; }
  gid_t gid() const override { return 12345; }
  std::vector<gid_t> groups() const override { return {12345}; }
  uint32_t job() const override { return job_id; }
  uint32_t step() const override { return step_id; }
  int local_task() const override { return task; }
  uint32_t local_tasks() const override { return 1; }
  bool knows_job_records() const override { return knows_records; }
  std::optional<bool> checks_accounts() const override {
    ++questions;
    return checks;
  }
  std::optional<slipway::JobRecord> job_record() const override {
    ++questions;
    return record;
  }
};
