// SPDX-License-Identifier: BSD-3-Clause

// slipway verify: who signed an image, and does that cover all of it? Signatures and keys are read by slipway-verify,
// from the file that is opened here.
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/open_named.h"
#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/kernel/pipe.h"
#include "lib/policy/image_signature.h"

extern char** environ;

namespace slipway {

namespace {

using nlohmann::json;

constexpr int kImage = 3;  // the descriptor's number in the verifier

struct Asked {
  bool as_json = false;
  std::vector<std::string> keys;  // the verifier's arguments
  std::string image;
};

Asked parse(const std::vector<std::string>& words) {
  const Arguments arguments("verify", words);
  Asked asked;
  asked.as_json = arguments.has("--json");
  for (const auto& [option, value] : arguments.options()) {
    if (option == "--keyring" || option == "--key") asked.keys.push_back(option + "=" + value);
  }
  if (arguments.operands().size() != 1) throw UsageError("verify: needs one image");
  if (asked.keys.empty()) throw UsageError("verify: needs --keyring=FILE or --key=FILE: whose signatures count?");
  asked.image = arguments.operands()[0];
  return asked;
}

Fd open_image(const std::string& path) {
  struct stat status;
  Fd file = open_named(path, status);
  if (!S_ISREG(status.st_mode)) {
    throw Error(printable(path), "is not a file, and only SIF files carry signatures", "name a SIF image");
  }
  return file;
}

std::string output_of(const Fd& pipe) {
  std::string output;
  char part[4096];
  for (ssize_t size; (size = read(pipe.get(), part, sizeof part)) != 0;) {
    if (size > 0) output.append(part, size);
    else if (errno != EINTR) throw system_error(kVerifier, "read");
  }
  return output;
}

json verdict_on(const Asked& asked) {
  const Fd image = open_image(asked.image);
  Pipe pipe = make_pipe();
  std::vector<std::string> words = {kVerifier, "--image=" + std::to_string(kImage), "--name=" + asked.image};
  words.insert(words.end(), asked.keys.begin(), asked.keys.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe.write.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, image.get(), kImage);
  pid_t child;
  const int failure = posix_spawn(&child, kVerifier, &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure == ENOENT) {
    throw Error("verify", kNoVerifier, kNoVerifierRemedy);
  }
  errno = failure;
  if (failure != 0) throw system_error(kVerifier, "start");
  pipe.write.reset();
  const std::string output = output_of(pipe.read);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  const json verdict = json::parse(output, nullptr, false);
  if (!verdict.is_object() || !WIFEXITED(status)) throw Error(kVerifier, "ended without a verdict", "run it again");
  if (verdict.contains("error")) throw Error::reported(verdict["error"].get<std::string>(), kExitRefused);
  // Both must say so: a verdict that was cut short is none.
  if (verdict.at("covered").get<bool>() != (WEXITSTATUS(status) == 0)) {
    throw Error(kVerifier, "contradicts itself", "run it again");
  }
  return verdict;
}

std::string text_of(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

std::string people(const json& signers) {
  std::string text;
  for (const json& signer : signers) {
    text += (text.empty() ? "" : ", ") + text_of(signer["name"]) + " (" + text_of(signer["key"]) + ")";
  }
  return text;
}

void line(const std::string& subject, const std::string& text) { printf("%-13s %s\n", subject.c_str(), text.c_str()); }

void print(const json& verdict) {
  line("image", text_of(verdict["image"]));
  for (const json& signature : verdict["signatures"]) {
    line("signature " + text_of(signature["object"]),
         signature["valid"] ? "of group " + text_of(signature["group"]) + " by " + people(signature["signers"])
                            : "does not count: " + text_of(signature["reason"]));
  }
  for (const json& group : verdict["groups"]) {
    std::string objects;
    for (const json& object : group["objects"]) objects += (objects.empty() ? "" : ", ") + text_of(object);
    line("group " + text_of(group["group"]),
         (group["objects"].size() == 1 ? "object " : "objects ") + objects + ": " +
             (group["covered"] ? "signed by " + people(group["signers"]) : "not covered: " + text_of(group["reason"])));
  }
  for (const json& object : verdict["uncovered"]) {
    line("object " + text_of(object["object"]), "not covered: " + text_of(object["reason"]));
  }
  line("verdict", verdict["covered"]         ? "every object is covered by a valid signature of a given key"
                  : verdict["groups"].empty() ? "not verified: it holds nothing that a signature could cover"
                                              : "not verified: not every object is covered");
}

}  // namespace

int verify_command(const std::vector<std::string>& words) {
  const Asked asked = parse(words);
  const json verdict = verdict_on(asked);
  if (asked.as_json) printf("%s\n", verdict.dump(2).c_str());
  else print(verdict);
  return verdict["covered"] ? 0 : kExitRefused;
}

}  // namespace slipway
