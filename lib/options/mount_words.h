// SPDX-License-Identifier: BSD-3-Clause

// The words by which users (--container-mounts=) and admins (mounts=) ask for mounts: SRC[:DST[:FLAGS]][,...].
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/kernel/path_base.h"

namespace slipway {

struct MountWord {
  enum Kind {
    kBind,     // `source` of the host; an image file with a target of its own is mounted, unless `how` says otherwise
    kTmpfs,    // an empty directory in memory
    kKernel,   // what the kernel has to show, mounted anew: `source` is the file system; none of users' words
    kUnmount,  // takes away what lies at `target`
  } kind = kBind;
  enum How { kAsItIs, kTop, kTree } how = kAsItIs;  // kTop: without what is mounted below the source
  enum Create { kAuto, kDirectory, kFile } create = kAuto;  // what `target` becomes where it is missing
  std::string source;  // of a bind: as it was written, perhaps relative
  std::string target;  // an absolute path inside, not the root; empty: the source's own
  unsigned long flags = 0;        // of MS_RDONLY, MS_NOSUID, MS_NODEV and MS_NOEXEC (mount(2))
  unsigned long propagation = 0;  // as mount(2) takes it; 0: the default, MS_SLAVE | MS_REC
  std::string size;               // of a tmpfs, as tmpfs(5) takes it; empty: no limit of its own
};

// `option` names what the text was given to, for the error. A backslash takes the special meaning from a comma, a colon
// and itself. Throws Error.
std::vector<MountWord> mount_words(const std::string& text, const std::string& option);

// The same text, with absolute sources. Throws Error.
std::string with_absolute_sources(const std::string& text, const std::string& option, const PathBase& base);

// Whether an image file that it names would be mounted, not bound as a file.
bool may_be_data_image(const MountWord& word);

// Whether tmpfs(5) takes `text` as a size: a number, perhaps with k, m, g (or K, M, G) or % behind it.
bool is_tmpfs_size(std::string_view text);

// For people: "/data at /mnt (ro)".
std::string description_of(const MountWord& word);

}  // namespace slipway
