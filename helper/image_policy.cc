#include "helper/image_policy.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <vector>

#include "helper/error.h"
#include "helper/image_signature.h"
#include "helper/paths.h"
#include "helper/trust.h"

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

// On FUSE a file is whatever its server says, and the server is some user's process, which root does not ask.
void refuse_fuse(const OpenedImage& image, const Settings& settings) {
  const std::string file_system = file_system_of(image.fd.get());
  if ((file_system.empty() || file_system.starts_with("fuse")) &&
      !trusted_path_of(image.fd.get(), settings.trusted_paths)) {
    throw Error(image.name, "it lies on FUSE, where ownership proves nothing, and under no trusted_path");
  }
}

struct stat status_of(const OpenedImage& image, const Settings& settings) {
  refuse_fuse(image, settings);
  struct stat status;
  if (fstat(image.fd.get(), &status) != 0) throw system_error(image.name, "fstat");
  return status;
}

std::optional<Answer> judge_owner(const OpenedImage& image, const Settings& settings) {
  if (settings.image_owners.empty()) return std::nullopt;
  const uid_t owner = status_of(image, settings).st_uid;
  return Answer{is_among(owner, settings.image_owners, uid_of), "belongs to uid " + std::to_string(owner)};
}

std::optional<Answer> judge_group(const OpenedImage& image, const Settings& settings) {
  if (settings.image_groups.empty()) return std::nullopt;
  const gid_t group = status_of(image, settings).st_gid;
  return Answer{is_among(group, settings.image_groups, gid_of), "belongs to gid " + std::to_string(group)};
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
