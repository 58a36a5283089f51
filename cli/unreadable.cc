// SPDX-License-Identifier: BSD-3-Clause
#include "cli/unreadable.h"

#include <fcntl.h>
#include <fts.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "lib/base/error.h"

namespace slipway {

namespace {

constexpr size_t kMostNamed = 3;

int by_name(const FTSENT** a, const FTSENT** b) { return strcmp((*a)->fts_name, (*b)->fts_name); }

bool is_unreadable(const FTSENT& entry) {
  switch (entry.fts_info) {
    case FTS_DNR:  // a directory that cannot be listed
    case FTS_NS:   // in one that cannot be searched
    case FTS_ERR:
      return true;
    case FTS_F:
      return faccessat(AT_FDCWD, entry.fts_accpath, R_OK, AT_EACCESS) != 0;
    default:
      return false;
  }
}

std::string below(const std::string& tree, const std::string& path) {
  const size_t name = path.find_first_not_of('/', tree.size());
  return name == path.npos ? "." : path.substr(name);
}

}  // namespace

Unreadable unreadable_in(const std::string& tree) {
  std::string path = tree;
  char* const roots[] = {path.data(), nullptr};
  const std::unique_ptr<FTS, int (*)(FTS*)> walk(fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name),
                                                 fts_close);
  if (!walk) throw system_error(printable(tree), "fts_open");
  Unreadable found;
  while (const FTSENT* const entry = fts_read(walk.get())) {
    if (!is_unreadable(*entry)) continue;
    ++found.count;
    if (found.first.size() < kMostNamed) found.first.push_back(below(tree, entry->fts_path));
  }
  if (errno != 0) throw system_error(printable(tree), "fts_read");
  return found;
}

}  // namespace slipway
