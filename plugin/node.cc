// SPDX-License-Identifier: BSD-3-Clause
#include "plugin/node.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <ctime>

#include "lib/base/error.h"
#include "lib/kernel/channel.h"
#include "lib/options/options.h"
#include "lib/options/terms.h"
#include "lib/process/place.h"
#include "lib/process/rank.h"
#include "lib/process/replaced.h"
#include "lib/protocol/message.h"
#include "lib/protocol/request.h"
#include "lib/protocol/wire.h"
#include "plugin/components.h"
#include "plugin/marker.h"
#include "plugin/multi_prog.h"
#include "plugin/option_sources.h"
#include "plugin/spool.h"
#include "plugin/stage_process.h"

namespace slipway {

namespace {

constexpr char kContainer[] = "SLURM_CONTAINER";
constexpr char kVerboseVariable[] = "SLIPWAY_VERBOSE";
constexpr char kMpiVariable[] = "SLURM_MPI_TYPE", kPmix[] = "pmix";  // "pmix_v4" and so on, too
constexpr char kEnter[] = LIBEXECDIR "/slipway-enter";

// Above what programs and shells use, and below 64: a larger table of descriptors takes a process with threads, as
// slurmstepd is, 10 ms in the kernel (expand_fdtable waits for every CPU).
constexpr int kLowestDescriptor = 40;

// stage enforces its own limit; this much later enter stops waiting for one that is stuck in the kernel.
constexpr unsigned kGraceSeconds = 5;

Fd moved_up(const Fd& fd) {
  Fd high(fcntl(fd.get(), F_DUPFD_CLOEXEC, kLowestDescriptor));
  if (!high) throw system_error("container", "fcntl(F_DUPFD)");
  return high;
}

// Held open from the beginning: an upgrade may take its name away before the ranks execute it. An upgrade under way may
// also not have named the helpers yet, some moments after the plugin; their directory comes first.
Fd open_enter() {
  constexpr timespec kMoment{0, 20'000'000};
  constexpr int kMoments = 50;
  for (const char* helper : {kStage, kEnter}) {
    for (int i = 0; i < kMoments && access(helper, F_OK) != 0 && access(LIBEXECDIR, F_OK) == 0; ++i) {
      nanosleep(&kMoment, nullptr);
    }
  }
  Fd enter(open(kEnter, O_PATH | O_CLOEXEC));
  if (!enter) enter.reset(open(replaced_path(kEnter).c_str(), O_PATH | O_CLOEXEC));
  return enter ? moved_up(enter) : Fd();
}

std::string working_directory() {
  char path[PATH_MAX];
  if (!getcwd(path, sizeof path) || path[0] != '/') throw system_error("working directory", "getcwd", "use --chdir");
  return path;
}

Request request_for(const Slurm& slurm, const Settings& settings, const Subject& subject, const OptionValues& options,
                    const ImageChoice& choice) {
  Request request;
  request.uid = slurm.uid();
  request.gid = slurm.gid();
  request.groups = slurm.groups();
  request.job = slurm.job();
  request.step = slurm.step();
  request.node = slurm.node();
  request.ranks = slurm.local_tasks();
  request.slurmstepd = getpid();
  request.subject = subject;
  request.settings = settings;
  request.image = choice.image;
  request.chosen_by = choice.chosen_by;
  request.options = options;
  // Most likely: what the user's shell told srun. The ranks tell where they really are.
  request.cwd = slurm.environment("PWD").value_or("");
  if (!request.cwd.starts_with('/')) request.cwd.clear();
  request.user = slurm.environment("USER").value_or("");
  request.home = slurm.environment("HOME").value_or("");
  request.shell = slurm.environment("SHELL").value_or("");
  request.is_verbose = yes_or_no(slurm.environment(kVerboseVariable).value_or("")).value_or(false);
  const std::vector<std::string> words = slurm.words();
  if (!words.empty()) request.command = unmark_command(words[0]);
  request.mpi_type = slurm.environment(kMpiVariable).value_or("");
  if (request.mpi_type.starts_with(kPmix)) request.spool = spool_directory(slurm.job(), slurm.step());
  request.library_path = slurm.environment("LD_LIBRARY_PATH").value_or("");
  request.driver_capabilities = slurm.environment("NVIDIA_DRIVER_CAPABILITIES").value_or("");
  request.visible_devices = slurm.environment("NVIDIA_VISIBLE_DEVICES").value_or("");
  if (slurm.step() == kBatchStep) request.batch_script = request.command;
  return request;
}

// srun calls a job that it makes itself by the command of its words.
void unmark_job_name(Slurm& slurm) {
  constexpr char kName[] = "SLURM_JOB_NAME";
  const std::string name = slurm.environment(kName).value_or("");
  if (is_marked(name)) slurm.set_environment(kName, unmark_command(name));
}

// Of this node's component, where srun has the plugin; else what the job passes on. What the step's commands start
// inherits it. Throws Error.
OptionValues take_options(Slurm& slurm) {
  OptionValues options;
  const auto text = slurm.environment(kStepVariable);
  if (!text) {
    options = values_in(slurm.environment(kJobVariable).value_or(""));
    const std::string image = slurm.environment(kContainer).value_or("");
    if (!image.empty()) options[kImage] = image == kNoImage ? "" : image;
    return options;
  }
  slurm.unset_environment(kStepVariable);
  const ComponentOptions components = read_components(*text);
  const auto component =
      components.size() > 1 ? served_component(slurm, step_socket(slurm.job(), slurm.step())) : std::nullopt;
  const auto found = components.size() > 1 ? components.find(component.value_or(-1)) : components.begin();
  if (found == components.end()) {
    throw Error("container", "this node cannot tell which component of the step it serves",
                "start the components as steps of their own");
  }
  options = found->second;
  if (says_image(options)) {
    slurm.set_environment(kContainer, image_of(options).empty() ? kNoImage : image_of(options));
  }
  OptionValues passed_on = options;
  passed_on.erase(kImage);
  if (!passed_on.empty()) slurm.set_environment(kJobVariable, to_text(passed_on));
  return options;
}

// The shell of an interactive step is salloc's command, which is on the host like that of any other salloc: but where
// all of a user's processes must be in one image, it is as a batch script is. Throws Error.
bool runs_on_host(uint32_t step, const Settings& settings, const OptionValues& options, bool is_forced) {
  if (step == kBatchStep) return !terms_of(read_options(options), settings).batch_in_image;
  return step == kInteractiveStep && !(is_forced && settings.batch_in_image);
}

// Throws Error.
void refuse_multi_prog(const std::vector<std::string>& words) {
  const std::string line = line_of_multi_prog(words);
  if (line.empty()) return;
  throw Error(printable(line), "may be a line of --multi-prog's, and none of its commands can be put into a container "
              "before Slurm 23.11", "put the step's command and arguments into a script");
}

}  // namespace

Node::Node(Slurm& slurm, const Settings& settings) : settings_(settings) {
  if (slurm.step() == kExternStep) return;
  try {
    unmark_job_name(slurm);
    decide(slurm, take_options(slurm));
  } catch (const Error& error) {
    refuse(error);
  }
}

// Where no key can name an image for this step, a step that asks for none goes on at once.
void Node::decide(Slurm& slurm, const OptionValues& options) {
  const bool asks = !image_of(options).empty(), site_may_choose = slurm.uid() != 0 && name_images(settings_.words);
  if (!asks && !site_may_choose) return;
  if (slurm.step() == kInteractiveStep && !site_may_choose) return stay_on_host(slurm);
  enter_ = open_enter();
  read_settings_again(slurm);
  const std::optional<bool> site_chooses = site_may_choose ? name_images_for(settings_.words, subject_) : false;
  if (!asks && site_chooses == false) return stay_on_host(slurm);
  if (!settings_.error.empty()) throw Error::reported(settings_.error, kExitRefused);
  if (settings_.depends_on_job && !slurm.knows_job_records()) {
    throw Error("container", "partition: and account: keys are set, and slipway cannot read this Slurm's job records",
                "ask the admin for a slipway that knows this release; slipway doctor names it", kExitRefused);
  }
  if (!site_chooses) refuse_unknown_subject(settings_);
  const ImageChoice choice = choose_image(options, settings_, subject_);
  is_forced_ = choice.is_forced;
  if (choice.image.empty() || runs_on_host(slurm.step(), settings_, options, choice.is_forced)) stay_on_host(slurm);
  else start(slurm, options, choice);
}

// The client may have marked the command, for an image that it saw.
void Node::stay_on_host(Slurm& slurm) {
  enter_.reset();
  const std::vector<std::string> words = slurm.words();
  if (words.empty() || !is_marked(words[0])) return;
  if (slurm.replace_word(0, unmark_command(words[0]))) return;
  throw Error("container", "the step's command cannot be replaced", "report this to slipway's authors");
}

// Now that it is known whose step it is. slurmctld is asked only where some key is for a partition or account, and once
// more where that key lets its users have more. What was wrong with a file that config= names is not among the words.
void Node::read_settings_again(const Slurm& slurm) {
  subject_.uid = slurm.uid();
  if (settings_.words.empty()) return;
  if (settings_.depends_on_job) {
    if (const auto record = slurm.job_record()) {
      subject_.partition = record->partition;
      subject_.account = record->account;
    }
  }
  subject_.groups = slurm.groups();
  subject_.groups.push_back(slurm.gid());
  const std::string error = settings_.error;
  settings_ = read_settings(settings_.words, subject_);
  if (!settings_.not_counted.empty()) {
    const std::optional<bool> checks = slurm.checks_accounts();
    if (!checks) {
      throw Error("container",
                  "slurmctld does not say whether it checks who names an account, and some key depends on it",
                  "try again, or ask the admin to look at slurmctld");
    }
    subject_.is_checked = *checks;
    if (*checks) settings_ = read_settings(settings_.words, subject_);
  }
  if (settings_.error.empty()) settings_.error = error;
}

void Node::start(Slurm& slurm, const OptionValues& options, const ImageChoice& choice) {
  const SocketPair ranks = socket_pair();
  take_nothing_from_ranks(ranks.theirs.get());  // stage may start later than they do
  const SocketPair place = socket_pair();
  const Fd hello(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!hello) throw system_error("container", "eventfd");
  Request wanted = request_for(slurm, settings_, subject_, options, choice);
  struct stat enter {};
  if (enter_) fstat(enter_.get(), &enter);
  wanted.enter_device = enter.st_dev;
  wanted.enter_inode = enter.st_ino;
  const Fd request = moved_up(write_request(wanted));
  hello_ = moved_up(hello);
  ranks_end_ = moved_up(ranks.ours);
  place_end_ = moved_up(place.ours);
  // Stage's ends are closed here when this returns: end of file means that stage died.
  start_stage(request.get(), moved_up(ranks.theirs).get(), moved_up(place.theirs).get(), hello_.get());
}

void Node::refuse(const Error& error) {
  place_end_.reset();  // no stage asks where the ranks are
  const SocketPair ranks = socket_pair();
  ranks_end_ = moved_up(ranks.ours);
  send_failure(ranks.theirs.get(), {error.what(), error.exit_code()});
}

void Node::tell_place(Slurm& slurm) {
  if (!has_container()) return;
  const Fd place_end = std::move(place_end_);  // closed in this rank when it is done: end of file means no rank told
  if (slurm.local_task() != 0 || !place_end) return;
  Place place;
  place.cwd = working_directory();
  place.mount_namespace.reset(open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC));
  if (!place.mount_namespace) throw system_error("/proc/self/ns/mnt", "open");
  send_place(place_end.get(), place);
}

