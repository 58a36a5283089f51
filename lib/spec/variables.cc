// SPDX-License-Identifier: BSD-3-Clause
#include "lib/spec/variables.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/base/text_file.h"
#include "lib/image/image_scripts.h"
#include "lib/options/options.h"
#include "lib/protocol/wire.h"
#include "lib/spec/layout.h"

namespace slipway {

namespace {

constexpr off_t kLongestFile = 1 << 20;
constexpr char kEnrootMark[] = "/etc/rc";  // a script that each of its images has

class Variables {
 public:
  Variables(const Request& request, const Terms& terms, const std::vector<EnvironmentRule>& table)
      : request_(request), terms_(terms), table_(table) {}

  // Of rules, the last that fits a variable counts; who comes later wins.
  Plan plan(const Accounts& accounts) {
    if (terms_.options.clean_environment) clean();
    plan_.environment.insert(plan_.environment.end(), table_.begin(), table_.end());
    for (const std::string& name : request_.settings.env_pass) add_rule(EnvironmentRule::kPass, name);
    for (const std::string& name : request_.settings.env_unset) add_rule(EnvironmentRule::kDrop, name);
    plan_.fill.emplace_back("PATH", kDefaultSearchPath);
    if (!request_.batch_script.empty()) plan_.behind.emplace_back("PATH", kAbsentCommands);
    for (const char* name : {"SLIPWAY_CONTAINER", "APPTAINER_CONTAINER", "SINGULARITY_CONTAINER"}) {
      plan_.set.emplace_back(name, request_.image);
    }
    if (terms_.remaps_root) {
      set("HOME", home_inside(accounts, terms_));
      for (const char* name : {"USER", "LOGNAME"}) set(name, accounts.user);
    }
    for (const auto& [name, value] : request_.settings.env_set) set(name, value);
    if (!terms_.options.app.empty()) name_app(terms_.options.app);
    for (const std::string& name : terms_.options.host_variables) {
      add_rule(EnvironmentRule::kPass, name);
      add_rule(EnvironmentRule::kKeep, name);
    }
    if (!terms_.options.environment_file.empty()) read_file(terms_.options.environment_file);
    for (const auto& [name, value] : terms_.options.set_variables) set(name, value);
    return std::move(plan_);
  }

 private:
  void add_rule(EnvironmentRule::Verb verb, const std::string& name) { plan_.environment.push_back({verb, name}); }

  // Nothing but what Slurm, MPI and the user's identity need, as the table says; what the admin passes, too.
  void clean() {
    add_rule(EnvironmentRule::kDrop, "*");
    for (const EnvironmentRule& rule : table_) {
      if (rule.verb == EnvironmentRule::kKeep || rule.verb == EnvironmentRule::kAlways) {
        add_rule(EnvironmentRule::kPass, rule.name);
      }
    }
    plan_.fill.emplace_back("LANG", "C.UTF-8");
  }

  // Whatever the step has, and whatever the image's scripts would make of it.
  void set(const std::string& name, const std::string& value) {
    plan_.set.emplace_back(name, value);
    add_rule(EnvironmentRule::kKeep, name);
  }

  // The image's own scripts (94-appsbase.sh) do the rest, as they do under the incumbents.
  void name_app(const std::string& app) {
    for (const char* name : {"APPTAINER_APPNAME", "SINGULARITY_APPNAME", "SCIF_APPNAME"}) set(name, app);
    set("SCIF_APPROOT", "/scif/apps/" + app);
    set("SCIF_APPDATA", "/scif/data/" + app);
  }

  void read_file(const std::string& path) {
    const std::string what = terms_.options.source_of("env_file") + "=" + printable(path);
    const Fd file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    struct stat status;
    if (!file || fstat(file.get(), &status) != 0) {
      throw system_error(what, "open", "name a file that exists on each node of the step");
    }
    if (!S_ISREG(status.st_mode) || status.st_size > kLongestFile) {
      throw Error(what, "is no file of at most 1 MiB", "name a file with lines NAME=VALUE");
    }
    for (const auto& [name, value] : variables_in(text_of_regular_file(file, kLongestFile), path)) set(name, value);
  }

  const Request& request_;
  const Terms& terms_;
  const std::vector<EnvironmentRule>& table_;
  Plan plan_;
};

constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

std::string_view without_quotes(std::string_view value) {
  const bool quoted = value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0];
  return quoted ? value.substr(1, value.size() - 2) : value;
}

}  // namespace

Plan variables_of_plan(const Request& request, const Accounts& accounts, const Terms& terms,
                       const std::vector<EnvironmentRule>& table) {
  return Variables(request, terms, table).plan(accounts);
}

void add_variables_of_image(Plan& plan) {
  // Other images have an /etc/environment too, for logins, which the incumbents do not read.
  if (access(kEnrootMark, F_OK) != 0 || access(kEnvironmentScripts, F_OK) == 0) return;
  const Fd file(open("/etc/environment", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  for (const auto& [name, value] : variables_in(text_of_regular_file(file, kLongestFile), "")) {
    (keeps(plan.environment, name) ? plan.fill : plan.set).emplace_back(name, value);
  }
}

NamedValues variables_in(std::string_view text, const std::string& path) {
  constexpr std::string_view kExport = "export";
  NamedValues variables;
  size_t number = 0;
  while (!text.empty()) {
    std::string_view line = trimmed(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    ++number;
    if (line.empty() || line[0] == '#') continue;
    if (const size_t end = line.find_first_of(kBlanks); line.substr(0, end) == kExport && end != line.npos) {
      line = trimmed(line.substr(end));
    }
    const size_t equals = line.find('=');
    const bool is_variable = equals != line.npos && is_variable_name(line.substr(0, equals));
    if (is_variable) variables.emplace_back(line.substr(0, equals), without_quotes(trimmed(line.substr(equals + 1))));
    else if (!path.empty()) {
      throw Error(printable(path) + " line " + std::to_string(number), "is not NAME=VALUE", "correct it");
    }
  }
  return variables;
}

}  // namespace slipway
