// SPDX-License-Identifier: BSD-3-Clause

// What ELF files say of themselves: what a program needs before its first instruction, which versions of which
// libraries, and where its constants are. All of it is read by pread, trusting no number in the file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace slipway {

struct ElfFile {
  bool is_elf = false;                 // well-formed, of this machine's own class and byte order
  std::string interpreter;             // PT_INTERP; empty in static programs
  std::vector<std::string> libraries;  // DT_NEEDED
  std::string soname;                  // DT_SONAME
  // Directories, $ORIGIN not yet replaced (lib/elf/library_search.h).
  std::vector<std::string> rpath;    // DT_RPATH
  std::vector<std::string> runpath;  // DT_RUNPATH
};

ElfFile read_elf(int file);

// Whether `file` can be loaded here at all: the same as read_elf's is_elf but for its dynamic section.
bool is_elf(int file);

// As ld.so checks them. Apart from the rest, since each is a read or two of the file.
struct ElfVersions {
  struct Needed {
    std::string library;                // libc.so.6
    std::vector<std::string> versions;  // GLIBC_2.34
  };
  std::vector<Needed> needed;        // DT_VERNEED
  std::vector<std::string> defined;  // DT_VERDEF: GLIBCXX_3.4.30; its first names the library itself
};

ElfVersions read_elf_versions(int file);

struct ElfPart {
  uint64_t offset = 0, size = 0;  // bytes, in the file
};

// The loaded parts in which the file's string constants are: those without code, where there are such.
std::vector<ElfPart> elf_constants(int file);

}  // namespace slipway
