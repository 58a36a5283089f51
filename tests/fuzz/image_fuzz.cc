// SPDX-License-Identifier: BSD-3-Clause

// libFuzzer: whatever bytes an image has, reading it ends with an answer or an Error, and touches nothing outside.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/elf/elf.h"
#include "lib/elf/elf_text.h"
#include "lib/elf/library_cache_file.h"
#include "lib/elf/library_search.h"
#include "lib/image/image_format.h"
#include "lib/image/sif.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const int file = memfd_create("image", MFD_CLOEXEC);
  if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) return 0;
  try {
    const slipway::RootPartition root = slipway::root_partition(file, "image");
    // What the mounting side relies on.
    if (root.offset > size || root.size > size - root.offset) __builtin_trap();
  } catch (const slipway::Error&) {
  }
  try {
    for (const slipway::sif::Object& object : slipway::sif::read(file, "image").objects) {
      if (object.offset > size || object.size > size - object.offset) __builtin_trap();
    }
  } catch (const slipway::Error&) {
  }
  slipway::read_elf(file);
  slipway::read_elf_versions(file);
  slipway::find_in_constants(file, {"MPICH"});
  const slipway::LibraryCache cache(std::string(reinterpret_cast<const char*>(data), size));
  for (const std::string& name : cache.names()) cache.paths_of(name);
  const slipway::CachedLibrary library = {"libcuda.so.1", "/libcuda.so.1"};
  const std::string with_ours = slipway::cache_with(cache, std::span(&library, 1));
  if (!with_ours.empty() && slipway::LibraryCache(with_ours).paths_of(library.name).empty()) __builtin_trap();
  return 0;
}
