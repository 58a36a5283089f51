// SPDX-License-Identifier: BSD-3-Clause

// slipway-verify --image=FD [--name=NAME] [--require=any|all|never [--root=OFFSET:SIZE]]
//     [--keyring=FILE | --keyring-fd=FD[:NAME] | --key=FILE]...
//
// Judges the signatures of a SIF that its caller has opened, and prints one JSON document: the verdict
// (verdict_json.h), or {"error": SENTENCE}. Exit code 0: every object is covered by a valid signature of a given key;
// else 1.
//
// With --require it prints instead, in one line, why what a site demands (demand.h) is met (exit code 0) or not (1): it
// completes "the image ...". --root is where its caller takes the image's root file system to lie: in bytes, and it
// must be right. A keyring may also be one public key in PEM.
//
// A program of its own, so that no other of ours links librnp and OpenSSL, and so that it can be run under a
// uid that is nobody's: a verifier that its image's owner could ptrace would say what that owner likes. It opens no
// file but the keys.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/image/sif.h"
#include "lib/signature/demand.h"
#include "lib/signature/image.h"
#include "lib/signature/verdict_json.h"

namespace {

using namespace slipway;

// Far above real ones, and a bound on our memory.
constexpr size_t kLargestKeyring = 16 << 20, kLargestKey = 64 << 10;

struct Arguments {
  int image = -1;
  std::string name = "image";
  std::optional<signature::Demand> demand;
  std::string root;
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

void add_keys(const std::string& bytes, const std::string& name, Arguments& arguments) {
  const bool is_pem = bytes.find("-----BEGIN PUBLIC KEY-----") != bytes.npos;
  if (is_pem) arguments.keys.add(bytes, name);
  else arguments.keyring.add(bytes, name);
}

void take(const std::string& word, Arguments& arguments) {
  const size_t equals = word.find('=');
  const std::string option = word.substr(0, equals), value = equals == word.npos ? "" : word.substr(equals + 1);
  if (option == "--image") arguments.image = descriptor_in(value);
  else if (option == "--name") arguments.name = printable(value);
  else if (option == "--root") arguments.root = value;
  else if (option == "--require") {
    arguments.demand = signature::demand_of(value);
    if (!arguments.demand) throw Error("slipway-verify", printable(word) + " is none of any, all and never");
  }
  else if (option == "--keyring") {
    add_keys(contents(opened(value).get(), kLargestKeyring, printable(value)), printable(value), arguments);
  } else if (option == "--keyring-fd") {
    const size_t colon = value.find(':');
    const Fd file(descriptor_in(value.substr(0, colon)));
    const std::string name = printable(colon == value.npos ? value : value.substr(colon + 1));
    add_keys(contents(file.get(), kLargestKeyring, name), name, arguments);
  } else if (option == "--key") {
    const Fd file = opened(value);
    arguments.keys.add(contents(file.get(), kLargestKey, printable(value)), printable(value));
  } else throw Error("slipway-verify", "unknown argument " + printable(word));
}

int print(const nlohmann::json& document, int exit_code) {
  // Strings are printable already; what is not UTF-8 in spite of that must not end us without a word.
  printf("%s\n", document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  return fflush(stdout) == 0 ? exit_code : kExitRefused;
}

// What is mounted must be what was judged.
void check_root(const Arguments& arguments) {
  if (arguments.root.empty()) return;
  const sif::Image image = sif::read(arguments.image, arguments.name);
  const sif::Object& root = sif::root_partition(image, arguments.image, arguments.name);
  if (std::to_string(root.offset) + ":" + std::to_string(root.size) == arguments.root) return;
  throw Error(arguments.name, "is another image than when it was opened", "try again when nobody writes it");
}

int say(const std::string& line, int exit_code) {
  printf("%s\n", line.c_str());
  return fflush(stdout) == 0 ? exit_code : kExitRefused;
}

int judge_demand(const Arguments& arguments, const signature::Verdict& verdict) {
  check_root(arguments);
  std::vector<signature::Signer> listed = arguments.keyring.signers();
  const std::vector<signature::Signer> bare = arguments.keys.signers();
  listed.insert(listed.end(), bare.begin(), bare.end());
  const signature::Answer answer = signature::judge(*arguments.demand, verdict, listed);
  return say(answer.reason, answer.is_met ? 0 : kExitRefused);
}

}  // namespace

int main(int argc, char** argv) {
  // librnp tells stderr, in its own words and whatever it is asked, of every signature that it does not like.
  const Fd nowhere(open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (nowhere) dup2(nowhere.get(), STDERR_FILENO);
  const bool is_demand =
      std::any_of(argv, argv + argc, [](const char* word) { return std::string_view(word).starts_with("--require="); });
  try {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) take(argv[i], arguments);
    const signature::Verdict verdict =
        signature::verdict_on_image(arguments.image, arguments.name, arguments.keyring, arguments.keys);
    if (arguments.demand) return judge_demand(arguments, verdict);
    return print(signature::json_of(verdict, arguments.name), verdict.covers_all() ? 0 : kExitRefused);
  } catch (const std::exception& error) {
    if (is_demand) return say("cannot be verified (" + std::string(error.what()) + ")", kExitRefused);
    return print({{"error", error.what()}}, kExitRefused);
  }
}
