// SPDX-License-Identifier: BSD-3-Clause

// Runs slipway-stage and slipway-enter as slurmstepd does, without Slurm around them, and prints what they cost:
// medians, and peaks of resident memory. usage (as root):
// launch-cost UID IMAGE RANKS ROUNDS [--SETTING=VALUE]... [+KEY=VALUE]... COMMAND..., with settings of
// lib/options/option_table.h and keys of slipway.conf(5). Ranks have this program's variables, and SLURM_LOCALID.
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

#include "lib/kernel/channel.h"
#include "lib/protocol/arrival.h"
#include "lib/process/place.h"
#include "lib/protocol/request.h"
#include "lib/protocol/wire.h"

using namespace slipway;

namespace {

double now_ms() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

double cpu_ms(const rusage& usage) {
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

// vfork: the peak that wait4 reports of a child is then its own, not that of a copy of this process.
template <typename Body>
pid_t spawn(Body body) {
  const pid_t child = vfork();
  if (child == 0) {
    body();
    _exit(99);
  }
  return child;
}

rusage reap(pid_t child) {
  rusage usage{};
  int status = 0;
  wait4(child, &status, 0, &usage);
  if (status != 0) {
    fprintf(stderr, "launch-cost: a child ended with status %x\n", status);
    exit(1);
  }
  return usage;
}

// In KiB, of one enter that waits for its container: it holds the most then, and the command's memory is not yet there.
// (What wait4 reports of a rank includes the memory that it shared with this process before it executed enter.)
long peak_of_waiting_enter(const char* command) {
  const SocketPair pair = socket_pair();
  const int ranks_end = fcntl(pair.ours.get(), F_DUPFD, 200);
  const std::string summons = std::to_string(ranks_end) + ":60";
  const pid_t enter = spawn([&] {
    setenv(kEnterVariable, summons.c_str(), 1);
    execl(LIBEXECDIR "/slipway-enter", "launch-cost", command, nullptr);
  });
  usleep(50'000);
  std::ifstream status("/proc/" + std::to_string(enter) + "/status");
  long peak = -1;
  for (std::string word; status >> word;) {
    if (word == "VmHWM:") status >> peak;
  }
  kill(enter, SIGKILL);
  waitpid(enter, nullptr, 0);
  close(ranks_end);
  return peak;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return 2;
  Request request;
  request.uid = atoi(argv[1]);
  const passwd* const user = getpwuid(request.uid);
  if (!user) return 2;
  request.gid = user->pw_gid;
  request.image = argv[2];
  request.cwd = user->pw_dir;
  const int ranks = atoi(argv[3]), rounds = atoi(argv[4]);
  for (; argc > 6 && strncmp(argv[5], "--", 2) == 0; ++argv, --argc) add_part(request.options, argv[5] + 2);
  for (; argc > 6 && argv[5][0] == '+'; ++argv, --argc) request.settings.words.push_back({argv[5] + 1, "argument"});
  request.command = argv[5];
  request.ranks = ranks;

  std::vector<double> ready, stage_cpu, enter_cpu, plain_cpu, all, ended;
  long stage_peak = 0;
  for (int round = 0; round < rounds; ++round) {
    SocketPair pair = socket_pair(), place = socket_pair();
    const Fd sealed = write_request(request);
    // Out of the way of the numbers that stage expects.
    const int ranks_end = fcntl(pair.ours.get(), F_DUPFD, 200),
              stage_end = fcntl(pair.theirs.get(), F_DUPFD_CLOEXEC, 200),
              request_fd = fcntl(sealed.get(), F_DUPFD_CLOEXEC, 200),
              place_fd = fcntl(place.theirs.get(), F_DUPFD_CLOEXEC, 200), hello = eventfd(0, EFD_NONBLOCK);
    const double start = now_ms();
    const pid_t stage = spawn([&] {
      dup2(request_fd, kRequestFd);
      dup2(stage_end, kRanksFd);
      dup2(place_fd, kPlaceFd);
      dup2(hello, kHelloFd);
      execl(LIBEXECDIR "/slipway-stage", "slipway-stage", nullptr);
    });
    close(stage_end);
    close(place_fd);
    pair.theirs.reset();
    place.theirs.reset();
    send_place(place.ours.get(), {request.cwd, Fd(open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC))});
    const std::string summons = std::to_string(ranks_end) + ":60:" + std::to_string(hello);
    const Arrival arrival = await_container(ranks_end, 60000);  // ends this program when there is none
    ready.push_back(now_ms() - start);
    for (int i = 0; i < arrival.count; ++i) close(arrival.descriptors[i]);
    std::vector<pid_t> children;
    for (int rank = 0; rank < ranks; ++rank) {
      children.push_back(spawn([&] {
        (void)!setgid(request.gid);
        (void)!setuid(request.uid);
        setenv(kEnterVariable, summons.c_str(), 1);
        setenv("SLURM_LOCALID", std::to_string(rank).c_str(), 1);
        std::vector<char*> words{argv[0]};
        words.insert(words.end(), argv + 5, argv + argc + 1);
        execv(LIBEXECDIR "/slipway-enter", words.data());
      }));
    }
    for (const pid_t child : children) enter_cpu.push_back(cpu_ms(reap(child)));
    all.push_back(now_ms() - start);
    const rusage usage = reap(stage);
    stage_cpu.push_back(cpu_ms(usage));
    stage_peak = std::max(stage_peak, usage.ru_maxrss);
    ended.push_back(now_ms() - start);
    close(ranks_end);
    close(request_fd);

    for (int rank = 0; rank < ranks; ++rank) {
      plain_cpu.push_back(cpu_ms(reap(spawn([&] { execv(argv[5], argv + 5); }))));
    }
  }
  printf(
      "{\"ranks\": %d, \"stage_ready_ms\": %.2f, \"stage_cpu_ms\": %.2f, \"stage_peak_kib\": %ld, \"all_done_ms\": "
      "%.2f, "
      "\"stage_reaped_ms\": %.2f, \"rank_cpu_ms\": %.3f, \"plain_cpu_ms\": %.3f, \"enter_peak_kib\": %ld}\n",
      ranks, median(ready), median(stage_cpu), stage_peak, median(all), median(ended), median(enter_cpu),
      median(plain_cpu), peak_of_waiting_enter(argv[5]));
}
