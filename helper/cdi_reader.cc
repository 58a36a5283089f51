#include "helper/cdi_reader.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <string_view>

#include "helper/channel.h"
#include "helper/child.h"
#include "helper/error.h"
#include "helper/pipe.h"

namespace slipway {

namespace {

constexpr rlim_t kMostMemory = 512 << 20;
constexpr size_t kLongestAnswer = 16 << 20;

bool is_spec_name(std::string_view name) { return name.ends_with(".json") || name.ends_with(".yaml"); }

void limit_resources() {
  const rlimit memory{kMostMemory, kMostMemory}, none{0, 0};
  if (setrlimit(RLIMIT_AS, &memory) != 0 || setrlimit(RLIMIT_FSIZE, &none) != 0 ||
      setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    throw system_error("container", "setrlimit");
  }
}

// The body of the reader's process.
void run_reader(const char* program, const std::vector<std::string>& directories, int socket) {
  Go go;
  const Datagram datagram = receive_datagram(socket, writable_bytes_of(go));
  if (datagram.descriptors.size() != 1) return;
  fcntl(socket, F_SETFD, FD_CLOEXEC);
  const Fd nowhere(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!nowhere || dup2(nowhere.get(), STDIN_FILENO) < 0 || dup2(nowhere.get(), STDERR_FILENO) < 0 ||
      dup2(datagram.descriptors[0].get(), STDOUT_FILENO) < 0) {
    throw system_error("container", "dup2");
  }
  limit_resources();
  std::vector<char*> arguments = {const_cast<char*>(program)};
  for (const std::string& directory : directories) arguments.push_back(const_cast<char*>(directory.c_str()));
  arguments.push_back(nullptr);
  char* const environment[] = {nullptr};
  execve(program, arguments.data(), environment);
  if (errno == ENOENT) {
    throw Error(program, "this slipway was built without yaml-cpp",
                "ask the admin to build it where libyaml-cpp-dev (yaml-cpp-devel) is installed");
  }
  throw system_error(program, "execve");
}

Error no_answer(const char* program, const std::string& why) {
  return Error(program, why, "ask the admin to look at the CDI specs of this node, and at its memory");
}

std::string answer_in(const Fd& pipe, const char* program, std::chrono::seconds patience) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + patience;
  std::string text;
  std::vector<char> part(65536);
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd wait{pipe.get(), POLLIN, 0};
    const int ready = poll(&wait, 1, static_cast<int>(std::max<decltype(left)>(left, 0)));
    if (ready == 0) throw no_answer(program, "gave no answer in " + std::to_string(patience.count()) + " seconds");
    const ssize_t size = ready < 0 ? -1 : read(pipe.get(), part.data(), part.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw system_error(program, "read");
    if (size == 0) return text;
    text.append(part.data(), size);
    if (text.size() > kLongestAnswer) throw no_answer(program, "has more to say than it should");
  }
}

}  // namespace

std::vector<std::string> cdi_files_in(const std::string& directory) {
  std::vector<std::string> files;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(opendir(directory.c_str()), closedir);
  if (!open && (errno == ENOENT || errno == ENOTDIR)) return files;
  if (!open) throw system_error(printable(directory), "open", "ask the admin to let everybody read it");
  while (const dirent* entry = readdir(open.get())) {
    if (is_spec_name(entry->d_name) && entry->d_type != DT_DIR) files.push_back(directory + "/" + entry->d_name);
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool has_cdi_specs(const std::vector<std::string>& directories) {
  return std::any_of(directories.begin(), directories.end(), [](const std::string& directory) {
    try {
      return !cdi_files_in(directory).empty();
    } catch (const Error&) {
      return false;
    }
  });
}

CdiRegistry read_cdi_registry(const std::vector<std::string>& directories, const char* program,
                              std::chrono::seconds patience) {
  if (!has_cdi_specs(directories)) return {};
  Pipe pipe = make_pipe();
  Child reader([&](int socket) { run_reader(program, directories, socket); });
  const int write = pipe.write.get();
  reader.send(bytes_of(Go{}), std::span(&write, 1));
  reader.wait_for_exec();
  pipe.write.reset();
  const std::string text = answer_in(pipe.read, program, patience);
  const int status = reader.wait();
  if (status != 0 || text.empty()) {
    throw no_answer(program, "ended without an answer (status " + std::to_string(status) + ")");
  }
  return cdi_registry_of_text(text);
}

}  // namespace slipway
