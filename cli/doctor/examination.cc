// SPDX-License-Identifier: BSD-3-Clause
#include "cli/doctor/examination.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>

#include "lib/base/error.h"
#include "lib/base/fd.h"

namespace slipway::doctor {

namespace {

using std::chrono::steady_clock;

// A finding in the pipe: its status, then its texts, each ended by NUL.
std::string packed(const Finding& finding) {
  std::string bytes(1, static_cast<char>('0' + static_cast<int>(finding.status)));
  for (const std::string* text : {&finding.check, &finding.found, &finding.means, &finding.remedy}) {
    bytes.append(text->c_str()).push_back('\0');  // cut at a NUL that came from a broken file
  }
  return bytes;
}

std::vector<Finding> unpacked(const std::string& bytes) {
  std::vector<Finding> findings;
  size_t at = 0;
  while (at < bytes.size()) {
    Finding finding;
    finding.status = static_cast<Status>(bytes[at++] - '0');
    for (std::string* text : {&finding.check, &finding.found, &finding.means, &finding.remedy}) {
      const size_t end = bytes.find('\0', at);
      if (end == bytes.npos) return findings;  // it was killed while it wrote
      *text = bytes.substr(at, end - at);
      at = end + 1;
    }
    findings.push_back(std::move(finding));
  }
  return findings;
}

Finding look(const Check& check, const Site& site) {
  try {
    return check.look(site);
  } catch (const std::exception& error) {
    return unknown(error.what(), "the check could not be made", "");
  }
}

void write_all(int fd, const std::string& bytes) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t size = write(fd, bytes.data() + done, bytes.size() - done);
    if (size < 0 && errno != EINTR) _exit(1);
    if (size > 0) done += size;
  }
}

[[noreturn]] void make_checks(const Node& node, std::span<const Check> checks, int pipe) {
  const Site site = site_of(node);
  for (const Check& check : checks) {
    Finding finding = look(check, site);
    finding.check = check.name;
    write_all(pipe, packed(finding));
  }
  _exit(0);
}

// Until its end, or until `limit` has passed: then false.
bool read_until(steady_clock::time_point limit, int fd, std::string& bytes) {
  char buffer[4096];
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(limit - steady_clock::now()).count();
    pollfd waiting{fd, POLLIN, 0};
    const int ready = poll(&waiting, 1, std::max<int>(left, 0));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    const ssize_t size = read(fd, buffer, sizeof buffer);
    if (size == 0) return true;
    if (size > 0) bytes.append(buffer, size);
    else if (errno != EINTR) return false;
  }
}

}  // namespace

std::vector<Finding> examine(const Node& node, std::span<const Check> checks, std::chrono::milliseconds limit) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw system_error("slipway doctor", "pipe");
  const Fd read_end(ends[0]);
  Fd write_end(ends[1]);
  const pid_t child = fork();
  if (child < 0) throw system_error("slipway doctor", "fork");
  if (child == 0) make_checks(node, checks, write_end.get());
  write_end.reset();
  std::string bytes;
  const bool has_ended = read_until(steady_clock::now() + limit, read_end.get(), bytes);
  if (!has_ended) kill(child, SIGKILL);
  // What a process waits for in the kernel may not let go of it: it is not waited for then.
  waitpid(child, nullptr, has_ended ? 0 : WNOHANG);

  std::vector<Finding> findings = unpacked(bytes);
  if (findings.size() < checks.size()) {
    findings.push_back(
        missing(has_ended ? "the check died" : "no answer after " + std::to_string(limit.count()) + " ms",
                "the checks behind it were not made",
                "look for a file server that does not answer, among those of Slurm's and Slipway's files"));
    findings.back().check = checks[findings.size() - 1].name;
  }
  return findings;
}

bool is_fit(const std::vector<Finding>& findings) {
  return std::none_of(findings.begin(), findings.end(),
                      [](const Finding& finding) { return finding.status == Status::kMissing; });
}

}  // namespace slipway::doctor
