#include "helper/root_tree.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "helper/devices.h"
#include "helper/error.h"
#include "helper/fd.h"
#include "helper/image_mount.h"
#include "helper/kernel.h"
#include "helper/mount_flags.h"
#include "helper/open_inside.h"
#include "helper/skeleton.h"

namespace slipway {

namespace {

struct Bind {
  std::string source;  // on the host, or in the work directory
  std::string target;  // inside the container
  enum Need { kMust, kIfThere } need = kMust;
  enum Access { kAsOnHost, kReadOnly } access = kAsOnHost;
};

// What every container gets of the host. /dev comes before what is mounted in it.
std::vector<Bind> host_binds() {
  return {
      {"/proc", "/proc"},
      {"/sys", "/sys", Bind::kMust, Bind::kReadOnly},
      {kDevicesName, "/dev"},
      {"/dev/pts", "/dev/pts", Bind::kIfThere},
      {"/dev/shm", "/dev/shm", Bind::kIfThere},
      {"/dev/mqueue", "/dev/mqueue", Bind::kIfThere},
      {"/dev/hugepages", "/dev/hugepages", Bind::kIfThere},
      {"/tmp", "/tmp"},
      {"/var/tmp", "/var/tmp", Bind::kIfThere},
      {"/run/.heim_org.h5l.kcm-socket", "/var/run/.heim_org.h5l.kcm-socket", Bind::kIfThere},  // where Kerberos looks
  };
}

// Files that programs read before they can use the network. Copied, since images often have links in their place.
constexpr const char* kHostFiles[] = {"/etc/hosts", "/etc/resolv.conf", "/etc/localtime"};
constexpr size_t kLongestHostFile = 16 << 20;

// A working directory here is the image's own: the host's would hide the system the user asked for.
bool belongs_to_image(const std::string& path) {
  constexpr const char* kExactly[] = {"/", "/home", "/mnt", "/opt", "/root", "/run", "/srv", "/var"};
  constexpr const char* kBelow[] = {"/bin",   "/boot", "/dev",  "/etc", "/lib", "/lib32",
                                    "/lib64", "/proc", "/sbin", "/sys", "/usr"};
  return std::find(std::begin(kExactly), std::end(kExactly), path) != std::end(kExactly) ||
         std::any_of(std::begin(kBelow), std::end(kBelow), [&](const std::string& directory) {
           return path == directory || path.starts_with(directory + "/");
         });
}

bool is_below(const std::string& path, const std::string& directory) {
  return path == directory || path.starts_with(directory + "/");
}

// A directory of the user's under the name the site uses and, where that leads through links, its real name.
void add_under_both_names(std::vector<Bind>& binds, const std::string& path, Bind::Need need) {
  char real[PATH_MAX];
  const bool resolved = realpath(path.c_str(), real);
  for (const std::string& name : {path, std::string(resolved ? real : path)}) {
    const bool there = std::any_of(binds.begin(), binds.end(), [&](const Bind& bind) {
      return bind.target != "/dev" && is_below(name, bind.target);
    });
    if (!there && !belongs_to_image(name)) binds.push_back({path, name, need, Bind::kAsOnHost});
  }
}

std::vector<Bind> all_binds(const Request& request, const Accounts& accounts) {
  std::vector<Bind> binds = host_binds();
  add_under_both_names(binds, accounts.home, Bind::kIfThere);
  add_under_both_names(binds, request.cwd, Bind::kMust);
  if (!request.batch_script.empty()) {
    binds.push_back({request.batch_script, request.batch_script, Bind::kMust, Bind::kReadOnly});
  }
  return binds;
}

std::string host_file(const char* path) {
  const Fd fd(open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status;
  if (!fd || fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return "";
  std::string content(std::min<size_t>(status.st_size, kLongestHostFile), '\0');
  content.resize(std::max<ssize_t>(pread(fd.get(), content.data(), content.size(), 0), 0));
  return content;
}

bool is_directory(const Fd& fd) {
  struct stat status;
  return fstat(fd.get(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::string link_to(const Fd& fd) { return "/proc/self/fd/" + std::to_string(fd.get()); }

// A bind with its source opened: by path once, from then on by descriptor.
struct OpenBind {
  Bind bind;
  Fd source;
};

std::vector<OpenBind> open_sources(std::vector<Bind> binds) {
  std::vector<OpenBind> opened;
  for (Bind& bind : binds) {
    Fd source(open(bind.source.c_str(), O_PATH | O_CLOEXEC));
    if (source) {
      opened.push_back({std::move(bind), std::move(source)});
    } else if (bind.need == Bind::kMust) {
      throw Error(printable(bind.source), std::string("cannot be shown in the container: ") + strerror(errno),
                  "check that it exists on this node and that you may enter it");
    }
  }
  return opened;
}

void make_read_only(const std::string& what, const Fd& target_directory, const std::string& target) {
  const Fd mounted = open_inside(target_directory, target, O_PATH);
  if (!mounted || !add_mount_flags(mounted, MS_RDONLY)) throw system_error(what, "mount(read-only)");
}

// The user's half owns /dev (helper/devices.h), which holds only mount points that something is mounted on.
void make_mount_point_in_dev(const std::string& target) {
  const std::string path = kDevicesName + target.substr(std::string_view("/dev").size());
  if (mkdir(path.c_str(), 0755) != 0) throw system_error(target, "mkdir");
}

// Always with what is mounted below the source: the kernel lets no one uncover it in a user namespace.
void bind_into(const Fd& root, const OpenBind& opened) {
  const Bind& bind = opened.bind;
  const std::string what = printable(bind.target);
  const Fd target = open_inside(root, bind.target, O_PATH);
  if (!target) throw system_error(what, "open(mount point)");
  if (mount(link_to(opened.source).c_str(), link_to(target).c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0) {
    throw system_error(what, "mount(bind)");
  }
  if (bind.access == Bind::kReadOnly) make_read_only(what, root, bind.target);
}

void add_names(Skeleton& skeleton, const Accounts& accounts) {
  skeleton.add_file("/etc/passwd", passwd_file(accounts, skeleton.image_file("/etc/passwd")));
  skeleton.add_file("/etc/group", group_file(accounts, skeleton.image_file("/etc/group")));
  for (const char* path : kHostFiles) {
    const std::string content = host_file(path);
    if (!content.empty()) skeleton.add_file(path, content);
  }
}

// The new root must be a mount of this namespace's own: one inherited from root's namespace is locked, and pivot_root
// answers EINVAL. The skeleton is.
void enter_root(const Fd& root) {
  if (fchdir(root.get()) != 0) throw system_error("container", "fchdir");
  if (kernel::pivot_root(".", ".") != 0) throw system_error("container", "pivot_root");
  // The old root now lies over the new one; taking it away leaves nothing of the host but what was bound.
  if (umount2(".", MNT_DETACH) != 0) throw system_error("container", "umount(old root)");
  if (chdir("/") != 0) throw system_error("container", "chdir");
}

}  // namespace

void build_root_tree(const Request& request, const Accounts& accounts) {
  const std::vector<OpenBind> binds = open_sources(all_binds(request, accounts));
  Skeleton skeleton;
  add_names(skeleton, accounts);
  for (const OpenBind& opened : binds) {
    if (opened.bind.target.starts_with("/dev/")) make_mount_point_in_dev(opened.bind.target);
    else if (is_directory(opened.source)) skeleton.add_directory(opened.bind.target);
    else skeleton.add_mount_point_for_file(opened.bind.target);
  }
  skeleton.mount_root();
  const Fd root(open(kRootName, O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) throw system_error("container", "open(root)");
  for (const OpenBind& opened : binds) bind_into(root, opened);
  enter_root(root);
}

}  // namespace slipway
