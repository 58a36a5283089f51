#include "helper/request.h"

#include <string_view>

#include "helper/entries.h"
#include "helper/error.h"

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
  else if (key == "allow_root") request.allow_root = number() == 1;
  else if (key == "trusted_path") request.trusted_paths.emplace_back(value);
  else if (key == "mount_kernel") request.mount_kernel = mount_kernel_of(value).value();
  else if (key == "fuse_program") request.fuse_program = value;
  else if (key == "environment") request.environment_table = value;
  else if (key == "timeout") request.timeout_seconds = number();
  else if (key == "image") request.image = value;
  else if (key == "cwd") request.cwd = value;
  else if (key == "command") request.command = value;
  else if (key == "user") request.user = value;
  else if (key == "home") request.home = value;
  else if (key == "shell") request.shell = value;
  else if (key == "batch_script") request.batch_script = value;
  else throw Error(kWhat, "unknown entry", "ask the admin to finish the upgrade of this node");
}

}  // namespace

std::string_view name_of(MountKernel which) {
  switch (which) {
    case MountKernel::kTrusted: return "trusted";
    case MountKernel::kAnySquashfs: return "any-squashfs";
    case MountKernel::kNever: return "never";
  }
  return "";
}

std::optional<MountKernel> mount_kernel_of(std::string_view name) {
  for (const MountKernel which : {MountKernel::kTrusted, MountKernel::kAnySquashfs, MountKernel::kNever}) {
    if (name_of(which) == name) return which;
  }
  return std::nullopt;
}

Fd write_request(const Request& request) {
  EntryWriter entries;
  entries.add("uid", request.uid);
  entries.add("gid", request.gid);
  for (const gid_t group : request.groups) entries.add("group", group);
  entries.add("job", request.job);
  entries.add("step", request.step);
  entries.add("allow_root", request.allow_root ? 1 : 0);
  for (const std::string& path : request.trusted_paths) entries.add("trusted_path", path);
  entries.add("mount_kernel", name_of(request.mount_kernel));
  entries.add("fuse_program", request.fuse_program);
  entries.add("environment", request.environment_table);
  entries.add("timeout", request.timeout_seconds);
  entries.add("image", request.image);
  entries.add("cwd", request.cwd);
  entries.add("command", request.command);
  entries.add("user", request.user);
  entries.add("home", request.home);
  entries.add("shell", request.shell);
  entries.add("batch_script", request.batch_script);
  return entries.seal(kWhat);
}

Request read_request(int fd) {
  Request request;
  read_entries(fd, kWhat, [&](std::string_view key, std::string_view value) { read_entry(request, key, value); });
  return request;
}

}  // namespace slipway
