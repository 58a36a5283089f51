// What an ELF program needs before its first instruction: its interpreter and libraries, as the file names them.
#pragma once

#include <string>
#include <vector>

namespace slipway {

struct ElfNeeds {
  std::string interpreter;               // PT_INTERP; empty in static programs
  std::vector<std::string> libraries;    // DT_NEEDED
  std::vector<std::string> directories;  // DT_RUNPATH or DT_RPATH, $ORIGIN not yet replaced
};

// Reads `file` by pread, trusting no number in it. Empty needs for anything that is not a well-formed ELF file of this
// machine's own class.
ElfNeeds read_elf_needs(int file);

}  // namespace slipway
