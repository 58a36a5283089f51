// SPDX-License-Identifier: BSD-3-Clause
#include "lib/protocol/request.h"

#include <string_view>

#include "lib/base/error.h"
#include "lib/protocol/entries.h"

namespace slipway {

namespace {

constexpr char kWhat[] = "container request";

void read_entry(Request& request, std::string_view key, std::string_view value) {
  const auto number = [&] { return entry_number(value, kWhat); };
  if (key == "uid") request.uid = number();
  else if (key == "gid") request.gid = number();
  else if (key == "group") request.groups.push_back(number());
  else if (key == "job") request.job = number();
  else if (key == "step") request.step = number();
  else if (key == "node") request.node = value;
  else if (key == "ranks") request.ranks = number();
  else if (key == "slurmstepd") request.slurmstepd = static_cast<pid_t>(number());
  else if (key == "enter_device") request.enter_device = number();
  else if (key == "enter_inode") request.enter_inode = number();
  else if (key == "setting") request.settings.words.push_back({std::string(value), ""});
  else if (key == "setting_place") request.settings.words.back().place = value;
  else if (key == "partition") request.subject.partition = value;
  else if (key == "account") request.subject.account = value;
  else if (key == "is_checked") request.subject.is_checked = number() != 0;
  else if (key == "image") request.image = value;
  else if (key == "chosen_by") request.chosen_by = value;
  else if (key == "options") request.options = values_in(value);
  else if (key == "cwd") request.cwd = value;
  else if (key == "command") request.command = value;
  else if (key == "user") request.user = value;
  else if (key == "home") request.home = value;
  else if (key == "shell") request.shell = value;
  else if (key == "verbose") request.is_verbose = number() != 0;
  else if (key == "mpi_type") request.mpi_type = value;
  else if (key == "spool") request.spool = value;
  else if (key == "library_path") request.library_path = value;
  else if (key == "driver_capabilities") request.driver_capabilities = value;
  else if (key == "visible_devices") request.visible_devices = value;
  else if (key == "batch_script") request.batch_script = value;
  else throw Error(kWhat, "unknown entry", "ask the admin to finish the upgrade of this node");
}

}  // namespace

Fd write_request(const Request& request) {
  EntryWriter entries;
  entries.add("uid", request.uid);
  entries.add("gid", request.gid);
  for (const gid_t group : request.groups) entries.add("group", group);
  entries.add("job", request.job);
  entries.add("step", request.step);
  entries.add("node", request.node);
  entries.add("ranks", request.ranks);
  entries.add("slurmstepd", request.slurmstepd);
  entries.add("enter_device", request.enter_device);
  entries.add("enter_inode", request.enter_inode);
  for (const SettingWord& word : request.settings.words) {
    entries.add("setting", word.text);
    entries.add("setting_place", word.place);
  }
  if (request.subject.partition) entries.add("partition", *request.subject.partition);
  if (request.subject.account) entries.add("account", *request.subject.account);
  entries.add("is_checked", request.subject.is_checked ? 1 : 0);
  entries.add("image", request.image);
  entries.add("chosen_by", request.chosen_by);
  entries.add("options", to_text(request.options));
  entries.add("cwd", request.cwd);
  entries.add("command", request.command);
  entries.add("user", request.user);
  entries.add("home", request.home);
  entries.add("shell", request.shell);
  entries.add("verbose", request.is_verbose ? 1 : 0);
  entries.add("mpi_type", request.mpi_type);
  entries.add("spool", request.spool);
  entries.add("library_path", request.library_path);
  entries.add("driver_capabilities", request.driver_capabilities);
  entries.add("visible_devices", request.visible_devices);
  entries.add("batch_script", request.batch_script);
  return entries.seal(kWhat);
}

Request read_request(int fd) {
  Request request;
  read_entries(fd, kWhat, [&](std::string_view key, std::string_view value) { read_entry(request, key, value); });
  request.subject.uid = request.uid;
  request.subject.groups = request.groups;
  request.subject.groups.push_back(request.gid);
  request.settings = read_settings(request.settings.words, request.subject);
  return request;
}

}  // namespace slipway
