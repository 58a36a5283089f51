// slipway-verify --image=FD [--name=NAME] [--keyring=FILE | --keyring-fd=FD | --key=FILE | --key-fd=FD]...
//
// Judges the signatures of a SIF that its caller has opened, and prints one JSON document: the verdict
// (verdict_json.h), or {"error": SENTENCE}. Exit code 0: every object is covered by a valid signature of a given key;
// else 1. A program of its own, so that no other of ours links librnp and OpenSSL, and so that it can be run under a
// uid that is nobody's: a verifier that its image's owner could ptrace would say what that owner likes. It opens no
// file but the keys.
#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "helper/error.h"
#include "helper/fd.h"
#include "signature/image.h"
#include "signature/verdict_json.h"

namespace {

using namespace slipway;

// Far above real ones, and a bound on our memory.
constexpr size_t kLargestKeyring = 16 << 20, kLargestKey = 64 << 10;

struct Arguments {
  int image = -1;
  std::string name = "image";
  signature::Keyring keyring;
  signature::PublicKeys keys;
};

// A pipe is as good as a file: `slipway verify --keyring <(gpg --export)`.
std::string contents(int file, size_t most, const std::string& name) {
  std::string bytes;
  char part[65536];
  for (ssize_t size; (size = read(file, part, sizeof part)) != 0;) {
    if (size < 0) throw system_error(name, "read");
    bytes.append(part, size);
    if (bytes.size() > most) throw Error(name, "is too large for keys", "name a file that holds public keys");
  }
  return bytes;
}

int descriptor_in(std::string_view word) {
  int number = -1;
  const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (failure != std::errc() || end != word.data() + word.size() || number < 0) {
    throw Error("slipway-verify", printable(std::string(word)) + " is not the number of a descriptor");
  }
  return number;
}

Fd opened(const std::string& path) {
  Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file) throw system_error(printable(path), "open");
  return file;
}

void take(const std::string& word, Arguments& arguments) {
  const size_t equals = word.find('=');
  const std::string option = word.substr(0, equals), value = equals == word.npos ? "" : word.substr(equals + 1);
  if (option == "--image") arguments.image = descriptor_in(value);
  else if (option == "--name") arguments.name = printable(value);
  else if (option == "--keyring" || option == "--keyring-fd") {
    const Fd file = option == "--keyring" ? opened(value) : Fd(descriptor_in(value));
    arguments.keyring.add(contents(file.get(), kLargestKeyring, printable(value)), printable(value));
  } else if (option == "--key" || option == "--key-fd") {
    const Fd file = option == "--key" ? opened(value) : Fd(descriptor_in(value));
    arguments.keys.add(contents(file.get(), kLargestKey, printable(value)), printable(value));
  } else throw Error("slipway-verify", "unknown argument " + printable(word));
}

int print(const nlohmann::json& document, int exit_code) {
  // Strings are printable already; what is not UTF-8 in spite of that must not end us without a word.
  printf("%s\n", document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  return fflush(stdout) == 0 ? exit_code : kExitRefused;
}

}  // namespace

int main(int argc, char** argv) {
  // librnp tells stderr, in its own words and whatever it is asked, of every signature that it does not like.
  const Fd nowhere(open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (nowhere) dup2(nowhere.get(), STDERR_FILENO);
  try {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) take(argv[i], arguments);
    const signature::Verdict verdict =
        signature::verdict_on_image(arguments.image, arguments.name, arguments.keyring, arguments.keys);
    return print(signature::json_of(verdict, arguments.name), verdict.covers_all() ? 0 : kExitRefused);
  } catch (const std::exception& error) {
    return print({{"error", error.what()}}, kExitRefused);
  }
}
