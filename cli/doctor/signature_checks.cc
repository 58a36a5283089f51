// SPDX-License-Identifier: BSD-3-Clause
#include <sys/stat.h>

#include <string>
#include <string_view>

#include "cli/doctor/checks.h"
#include "lib/base/error.h"
#include "lib/policy/image_signature.h"

namespace slipway::doctor {

namespace {

constexpr std::string_view kDemand = "require_signature=", kKeyring = "keyring=";

// Empty: it is fit.
std::string fault_of(const Site& site, const std::string& keyring) {
  const auto status = site.node.status(keyring);
  if (!status) return "is not there";
  if (status->st_uid != 0 || status->st_mode & (S_IWGRP | S_IWOTH)) return "can be written by others than root";
  if (!(status->st_mode & S_IROTH)) return "cannot be read by everybody, and slipway explain and policy need it";
  return "";
}

}  // namespace

// Of every word, whomever it is for. What the keys are is read when a step starts: by the verifier alone.
Finding look_at_signatures(const Site& site) {
  const char* const means = "no image is allowed where require_signature= is set";
  bool demands = false;
  size_t keyrings = 0;
  for (const SettingWord& word : site.settings.words) {
    const std::string_view rest = scoped_word(word).rest;
    demands |= rest.starts_with(kDemand) && rest != std::string(kDemand) + "no";
    if (!rest.starts_with(kKeyring)) continue;
    ++keyrings;
    const std::string path(rest.substr(kKeyring.size())), fault = fault_of(site, path);
    if (site.node.is_hidden(path)) return hidden(path);
    if (!fault.empty()) {
      return missing("keyring=" + printable(path) + " (" + word.place + ") " + fault, means,
                     "install it on this node with owner root and mode 0644");
    }
  }
  if (!demands) return ok("not demanded", "images need no signature (require_signature=)");
  if (keyrings == 0) return missing("no keyring=", means, "name the file with the keys whose signatures count");
  if (!site.node.exists(kVerifier)) return missing(std::string("no ") + kVerifier, means, kNoVerifierRemedy);
  return ok("demanded, and the keyrings and slipway-verify are there", "each step's image is verified when it starts");
}

}  // namespace slipway::doctor