void Node::hand_over(Slurm& slurm) {
  if (!has_container()) return;
  const std::vector<std::string> words = slurm.words();
  if (words.empty()) throw Error("container", "the step has no command", "name one");
  for (const Fd* end : {&ranks_end_, &hello_}) {
    if (*end && fcntl(end->get(), F_SETFD, 0) != 0) throw system_error("container", "fcntl(F_SETFD)");
  }
  slurm.set_environment(kEnterVariable, std::to_string(ranks_end_.get()) + ":" +
                                            std::to_string(settings_.stage_timeout_seconds + kGraceSeconds) + ":" +
                                            std::to_string(hello_.get()));
  // srun marks no list of commands of such a Slurm. But a mark can be forged.
  const bool is_one_command = (is_marked(words[0]) && !is_forced_) || slurm.step() == kBatchStep;
  if (!slurm.can_prepend_word() && !is_one_command) refuse_multi_prog(words);
  // Where there is none, slurmstepd names the file that it misses.
  const std::string enter = enter_ ? "/proc/self/fd/" + std::to_string(enter_.get()) : kEnter;
  if (!(slurm.can_prepend_word() ? slurm.prepend_word(enter) : slurm.replace_word(0, enter))) {
    throw Error("container", "the step's command cannot be replaced", "report this to slipway's authors");
  }
  // The user's own variable of that name must not reach enter.
  if (slurm.can_prepend_word()) slurm.unset_environment(kArgv0Variable);
  else slurm.set_environment(kArgv0Variable, words[0]);
}

void Node::ranks_are_forked() {
  enter_.reset();
  place_end_.reset();
  ranks_end_.reset();
  hello_.reset();
}

}  // namespace slipway
