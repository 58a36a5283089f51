// SPDX-License-Identifier: BSD-3-Clause
#include "lib/policy/image_signature.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lib/base/error.h"
#include "lib/kernel/channel.h"
#include "lib/kernel/fuse_file.h"
#include "lib/kernel/pipe.h"
#include "lib/options/admin_file.h"
#include "lib/process/child.h"
#include "lib/process/nobody.h"
#include "lib/process/replaced.h"

namespace slipway {

namespace {

constexpr rlim_t kMostMemory = 512 << 20;

const char* name_of(Settings::RequireSignature demand) {
  switch (demand) {
    case Settings::RequireSignature::kNo: break;
    case Settings::RequireSignature::kAny: return "any";
    case Settings::RequireSignature::kAll: return "all";
    case Settings::RequireSignature::kNever: return "never";
  }
  return "no";
}

// Where root's file system lies, as the image's reader said, in bytes.
struct Place {
  uint64_t offset, size;
};

// The body of the verifier's process.
// Without the image's name: everybody on the node can read a process' words.
void run_verifier(const Settings& settings, int socket) {
  // First: an Error does not reach a parent whose datagram was left unread (unix(7), ECONNRESET).
  Place place;
  const Datagram datagram = receive_datagram(socket, writable_bytes_of(place));
  if (datagram.size != sizeof place || datagram.descriptors.size() != 2) return;
  std::vector<Fd> keyrings;
  for (const std::string& path : settings.keyrings) {
    keyrings.push_back(open_admin_file(path, "keyring=" + path, "require_signature="));
  }
  if (geteuid() == 0) become_nobody(getppid());
  const int image = datagram.descriptors[0].get();
  std::vector<std::string> words = {
      kVerifier, "--image=" + std::to_string(image),
      "--root=" + std::to_string(place.offset) + ":" + std::to_string(place.size),
      "--require=" + std::string(name_of(settings.require_signature))};
  for (size_t i = 0; i < keyrings.size(); ++i) {
    words.push_back("--keyring-fd=" + std::to_string(keyrings[i].get()) + ":" + settings.keyrings[i]);
    fcntl(keyrings[i].get(), F_SETFD, 0);
  }
  fcntl(image, F_SETFD, 0);
  fcntl(socket, F_SETFD, FD_CLOEXEC);
  if (dup2(datagram.descriptors[1].get(), STDOUT_FILENO) < 0) throw system_error("container", "dup2");
  limit_resources(kMostMemory);
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_NPROC, &none) != 0) throw system_error("container", "setrlimit");  // it starts nothing
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  char* const environment[] = {nullptr};
  execve(kVerifier, arguments.data(), environment);
  if (errno == ENOENT) execve(replaced_path(kVerifier).c_str(), arguments.data(), environment);
  if (errno == ENOENT) throw Error(kVerifier, kNoVerifier, std::string("ask the admin to ") + kNoVerifierRemedy);
  throw system_error(kVerifier, "execve");
}

// One line, and nothing where it is not whole.
std::string line_in(const Fd& pipe) {
  std::string text;
  char part[4096];
  for (ssize_t size; (size = read(pipe.get(), part, sizeof part)) != 0;) {
    if (size < 0 && errno != EINTR) return "";
    if (size > 0 && text.size() < sizeof part) text.append(part, size);
  }
  return text.ends_with('\n') ? printable(text.substr(0, text.find('\n'))) : "";
}

}  // namespace

SignatureAnswer verify_signature(const OpenedImage& image, const Settings& settings) {
  if (settings.keyrings.empty()) {
    throw Error(words_of_key(settings, "require_signature"), "there is no keyring=",
                "ask the admin to name the file with the keys whose signatures count");
  }
  Pipe pipe = make_pipe();
  Child verifier([&](int socket) { run_verifier(settings, socket); });
  const Fd content = opened_for_reading(image.content().get(), image.name);
  const int descriptors[] = {content.get(), pipe.write.get()};
  verifier.send(bytes_of(Place{image.root.offset, image.root.size}), descriptors);
  verifier.wait_for_exec();
  pipe.write.reset();
  const std::string line = line_in(pipe.read);
  const int status = verifier.wait();
  if (line.empty() || (status != 0 && status != kExitRefused)) {
    throw Error(kVerifier, "ended without a verdict (status " + std::to_string(status) + ")",
                "try again, and ask the admin to look at this node's memory");
  }
  return {status == 0, line};
}

}  // namespace slipway
