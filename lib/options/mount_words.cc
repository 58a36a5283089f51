// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/mount_words.h"

#include <sys/mount.h>

#include <algorithm>
#include <cctype>
#include <iterator>

#include "lib/base/error.h"
#include "lib/base/escaped_list.h"
#include "lib/base/paths.h"

namespace slipway {

namespace {

constexpr char kForm[] = "write SRC[:DST[:FLAGS]], with commas between several; a backslash before a , or : of a name";
constexpr char kTmpfsSource[] = "tmpfs", kUnmountSource[] = "umount";

struct Flag {
  const char* name;
  void (*apply)(MountWord&);
};

// As enroot and mount(8) name them.
constexpr Flag kFlags[] = {
    {"ro", [](MountWord& word) { word.flags |= MS_RDONLY; }},
    {"rw", [](MountWord& word) { word.flags &= ~static_cast<unsigned long>(MS_RDONLY); }},
    {"nosuid", [](MountWord& word) { word.flags |= MS_NOSUID; }},
    {"nodev", [](MountWord& word) { word.flags |= MS_NODEV; }},
    {"noexec", [](MountWord& word) { word.flags |= MS_NOEXEC; }},
    {"bind", [](MountWord& word) { word.how = MountWord::kTop; }},
    {"rbind", [](MountWord& word) { word.how = MountWord::kTree; }},
    {"private", [](MountWord& word) { word.propagation = MS_PRIVATE; }},
    {"rprivate", [](MountWord& word) { word.propagation = MS_PRIVATE | MS_REC; }},
    {"slave", [](MountWord& word) { word.propagation = MS_SLAVE; }},
    {"rslave", [](MountWord& word) { word.propagation = MS_SLAVE | MS_REC; }},
    {"unbindable", [](MountWord& word) { word.propagation = MS_UNBINDABLE; }},
    {"runbindable", [](MountWord& word) { word.propagation = MS_UNBINDABLE | MS_REC; }},
    {"x-create=auto", [](MountWord& word) { word.create = MountWord::kAuto; }},
    {"x-create=dir", [](MountWord& word) { word.create = MountWord::kDirectory; }},
    {"x-create=file", [](MountWord& word) { word.create = MountWord::kFile; }},
    {"x-detach", [](MountWord& word) { word.kind = MountWord::kUnmount; }},
};

bool apply_flag(MountWord& word, std::string_view flag) {
  constexpr std::string_view kSize = "size=";
  if (word.kind == MountWord::kTmpfs && flag.starts_with(kSize) && is_tmpfs_size(flag.substr(kSize.size()))) {
    word.size = flag.substr(kSize.size());
    return true;
  }
  const auto known = std::find_if(std::begin(kFlags), std::end(kFlags),
                                  [&](const Flag& candidate) { return candidate.name == flag; });
  if (known == std::end(kFlags)) return false;
  known->apply(word);
  return true;
}

struct Fields {
  std::string source, target, flags;  // with their backslashes
};

Fields fields_of(const std::string& part, const std::string& option) {
  const std::vector<std::string> fields = split_escaped(part, ':');
  if (fields.size() > 3 || fields[0].empty()) throw Error(option + "=" + printable(part), "is no mount", kForm);
  const bool is_flag = fields.size() == 1 && std::any_of(std::begin(kFlags), std::end(kFlags),
                                                         [&](const Flag& flag) { return flag.name == fields[0]; });
  if (is_flag) {
    throw Error(option + "=..." + printable(part), "is a flag, and a comma begins another mount",
                "join flags with +, as in SRC:DST:ro+noexec");
  }
  return {fields[0], fields.size() > 1 ? fields[1] : "", fields.size() > 2 ? fields[2] : ""};
}

MountWord word_of(const std::string& part, const std::string& option) {
  const std::string what = option + "=" + printable(part);
  const Fields fields = fields_of(part, option);
  MountWord word;
  word.target = unescaped(fields.target);
  if (fields.source == kTmpfsSource) word.kind = MountWord::kTmpfs;
  else if (fields.source == kUnmountSource) word.kind = MountWord::kUnmount;
  else word.source = unescaped(fields.source);
  if (!fields.flags.empty()) {
    for (const std::string& flag : split_escaped(fields.flags, '+')) {
      if (apply_flag(word, flag)) continue;
      throw Error(what, flag.empty() ? "a flag is empty" : "there is no flag " + printable(flag),
                  "join with + some of ro, rw, bind, rbind, rprivate, rslave, nosuid, nodev, noexec, "
                  "x-create=dir|file|auto and x-detach");
    }
  }
  if (word.kind != MountWord::kBind && word.target.empty()) throw Error(what, "names no place inside", kForm);
  if (!word.target.empty() && word.target[0] != '/') {
    throw Error(what, printable(word.target) + " is not an absolute path inside the container", kForm);
  }
  const std::string& place = word.target.empty() ? word.source : word.target;
  if (place[0] == '/' && normal_path(place) == "/") {
    throw Error(what, "/ is the container's own root", "name the place of a mount below it");
  }
  return word;
}

}  // namespace

bool may_be_data_image(const MountWord& word) {
  return word.kind == MountWord::kBind && word.how == MountWord::kAsItIs && !word.target.empty();
}

bool is_tmpfs_size(std::string_view text) {
  if (!text.empty() && std::string_view("kKmMgG%").find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return isdigit(c); });
}

std::vector<MountWord> mount_words(const std::string& text, const std::string& option) {
  std::vector<MountWord> words;
  for (const std::string& part : split_escaped(text, ',')) words.push_back(word_of(part, option));
  return words;
}

std::string with_absolute_sources(const std::string& text, const std::string& option, const PathBase& base) {
  std::string absolute;
  for (const std::string& part : split_escaped(text, ',')) {
    const MountWord word = word_of(part, option);
    if (!absolute.empty()) absolute += ",";
    const bool has_source = word.kind == MountWord::kBind;
    const bool is_relative = has_source && word.source[0] != '/';
    const PathPrefix prefix = is_relative ? path_prefix_of(split_escaped(part, ':')[0], base) : PathPrefix();
    if (has_source) {
      refuse_variables(prefix.text + word.source.substr(prefix.length), option + "=" + printable(part));
    }
    absolute += escaped(prefix.text, ",:") + part.substr(prefix.length);
  }
  return absolute;
}

std::string description_of(const MountWord& word) {
  std::string text = word.kind == MountWord::kTmpfs     ? "an empty directory in memory"
                     : word.kind == MountWord::kUnmount ? "nothing, whatever was mounted"
                                                        : printable(word.source);
  if (!word.target.empty()) text += " at " + printable(word.target);
  if (word.flags & MS_RDONLY) text += " (ro)";
  return text;
}

}  // namespace slipway
