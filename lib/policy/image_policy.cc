// SPDX-License-Identifier: BSD-3-Clause
#include "lib/policy/image_policy.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <vector>

#include "lib/base/error.h"
#include "lib/base/paths.h"
#include "lib/kernel/opened_file.h"
#include "lib/policy/image_signature.h"
#include "lib/policy/trust.h"

namespace slipway {

namespace {

// Of a user or group, from its number or name. Nothing: there is none of that name.
template <typename Find>
std::optional<uint32_t> number_of(const std::string& name, Find find) {
  uint32_t number = 0;
  const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (failure == std::errc() && end == name.data() + name.size()) return number;
  return find(name.c_str());
}

std::optional<uint32_t> uid_of(const char* name) {
  const passwd* const found = getpwnam(name);
  return found ? std::optional<uint32_t>(found->pw_uid) : std::nullopt;
}

std::optional<uint32_t> gid_of(const char* name) {
  const group* const found = getgrnam(name);
  return found ? std::optional<uint32_t>(found->gr_gid) : std::nullopt;
}

template <typename Find>
bool is_among(uint32_t number, const std::vector<std::string>& names, Find find) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return number_of(name, find) == number; });
}

const char* format_of(const OpenedImage& image) {
  if (image.root.kind == RootKind::kDirectory) return "directory";
  if (image.root.kind == RootKind::kErofs) return "erofs";
  return image.root.is_in_sif ? "sif" : "squashfs";
}

// What one key makes of the image. Nothing: the key is not set, and asks nothing.
struct Answer {
  bool is_good;
  std::string reason;
};

std::optional<Answer> judge_path(const OpenedImage& image, const Settings& settings) {
  if (settings.image_paths.empty()) return std::nullopt;
  const std::string path = real_path(image.fd.get());
  const auto holds_image = [&](const std::string& allowed) { return is_at_or_below(path, resolved_path(allowed)); };
  return Answer{std::any_of(settings.image_paths.begin(), settings.image_paths.end(), holds_image),
                "is " + printable(path)};
}

void refuse_fuse(const OpenedImage& image, const Settings& settings) {
  if (is_on_a_users_fuse(image.fd.get(), settings.trusted_paths)) {
    throw Error(image.name, "it lies on FUSE, where ownership proves nothing, and under no trusted_path");
  }
}

struct stat status_of(const OpenedImage& image, const Settings& settings) {
  refuse_fuse(image, settings);
  struct stat status;
  if (fstat(image.fd.get(), &status) != 0) throw system_error(image.name, "fstat");
  return status;
}

bool is_member(uid_t user, gid_t group) {
  const passwd* const account = getpwuid(user);
  if (!account) return false;
  const std::string name = account->pw_name;
  std::vector<gid_t> groups(64);
  int count = static_cast<int>(groups.size());
  while (getgrouplist(name.c_str(), account->pw_gid, groups.data(), &count) < 0) groups.resize(count);
  return std::find(groups.begin(), groups.begin() + count, group) != groups.begin() + count;
}

// Why the owner or group of the image does not say who wrote it; empty: it does. `others`: whose write bits of the mode
// are too many. The group's bits cover access control lists too: they hold the list's mask (acl(5)).
std::string unknown_writer(const struct stat& status, mode_t others, const Settings& settings) {
  const auto& formats = settings.image_formats;
  if (S_ISDIR(status.st_mode) && std::find(formats.begin(), formats.end(), "directory") == formats.end()) {
    return "is a directory, whose files may be anybody's";
  }
  return status.st_mode & others ? "can be written by others, through its mode" : "";
}

std::optional<Answer> judge_owner(const OpenedImage& image, const Settings& settings) {
  if (settings.image_owners.empty()) return std::nullopt;
  const struct stat status = status_of(image, settings);
  const std::string reason = "belongs to uid " + std::to_string(status.st_uid);
  if (!is_among(status.st_uid, settings.image_owners, uid_of)) return Answer{false, reason};
  const std::string doubt = unknown_writer(status, S_IWGRP | S_IWOTH, settings);
  return Answer{doubt.empty(), doubt.empty() ? reason : doubt};
}

