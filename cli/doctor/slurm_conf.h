// SPDX-License-Identifier: BSD-3-Clause

// Slurm's own configuration as its files have it. The controller is never asked: it may be what does not answer.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/doctor/installation.h"
#include "cli/doctor/node.h"

namespace slipway::doctor {

struct SlurmConf {
  std::string path;                           // empty: there is none where Slurm looks for it
  std::string usual = kSlurmConfOfPackages;   // where it is when nothing else is said
  std::vector<std::string> unreadable;        // of it and the files that it includes
  std::map<std::string, std::string> values;  // the keys in small letters, as Slurm does not tell them apart

  // Where Slurm's other files are too. With its slash at the end.
  std::string directory() const {
    const std::string& file = path.empty() ? usual : path;
    return file.substr(0, file.find_last_of('/') + 1);
  }
  // Empty where the file does not say. `key` in small letters.
  std::string value(const std::string& key) const;
  // Whether `word` is in the list that `key` has, whatever the size of its letters.
  bool has(const std::string& key, std::string_view word) const;
  // Whether slurmctld checks that a job's user is in the account that the job names (AccountingStorageEnforce).
  bool checks_accounts() const;
};

// What SLURM_CONF names; else, as Slurm's programs have it, `usual`, or what slurmd got from the controller of a
// configless cluster and keeps in /run/slurm/conf. Empty: none.
std::string path_of_slurm_conf(const Node& node, const std::string& usual);

SlurmConf read_slurm_conf(const Node& node, const std::string& path);

// That of the installation which counts; without one, that of /etc/slurm.
SlurmConf slurm_conf_of(const Node& node, const std::vector<Installation>& installed);

}  // namespace slipway::doctor
