// SPDX-License-Identifier: BSD-3-Clause
#include <sys/stat.h>

#include "cli/doctor/checks.h"
#include "lib/base/error.h"
#include "lib/image/open_images.h"
#include "lib/policy/image_policy.h"
#include "lib/policy/mount_choice.h"

namespace slipway::doctor {

namespace {

// Of one word of the admin's, with the engines that judge an image when a step starts.
Finding look_at_image(const Site& site, const SettingWord& word, const std::string& path, const char* means) {
  const std::string named = printable(path) + " (" + word.place + ")";
  if (site.node.is_hidden(path)) return hidden(path);
  Request request;
  request.settings = site.settings;
  request.image = site.node.place_of(path);
  try {
    const OpenedImage image = open_root_image(request);
    const ImageVerdict verdict = judge_file(image, site.settings);  // signatures would take longer than a health check
    if (!verdict.is_allowed) {
      return missing(named + " is not allowed: the image " + verdict.reason + " (" + verdict.key + ")", means,
                     "name an image that the image_ keys allow, or change them");
    }
    const auto status = site.node.status(path);
    const mode_t needed = image.root.kind == RootKind::kDirectory ? S_IROTH | S_IXOTH : S_IROTH;
    if (!status || (status->st_mode & needed) != needed) {
      return missing(named + " cannot be read by everybody", "the steps of those who cannot fail", "correct its mode");
    }
    const ImageMount mount = mount_of_root(image, request);
    const char* const remedy = "let root alone be able to write it, or name its directory in trusted_path=";
    switch (mount.how) {
      case ImageMount::kBind: return ok(named + ", shown as a directory: it " + mount.why, "steps can run in it");
      case ImageMount::kKernel: return ok(named + ", mounted by the kernel: it " + mount.why, "steps can run in it");
      case ImageMount::kSealed:
        return warning(named + ": it " + mount.why, "each step keeps it in memory, and starts later", remedy);
      case ImageMount::kFuse: break;
    }
    return warning(named + ", mounted by FUSE: it " + mount.why, "each step has a server of its own, and starts later",
                   remedy);
  } catch (const Error& error) {
    return missing(std::string(error.what()) + " (" + word.place + ")", means,
                   "put the image there on this node, or correct the key");
  }
}

// The worst of the words for one key: each partition, account and group may have one.
Finding look_at_images(const Site& site, const std::string& key, const char* without, const char* means) {
  Finding worst = ok("none", without);
  for (const SettingWord& word : site.settings.words) {
    const std::string_view rest = scoped_word(word).rest;
    if (!rest.starts_with(key + "=/")) continue;
    const Finding finding = look_at_image(site, word, std::string(rest.substr(key.size() + 1)), means);
    if (worst.found == "none" || finding.status > worst.status) worst = finding;
  }
  return worst;
}

}  // namespace

Finding look_at_default_image(const Site& site) {
  return look_at_images(site, "default_image", "steps that name no image run on the host",
                        "every step that names no image fails");
}

Finding look_at_force_image(const Site& site) {
  return look_at_images(site, "force_image", "users choose whether and where their steps are contained",
                        "every step of a user's fails");
}

}  // namespace slipway::doctor