// A file can have come by its group without a member: in a directory with the setgid bit.
std::optional<Answer> judge_group(const OpenedImage& image, const Settings& settings) {
  if (settings.image_groups.empty()) return std::nullopt;
  const struct stat status = status_of(image, settings);
  const std::string reason = "belongs to gid " + std::to_string(status.st_gid);
  if (!is_among(status.st_gid, settings.image_groups, gid_of)) return Answer{false, reason};
  std::string doubt = unknown_writer(status, S_IWOTH, settings);
  if (doubt.empty() && status.st_uid != 0 && !is_member(status.st_uid, status.st_gid)) {
    doubt = "belongs to uid " + std::to_string(status.st_uid) + ", who is not in its group";
  }
  return Answer{doubt.empty(), doubt.empty() ? reason : doubt};
}

std::optional<Answer> judge_format(const OpenedImage& image, const Settings& settings) {
  if (settings.image_formats.empty()) return std::nullopt;
  const std::string format = format_of(image);
  const auto& allowed = settings.image_formats;
  return Answer{std::find(allowed.begin(), allowed.end(), format) != allowed.end(), "is a " + format};
}

// Only SIF images carry signatures.
std::optional<Answer> judge_signers(const OpenedImage& image, const Settings& settings) {
  if (settings.require_signature == Settings::RequireSignature::kNo) return std::nullopt;
  if (!image.root.is_in_sif) {
    return Answer{!settings.demands_signed(), std::string("is a ") + format_of(image) + ", which carries no signature"};
  }
  if (!image.sealed) refuse_fuse(image, settings);
  const auto [is_good, reason] = verify_signature(image, settings);
  return Answer{is_good, reason};
}

struct Judge {
  const char* key;
  std::optional<Answer> (*judge)(const OpenedImage&, const Settings&);
};

constexpr Judge kFileJudges[] = {{"image_format", judge_format},
                                 {"image_path", judge_path},
                                 {"image_owner", judge_owner},
                                 {"image_group", judge_group}};
constexpr Judge kSignatureJudges[] = {{"require_signature", judge_signers}};

void add(ImageVerdict& verdict, const std::string& key, const std::string& reason) {
  if (key.empty()) return;
  verdict.key += (verdict.key.empty() ? "" : ", ") + key;
  verdict.reason += (verdict.reason.empty() ? "" : ", ") + reason;
}

// An image must satisfy each key that is set.
ImageVerdict judge_by(std::span<const Judge> judges, const OpenedImage& image, const Settings& settings) {
  ImageVerdict verdict;
  for (const auto& [key, judge] : judges) {
    std::optional<Answer> answer;
    try {
      answer = judge(image, settings);
    } catch (const Error& error) {
      answer = Answer{false, "cannot be examined (" + std::string(error.what()) + ")"};
    }
    if (!answer) continue;
    const std::string words = words_of_key(settings, key);
    if (!answer->is_good) return {false, words, answer->reason};
    add(verdict, words, answer->reason);
  }
  return verdict;
}

}  // namespace

ImageVerdict judge_file(const OpenedImage& image, const Settings& settings) {
  return judge_by(kFileJudges, image, settings);
}

ImageVerdict judge_signature(const OpenedImage& image, const Settings& settings) {
  return judge_by(kSignatureJudges, image, settings);
}

ImageVerdict judge_policy(const OpenedImage& image, const Settings& settings) {
  ImageVerdict verdict = judge_file(image, settings);
  if (!verdict.is_allowed) return verdict;
  const ImageVerdict signature = judge_signature(image, settings);
  if (!signature.is_allowed) return signature;
  add(verdict, signature.key, signature.reason);
  return verdict;
}

void allow(const OpenedImage& image, ImageVerdict& verdict, const ImageVerdict& more) {
  if (!more.is_allowed) {
    throw Error(image.name, "is not allowed on this cluster: the image " + more.reason + " (" + more.key + ")",
                "use an image that your site provides, or ask the admin");
  }
  add(verdict, more.key, more.reason);
}

}  // namespace slipway
