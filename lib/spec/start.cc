// SPDX-License-Identifier: BSD-3-Clause
#include "lib/spec/start.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/base/text_file.h"
#include "lib/process/command.h"
#include "lib/protocol/wire.h"

namespace slipway {

namespace {

constexpr char kRunscript[] = "/.singularity.d/runscript";
constexpr char kOldRunscript[] = "/singularity";  // of images that Singularity 2 built
constexpr char kRc[] = "/etc/rc";  // enroot's: environment, working directory and entrypoint of a container image
constexpr size_t kLongestRc = 1 << 20;
constexpr char kShell[] = "/bin/sh";
constexpr char kApps[] = "/scif/apps";

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

bool can_be_entered(const std::string& path) {
  return faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0 && exists(path + "/.");
}

std::string names_in(const char* path) {
  std::string names;
  DIR* const directory = opendir(path);
  if (!directory) return names;
  while (const dirent* entry = readdir(directory)) {
    if (entry->d_name[0] != '.') names += (names.empty() ? "" : ", ") + printable(entry->d_name);
  }
  closedir(directory);
  return names;
}

void decide_directory(Plan& plan, const Request& request, const Terms& terms) {
  plan.cwd = terms.options.workdir;
  if (!plan.cwd.empty()) return;
  plan.cwd = request.cwd;
  if (!terms.starts_in_image && can_be_entered(plan.cwd)) return;
  const Fd rc(open(kRc, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  plan.cwd = directory_in_rc(text_of_regular_file(rc, kLongestRc));
  if (plan.cwd.empty() || !can_be_entered(plan.cwd)) plan.cwd = "/";
  if (!terms.starts_in_image) {
    plan.notices.push_back(printable(request.cwd) + " is not in the container; the step starts in " +
                           printable(plan.cwd) + " (--container-workdir names another directory)");
  }
}

void check_app(const Options& options) {
  const std::string& app = options.app;
  if (exists(std::string(kApps) + "/" + app)) return;
  const std::string there = names_in(kApps);
  throw Error(options.source_of("app") + "=" + printable(app), "the image has no such app",
              there.empty() ? "it has none at all" : "it has " + there);
}

std::vector<std::string> runscript_of(const std::string& app) {
  const std::string of_app = std::string(kApps) + "/" + app + "/scif/runscript";
  if (!app.empty() && exists(of_app)) return {of_app};
  if (exists(kRunscript)) return {kRunscript};
  if (exists(kOldRunscript)) return {kOldRunscript};
  if (exists(kRc)) return {kShell, kRc};
  return {kShell};
}

// A directory that was mistyped, or an archive that was packed one directory too high. (An image may be one program.)
bool looks_like_no_root(const std::string& command) {
  constexpr const char* kParts[] = {"/bin", "/usr", "/lib", "/sbin"};
  return std::none_of(std::begin(kParts), std::end(kParts), exists) &&
         find_command(command.c_str(), kDefaultSearchPath).exit_code != 0;
}

}  // namespace

void decide_start(Plan& plan, const Request& request, const Terms& terms) {
  decide_directory(plan, request, terms);
  if (!terms.options.app.empty()) check_app(terms.options);
  plan.is_batch = !request.batch_script.empty();
  if (terms.options.run.value_or(false) && !plan.is_batch) plan.front = runscript_of(terms.options.app);
  if (plan.front == std::vector<std::string>{kShell}) {
    plan.notices.push_back(printable(request.image) + ": has no runscript; " + kShell + " runs in its place");
  }
  if (looks_like_no_root(plan.front.empty() ? request.command : plan.front[0])) {
    plan.notices.push_back(printable(request.image) + ": does not look like a root file system: it has no /bin, " +
                           "/usr, /lib or /sbin");
  }
  if (plan.is_batch) {
    plan.interpreter_remedy = "use an image that has the program of the script's #! line";
    if (request.settings.force_image.empty()) {
      plan.interpreter_remedy += ", or run the script on the host with --container-batch=host";
    }
  }
}

// enroot writes: cd "DIRECTORY" && ...
std::string directory_in_rc(std::string_view script) {
  constexpr std::string_view kStart = "cd \"";
  while (!script.empty()) {
    const std::string_view line = script.substr(0, script.find('\n'));
    script.remove_prefix(std::min(line.size() + 1, script.size()));
    if (!line.starts_with(kStart)) continue;
    const size_t end = line.find('"', kStart.size());
    if (end == line.npos) continue;
    const std::string_view directory = line.substr(kStart.size(), end - kStart.size());
    if (directory.starts_with('/') && directory.find_first_of("$`\\") == directory.npos) return std::string(directory);
  }
  return "";
}

}  // namespace slipway
