// SPDX-License-Identifier: BSD-3-Clause
#include "cli/mksquashfs.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "lib/base/error.h"
#include "lib/kernel/pipe.h"
#include "lib/process/child.h"

namespace slipway {

namespace {

constexpr char kProgram[] = "mksquashfs";
constexpr int kNotStarted = 127;           // as shells have it; mksquashfs has no such status
constexpr size_t kLongestMessages = 4096;  // bytes: the last ones

// For -e, which takes any other path as one below the tree.
std::string anchored(const std::string& path) { return path.starts_with('/') ? path : "./" + path; }

std::vector<std::string> words_for(const std::string& tree, const SquashfsPlace& place,
                                   const std::string& compression) {
  // Of a link, it would store the link.
  const std::string source = std::filesystem::canonical(tree);
  // Right even when the file's own name is gone: nothing is created there anew.
  const std::string output = "/proc/self/fd/" + std::to_string(place.file);
  std::vector<std::string> words = {kProgram, source, output, "-offset", std::to_string(place.offset)};
  // Else it leaves out what it cannot read, and ends with status 0.
  words.push_back("-exit-on-error");
  // Ownership and attributes of the building machine mean nothing in an image: all is root's, which stage shows as the
  // user's; xattrs would carry that machine's security labels.
  words.insert(words.end(), {"-all-root", "-no-xattrs", "-noappend", "-quiet"});
  if (!isatty(STDERR_FILENO)) words.push_back("-no-progress");
  if (compression == kUncompressed) words.insert(words.end(), {"-noI", "-noD", "-noF", "-noX"});
  else words.insert(words.end(), {"-comp", compression});
  if (access(place.path.c_str(), F_OK) == 0) words.insert(words.end(), {"-e", anchored(place.path)});
  return words;
}

// Its progress goes to our standard error: standard output is for what was built.
[[noreturn]] void execute(std::vector<std::string> words, int output, int messages, pid_t parent) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  try {
    die_with_parent(parent);
  } catch (const Error&) {
    _exit(kNotStarted);
  }
  if (fcntl(output, F_SETFD, 0) == 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 && dup2(messages, STDERR_FILENO) >= 0) {
    execvp(kProgram, arguments.data());
  }
  _exit(kNotStarted);
}

std::string end_of(const Fd& pipe) {
  std::string text;
  char part[4096];
  for (ssize_t size; (size = read(pipe.get(), part, sizeof part)) > 0 || (size < 0 && errno == EINTR);) {
    if (size > 0) text.append(part, size);
    if (text.size() > kLongestMessages) text.erase(0, text.size() - kLongestMessages);
  }
  return text;
}

// They hold names of files, which may be anything.
std::string in_one_line(const std::string& messages) {
  std::string line;
  for (size_t begin = 0; begin < messages.size();) {
    const size_t end = std::min(messages.find('\n', begin), messages.size());
    if (end > begin) line += (line.empty() ? "" : "; ") + printable(messages.substr(begin, end - begin));
    begin = end + 1;
  }
  return line;
}

}  // namespace

void make_squashfs(const std::string& tree, const SquashfsPlace& place, const std::string& compression) {
  const std::vector<std::string> words = words_for(tree, place, compression);
  Pipe pipe = make_pipe();
  const pid_t parent = getpid(), child = fork();
  if (child < 0) throw system_error(kProgram, "fork");
  if (child == 0) execute(words, place.file, pipe.write.get(), parent);
  pipe.write.reset();
  const std::string messages = in_one_line(end_of(pipe.read));
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotStarted) {
    throw Error(kProgram, "cannot be started", "install the package squashfs-tools");
  }
  if (WIFSIGNALED(status)) {
    throw Error(printable(tree), "mksquashfs was ended by signal " + std::to_string(WTERMSIG(status)),
                "look at the limits and the memory of this machine");
  }
  if (status != 0) throw Error(printable(tree), "mksquashfs failed: " + messages);
  if (!messages.empty()) fprintf(stderr, "slipway: %s: %s\n", kProgram, messages.c_str());
}

}  // namespace slipway
