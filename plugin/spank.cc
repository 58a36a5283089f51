// SPDX-License-Identifier: BSD-3-Clause

// The SPANK hooks: each turns what Slurm passes into a call of Client or Node, and lets no exception out.
#include "plugin/spank.h"

#include <getopt.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

extern "C" {
#include <slurm/slurm_version.h>
#include <slurm/spank.h>
}

#include "lib/base/error.h"
#include "lib/options/option_table.h"
#include "lib/options/settings.h"
#include "plugin/client.h"
#include "plugin/command_line.h"
#include "plugin/explain_option.h"
#include "plugin/libslurm.h"
#include "plugin/node.h"

#define EXPORTED __attribute__((visibility("default")))

// In place of SPANK_PLUGIN, which makes plugin_version constant: Slurm loads a plugin only when it names Slurm's own
// release. Declared first, since C++ exports no constant otherwise.
extern "C" {
EXPORTED extern const char plugin_name[], plugin_type[];
EXPORTED extern const unsigned int spank_plugin_version;
EXPORTED extern unsigned int plugin_version;
const char plugin_name[] = "slipway";
const char plugin_type[] = "spank";
const unsigned int spank_plugin_version = 1;
unsigned int plugin_version = SLURM_VERSION_NUMBER;
}

namespace slipway {
namespace {

// Runs when the plugin is loaded, before Slurm looks at plugin_version: one binary serves every release. Of a release
// that is not known it stays as it was compiled, and Slurm refuses the plugin by itself.
__attribute__((constructor)) void adopt_release() {
  if (const SlurmRelease* const release = slurm_release(libslurm::api())) plugin_version = version_number(*release);
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

// slurmstepd sets it for itself, whatever a step's user exports. Empty in a client.
const char* name_of_node() {
  const char* const name = spank_context() == S_CTX_REMOTE ? getenv("SLURMD_NODENAME") : nullptr;
  return name ? name : "";
}

class Spank : public Slurm {
 public:
  explicit Spank(spank_t spank) : spank_(spank), on_node_(spank_remote(spank) == 1) {}

  std::optional<std::string> environment(const char* name) const override {
    if (!on_node_) {
      const char* const value = getenv(name);
      return value ? std::optional<std::string>(value) : std::nullopt;
    }
    // Most variables are short; none is longer than what the kernel executes a program with (MAX_ARG_STRLEN).
    for (const size_t size : {size_t{4} << 10, size_t{128} << 10}) {
      std::string value(size, '\0');
      const spank_err_t result = spank_getenv(spank_, name, value.data(), static_cast<int>(size));
      if (result == ESPANK_SUCCESS) return value.substr(0, strlen(value.c_str()));
      if (result != ESPANK_NOSPACE) return std::nullopt;
    }
    throw Error(name, "is longer than the 128 KiB that a program can be given", "unset or shorten it");
  }

  void set_environment(const char* name, const std::string& value) override {
    if (on_node_) spank_setenv(spank_, name, value.c_str(), 1);
    else setenv(name, value.c_str(), 1);
  }

  void unset_environment(const char* name) override {
    if (on_node_) spank_unsetenv(spank_, name);
    else unsetenv(name);
  }

  std::vector<std::string> words() const override {
    int count = 0;
    char** words = nullptr;
    if (spank_get_item(spank_, S_JOB_ARGV, &count, &words) != ESPANK_SUCCESS || !words) return {};
    return std::vector<std::string>(words, words + count);
  }

  // S_JOB_ARGV is the very array that is executed (on a node) or sent to the nodes (in srun). srun may free the new
  // string. The old one is left to Slurm's allocator.
  bool replace_word(size_t index, const std::string& word) override {
    int count = 0;
    char** words = nullptr;
    if (spank_get_item(spank_, S_JOB_ARGV, &count, &words) != ESPANK_SUCCESS) return false;
    if (count < 0 || index >= static_cast<size_t>(count)) return false;
    char* const copy = libslurm::allocated_copy(word);
    if (copy) words[index] = copy;
    return copy != nullptr;
  }

  bool can_prepend_word() const override { return libslurm::can_prepend_words(); }
  bool prepend_word(const std::string& word) override { return libslurm::prepend_word(spank_, word); }

  bool launches_steps() const override { return spank_context() == S_CTX_LOCAL; }

  bool is_sbatch() const override { return libslurm::is_sbatch(); }

  std::optional<std::string> option(const char* name) const override { return libslurm::option(name); }
  bool set_option(const char* name, const std::string& value) override { return libslurm::set_option(name, value); }
  bool reset_option(const char* name) override { return libslurm::reset_option(name); }
  bool has_native_container() const override { return libslurm::api() >= kFirstWithContainer; }
  bool native_container_breaks_pmix() const override { return libslurm::api() >= kFirstPmixWithBundle; }

  bool finds_runtime() const override {
    return libslurm::api() >= kFirstWithRuntime && libslurm::finds_plugin("runtime/slipway");
  }

  std::vector<std::string> command_line() const override { return own_command_line(); }

  void warn(const std::string& line) const override { slurm_spank_log("slipway: %s", line.c_str()); }

  // srun parses each component's words with getopt, whose variable this is.
  size_t command_index() const override { return static_cast<size_t>(optind); }

  void start_again(std::vector<std::string> words) override {
    std::vector<std::string> environment = first_environment();
    execve("/proc/self/exe", pointers_to(words).data(), pointers_to(environment).data());
  }

  void execute(std::vector<std::string> words) override { execv(words[0].c_str(), pointers_to(words).data()); }

  uid_t uid() const override { return on_node_ ? item<uid_t>(S_JOB_UID, static_cast<uid_t>(-1)) : getuid(); }
  std::string node() const override { return name_of_node(); }
  gid_t gid() const override { return item<gid_t>(S_JOB_GID, static_cast<gid_t>(-1)); }
  uint32_t job() const override { return item<uint32_t>(S_JOB_ID, 0); }
  uint32_t step() const override { return item<uint32_t>(S_JOB_STEPID, kExternStep); }
  uint32_t local_tasks() const override { return item<uint32_t>(S_JOB_LOCAL_TASK_COUNT, 1); }
  int local_task() const override { return item<int>(S_TASK_ID, -1); }

  std::optional<JobRecord> job_record() const override { return libslurm::load_job(job()); }
  bool knows_job_records() const override { return libslurm::knows_job_records(); }
  std::optional<bool> checks_accounts() const override { return libslurm::checks_accounts(); }

  std::vector<gid_t> groups() const override {
    gid_t* groups = nullptr;
    int count = 0;
    if (spank_get_item(spank_, S_JOB_SUPPLEMENTARY_GIDS, &groups, &count) != ESPANK_SUCCESS) return {};
    return std::vector<gid_t>(groups, groups + count);
  }

 private:
  template <typename T>
  T item(spank_item_t which, T fallback) const {
    T value = fallback;
    return spank_get_item(spank_, which, &value) == ESPANK_SUCCESS ? value : fallback;
  }

  spank_t spank_;
  bool on_node_;
};

// One process is a client or a slurmstepd, and serves one command or step.
Settings settings;
std::unique_ptr<Client> client;
std::unique_ptr<Node> node;

bool is_client() {
  const spank_context_t context = spank_context();
  return context == S_CTX_LOCAL || context == S_CTX_ALLOCATOR;
}

bool is_node() { return spank_context() == S_CTX_REMOTE; }

// A hook's body. Negative on failure: up to 24.11, a positive number is an error that Slurm logs and ignores.
template <typename Body>
int guarded(Body body) noexcept {
  try {
    body();
    return 0;
  } catch (const std::exception& error) {
    const char* const node = name_of_node();
    slurm_spank_log("slipway: %s%s%s", node, *node ? ": " : "", error.what());
    return -1;
  }
}

// Negative from these hooks of slurmstepd would drain the node: what fails is told where ranks start.
template <typename Body>
int forgiven(Body body) noexcept {
  guarded(body);
  return 0;
}

// `number` is the option's place in the table. What reaches a node this way is a user's word that no client has looked
// at: nodes read our variables instead, as hostile.
int take_option(int number, const char* argument, int remote) {
  return guarded([&] {
    const auto spellings = option_spellings();
    if (remote || !client || number < 0 || static_cast<size_t>(number) >= spellings.size()) return;
    client->take_option(spellings[number], argument);
  });
}

int take_explain_option(int, const char*, int remote) {
  return guarded([&] {
    if (!remote && client) client->only_explain();
  });
}

// Slurm's help shows the options of all plugins in one list, in the order of their registration, and does not say whose
// each one is. Slurm copies the strings.
void register_option(spank_t spank, const char* name, const char* argument, const char* help, int number,
                     spank_opt_cb_f callback) {
  std::string tagged = std::string("[slipway] ") + help;
  spank_option option{};
  option.name = const_cast<char*>(name);
  option.arginfo = const_cast<char*>(argument);
  option.usage = tagged.data();
  option.has_arg = argument != nullptr;
  option.val = number;
  option.cb = callback;
  spank_option_register(spank, &option);
}

void register_spelling(spank_t spank, const OptionSpelling& spelling, const char* name) {
  const int number = static_cast<int>(&spelling - option_spellings().data());
  register_option(spank, name, spelling.argument, spelling.help, number, take_option);
}

// Behind others, where a site's own srun puts its options first.
bool is_asked_to_explain(const std::vector<std::string>& words) {
  return std::find(words.begin(), words.end(), std::string("--") + kExplainOption) != words.end();
}

void register_options(spank_t spank) {
  for (const OptionSpelling& spelling : option_spellings()) {
    if (spelling.pyxis && settings.options == Settings::Options::kNative) continue;
    register_spelling(spank, spelling, spelling.name);
  }
  if (libslurm::api() < kFirstWithContainer) register_spelling(spank, option_spellings().front(), "container");
  // No user types it. SPANK has no hidden options: where slipway explain has not written it, there is none.
  if (is_client() && is_asked_to_explain(own_command_line())) {
    register_option(spank, kExplainOption, nullptr, "only explain", 0, take_explain_option);
  }
}

}  // namespace
}  // namespace slipway

using namespace slipway;

extern "C" {

EXPORTED int slurm_spank_init(spank_t spank, int count, char** words) {
  return forgiven([&] {
    if (!is_client() && !is_node()) return;
    // On a node, the step's groups are not this process's, and are not known yet.
    Subject subject;
    if (is_client()) subject.groups = own_groups();
    settings = read_settings(std::vector<std::string>(words, words + count), subject);
    register_options(spank);
    Spank slurm(spank);
    if (is_client()) client = std::make_unique<Client>(slurm, settings);
  });
}

EXPORTED int slurm_spank_init_post_opt(spank_t spank, int, char**) {
  Spank slurm(spank);
  if (client) return guarded([&] { client->options_are_parsed(slurm); });
  if (!is_node()) return 0;
  return forgiven([&] { node = std::make_unique<Node>(slurm, settings); });
}

EXPORTED int slurm_spank_local_user_init(spank_t spank, int, char**) {
  return guarded([&] {
    Spank slurm(spank);
    if (client) client->launch(slurm);
  });
}

EXPORTED int slurm_spank_task_init_privileged(spank_t spank, int, char**) {
  return guarded([&] {
    Spank slurm(spank);
    if (node) node->tell_place(slurm);
  });
}

EXPORTED int slurm_spank_task_init(spank_t spank, int, char**) {
  return guarded([&] {
    Spank slurm(spank);
    // What could not be read is perhaps a container: it must not run on the host.
    if (!node) throw Error("container", "slipway could not start on this node", "try again; see slurmd's log there");
    node->hand_over(slurm);
  });
}

EXPORTED int slurm_spank_task_post_fork(spank_t, int, char**) {
  return forgiven([&] {
    if (node) node->ranks_are_forked();
  });
}

}  // extern "C"
