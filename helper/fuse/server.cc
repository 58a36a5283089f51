// SPDX-License-Identifier: BSD-3-Clause

// slipway-squashfs -f -o offset=BYTES IMAGE /dev/fd/N: serves a squashfs to a FUSE mount that exists already, until
// that is gone. Takes squashfuse_ll's arguments and stands where it can stand (helper/stage/fuse_server.h). It is for
// images that never change: the kernel keeps all that it was told once, so that of a node's ranks only the first one
// asks.

#define FUSE_USE_VERSION 34
#include <fuse3/fuse_lowlevel.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "helper/fuse/client_cpu.h"
#include "lib/squashfs/squashfs.h"

namespace slipway {
namespace {

constexpr double kForEver = 1e9;  // seconds

struct Server {
  Squashfs squashfs;
  ClientCpu client_cpu;
  bool is_asked = false;
};

// The first to ask is the user, under the ids of the user's namespace: there the user may be root.
Squashfs& squashfs_of(fuse_req_t request) {
  Server& server = *static_cast<Server*>(fuse_req_userdata(request));
  const fuse_ctx* const client = fuse_req_ctx(request);
  server.client_cpu.asked_by(client->pid);
  if (!server.is_asked) server.squashfs.show_root_as(client->uid, client->gid);
  server.is_asked = true;
  return server.squashfs;
}

fuse_entry_param entry_of(Squashfs::Number number, const struct stat& status) {
  fuse_entry_param entry{};
  entry.ino = number;
  entry.attr = status;
  entry.attr_timeout = entry.entry_timeout = kForEver;
  return entry;
}

void start(void*, fuse_conn_info* connection) {
  connection->want |= connection->capable & (FUSE_CAP_CACHE_SYMLINKS | FUSE_CAP_PARALLEL_DIROPS);
  // Attributes with every listing: who lists a directory goes on to its files.
  connection->want &= ~FUSE_CAP_READDIRPLUS_AUTO;
}

// Asked once: then the kernel opens by itself, and keeps what was read (fuse(4), FUSE_OPEN). Other functions that are
// missing here are answered so by libfuse (getxattr, access, flush).
void open_by_yourself(fuse_req_t request, fuse_ino_t, fuse_file_info*) { fuse_reply_err(request, ENOSYS); }

void lookup(fuse_req_t request, fuse_ino_t directory, const char* name) {
  Squashfs& squashfs = squashfs_of(request);
  const auto number = squashfs.find(directory, name);
  struct stat status;
  if (number && squashfs.status(*number, status)) {
    const fuse_entry_param entry = entry_of(*number, status);
    fuse_reply_entry(request, &entry);
  } else if (!number && errno == ENOENT) {
    const fuse_entry_param none = entry_of(0, {});  // that it does not exist is remembered as well
    fuse_reply_entry(request, &none);
  } else {
    fuse_reply_err(request, errno);
  }
}

void get_attributes(fuse_req_t request, fuse_ino_t file, fuse_file_info*) {
  struct stat status;
  if (squashfs_of(request).status(file, status)) fuse_reply_attr(request, &status, kForEver);
  else fuse_reply_err(request, errno);
}

void read_link(fuse_req_t request, fuse_ino_t link) {
  std::string target;
  if (squashfs_of(request).target(link, target)) fuse_reply_readlink(request, target.c_str());
  else fuse_reply_err(request, errno);
}

void read(fuse_req_t request, fuse_ino_t file, size_t size, off_t offset, fuse_file_info*) {
  std::vector<char> buffer(size);
  const ssize_t got = squashfs_of(request).read(file, offset, size, buffer.data());
  if (got >= 0) fuse_reply_buf(request, buffer.data(), got);
  else fuse_reply_err(request, errno);
}

// "." and ".." come first, which squashfs does not hold: their positions are 0 and 1, the others' follow.
void read_directory(fuse_req_t request, fuse_ino_t directory, size_t size, off_t position, fuse_file_info*) {
  constexpr const char* kDots[] = {".", ".."};
  Squashfs& squashfs = squashfs_of(request);
  std::vector<char> buffer(size);
  size_t used = 0;
  const auto add = [&](const char* name, const fuse_entry_param& entry, off_t next) {
    const size_t length = fuse_add_direntry_plus(request, &buffer[used], size - used, name, &entry, next);
    if (length > size - used) return false;
    used += length;
    return true;
  };
  fuse_entry_param dot{};
  dot.attr.st_mode = S_IFDIR;
  for (; position < 2; ++position) {
    if (!add(kDots[position], dot, position + 1)) break;
  }
  const bool listed = position < 2 || squashfs.list(directory, position - 2, [&](const Squashfs::Entry& entry) {
    return add(entry.name, entry_of(entry.number, entry.status), entry.next + 2);
  });
  if (listed || used > 0) fuse_reply_buf(request, buffer.data(), used);
  else fuse_reply_err(request, errno);
}

const fuse_lowlevel_ops kOperations = [] {
  fuse_lowlevel_ops operations{};
  operations.init = start;
  operations.lookup = lookup;
  operations.getattr = get_attributes;
  operations.readlink = read_link;
  operations.open = operations.opendir = open_by_yourself;
  operations.read = read;
  operations.readdirplus = read_directory;
  return operations;
}();

struct Options {
  unsigned long long offset = 0;
  int foreground = 0;
  std::vector<std::string> paths;  // the image and the mount
};

constexpr int kForegroundKey = 1;

int take_option(void* data, const char* argument, int key, fuse_args*) {
  if (key == FUSE_OPT_KEY_NONOPT) static_cast<Options*>(data)->paths.emplace_back(argument);
  return key == FUSE_OPT_KEY_OPT ? -1 : 0;
}

int serve(int argc, char** argv) {
  Options options;
  const fuse_opt known[] = {{"offset=%llu", offsetof(Options, offset), 0}, FUSE_OPT_KEY("-f", kForegroundKey),
                            FUSE_OPT_END};
  fuse_args arguments = FUSE_ARGS_INIT(argc, argv);
  if (fuse_opt_parse(&arguments, &options, known, take_option) != 0 || options.paths.size() != 2) {
    fputs("usage: slipway-squashfs -f -o offset=BYTES IMAGE /dev/fd/N\n"
          "slipway-squashfs is started by slipway-stage; run srun --container=IMAGE COMMAND\n", stderr);
    return 2;
  }
  Server server{Squashfs(options.paths[0], options.offset), ClientCpu()};
  char name[] = "slipway-squashfs";
  char* names[] = {name, nullptr};
  fuse_args none = FUSE_ARGS_INIT(1, names);
  const std::unique_ptr<fuse_session, void (*)(fuse_session*)> session(
      fuse_session_new(&none, &kOperations, sizeof kOperations, &server), fuse_session_destroy);
  if (!session || fuse_session_mount(session.get(), options.paths[1].c_str()) != 0) return 1;
  return fuse_session_loop(session.get()) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace slipway

int main(int argc, char** argv) {
  try {
    return slipway::serve(argc, argv);
  } catch (const std::exception& error) {
    fprintf(stderr, "slipway-squashfs: the image %s\n", error.what());
    return 1;
  }
}
