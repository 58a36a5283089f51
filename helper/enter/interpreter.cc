// SPDX-License-Identifier: BSD-3-Clause
#include "helper/enter/interpreter.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

namespace slipway {

namespace {

// As the kernel reads it: blanks around the name do not count (execve(2)).
void read_script(const char* line, char* out, size_t size) {
  line += strspn(line, " \t");
  const size_t length = strcspn(line, " \t\r\n");
  if (length < size) memcpy(out, line, length);
  if (length < size) out[length] = '\0';
}

void read_elf(int file, const Elf64_Ehdr& header, char* out, size_t size) {
  for (int i = 0; i < header.e_phnum && header.e_phentsize == sizeof(Elf64_Phdr); ++i) {
    Elf64_Phdr part;
    const off_t place = static_cast<off_t>(header.e_phoff + i * sizeof part);
    if (pread(file, &part, sizeof part, place) != sizeof part) return;
    if (part.p_type != PT_INTERP) continue;
    const off_t name = static_cast<off_t>(part.p_offset);
    const ssize_t length = part.p_filesz < size ? pread(file, out, part.p_filesz, name) : 0;
    out[length > 0 ? length : 0] = '\0';
    return;
  }
}

}  // namespace

void read_interpreter(const char* path, char* out, size_t size) {
  out[0] = '\0';
  const int file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (file < 0) return;
  union {
    char text[513];
    Elf64_Ehdr elf;
  } start = {};
  const ssize_t length = pread(file, start.text, sizeof start.text - 1, 0);
  if (length > 2 && memcmp(start.text, "#!", 2) == 0) read_script(start.text + 2, out, size);
  else if (length >= static_cast<ssize_t>(sizeof start.elf) && memcmp(start.text, ELFMAG, SELFMAG) == 0) {
    read_elf(file, start.elf, out, size);
  }
  close(file);
}

}  // namespace slipway
