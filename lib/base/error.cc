// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/error.h"

#include <cerrno>
#include <cstring>

#include "lib/base/text.h"

namespace slipway {

namespace {

std::string sentence(const std::string& what, const std::string& why, const std::string& remedy) {
  std::string text = what + ": " + why;
  if (!remedy.empty()) text += "; " + remedy;
  return text;
}

}  // namespace

Error::Error(const std::string& what, const std::string& why, const std::string& remedy, int exit_code)
    : std::runtime_error(sentence(what, why, remedy)), exit_code_(exit_code) {}

Error system_error(const std::string& what, const char* call, const std::string& remedy) {
  const int error = errno;
  return Error(what, std::string(call) + ": " + strerror(error), remedy);
}

void must(const char* failed_call) {
  if (failed_call) throw system_error("container", failed_call);
}

std::string printable(const std::string& untrusted, size_t limit) {
  std::string text(limit + 1, '\0');
  printable(untrusted.c_str(), text.data(), text.size());
  text.resize(strlen(text.c_str()));
  return text;
}

}  // namespace slipway
