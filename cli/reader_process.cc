// SPDX-License-Identifier: BSD-3-Clause
#include "cli/reader_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/image/image_format.h"
#include "lib/image/squashfs_files.h"
#include "lib/kernel/open_inside.h"
#include "lib/kernel/pipe.h"
#include "lib/process/identity.h"
#include "lib/process/nobody.h"
#include "lib/protocol/request.h"

namespace slipway {

namespace {

using nlohmann::json;

constexpr unsigned kSeconds = 30;  // a usual image takes a tenth of one
constexpr size_t kLongestAnswer = 8 << 20;

// What root looks at, nobody looks at; but in another's directory, that other.
void give_up_rights(const struct stat& status) {
  const rlimit most_seconds{kSeconds, kSeconds};
  if (setrlimit(RLIMIT_CPU, &most_seconds) != 0) throw system_error("container", "setrlimit");
  alarm(kSeconds);
  if (geteuid() != 0) return;
  Request request;
  request.uid = S_ISDIR(status.st_mode) && status.st_uid != 0 ? status.st_uid : kNobody;
  request.gid = kNobody;
  become_user(request);
}

[[noreturn]] void run(const struct stat& status, const std::function<json()>& read, int answer) {
  json found;
  try {
    give_up_rights(status);
    found = read();
  } catch (const std::exception& error) {
    found = std::string(error.what());
  }
  const std::string text = found.dump(-1, ' ', true, json::error_handler_t::replace);
  for (size_t done = 0; done < text.size();) {
    const ssize_t size = write(answer, text.data() + done, text.size() - done);
    if (size <= 0) _exit(1);
    done += size;
  }
  _exit(0);
}

std::string read_answer(int answer) {
  std::string text;
  char bytes[4096];
  for (;;) {
    const ssize_t size = read(answer, bytes, sizeof bytes);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0 || text.size() > kLongestAnswer) return text;
    text.append(bytes, size);
  }
}

}  // namespace

json answer_of_reader(const struct stat& status, const std::function<json()>& read) {
  Pipe pipe = make_pipe();
  const pid_t child = fork();
  if (child < 0) throw system_error("container", "fork");
  if (child == 0) run(status, read, pipe.write.get());
  pipe.write.reset();
  const std::string answer = read_answer(pipe.read.get());
  pipe.read.reset();
  int how;
  const bool has_ended = waitpid(child, &how, 0) == child && WIFEXITED(how) && WEXITSTATUS(how) == 0;
  json found = json::parse(answer, nullptr, false);
  if (has_ended && !found.is_discarded()) return found;
  return "what read the image was ended: it may be damaged, or have very many files";
}

std::unique_ptr<ImageFiles> files_of(int image, const std::string& name, const struct stat& status) {
  if (S_ISDIR(status.st_mode)) {
    Fd root(fcntl(image, F_DUPFD_CLOEXEC, 0));
    // Else an image that cannot be looked at would seem to be empty.
    if (!open_inside(root, "/", O_RDONLY | O_DIRECTORY)) {
      throw system_error(name, "open", "what root inspects is read as its owner, or as nobody where that is root");
    }
    return std::make_unique<FilesBelow>(std::move(root));
  }
  const RootPartition root = root_partition(image, name);
  if (root.kind == RootKind::kErofs) throw Error("EROFS", "it is read by the kernel only");
  std::unique_ptr<ImageFiles> files = squashfs_files(image, root.offset);
  if (files->names_in("/").empty()) throw Error("squashfs", "its root directory cannot be read, or is empty");
  return files;
}

}  // namespace slipway
