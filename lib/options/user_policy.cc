// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/user_policy.h"

#include <algorithm>

namespace slipway {

std::string denial_of_user(const Settings& settings, const Subject& subject) {
  if (settings.users.empty() && settings.groups.empty()) return "";
  bool is_known = true;
  const auto counts = [&](const std::optional<bool>& answer) {
    is_known &= answer.has_value();
    return answer.value_or(false);
  };
  const auto is_user_named = [&](const std::string& name) { return counts(is_user(subject.uid, name)); };
  const auto is_group_named = [&](const std::string& name) { return counts(is_member(subject.groups, name)); };
  if (std::any_of(settings.users.begin(), settings.users.end(), is_user_named) ||
      std::any_of(settings.groups.begin(), settings.groups.end(), is_group_named)) {
    return "";
  }
  const std::string users = words_of_key(settings, "users_allow"), groups = words_of_key(settings, "groups_allow");
  return "(" + users + (users.empty() || groups.empty() ? "" : ", ") + groups +
         (is_known ? "" : "; the name service did not answer for all of them") + ")";
}

}  // namespace slipway
