// SPDX-License-Identifier: BSD-3-Clause

// Shared objects made by hand: what a test wants one to say of itself, and nothing that could run.
#pragma once

#include <elf.h>
#include <link.h>

#include <bit>
#include <string>
#include <utility>
#include <vector>

struct ElfText {
  std::vector<std::string> needed;
  std::string soname = "";
  std::string rpath = "", runpath = "";
  std::vector<std::pair<std::string, std::vector<std::string>>> needed_versions = {};
  std::vector<std::string> defined_versions = {};
  std::string constants = "";  // bytes, in a part of their own
  bool is_other_class = false;
};

inline std::string elf_file(const ElfText& text) {
  std::string strings(1, '\0');
  const auto place = [&](const std::string& string) {
    strings += string + '\0';
    return static_cast<uint32_t>(strings.size() - string.size() - 1);
  };
  const auto append = [](std::string& bytes, const auto& object) {
    bytes.append(reinterpret_cast<const char*>(&object), sizeof object);
  };
  std::vector<ElfW(Dyn)> entries;
  const auto add = [&](ElfW(Sxword) tag, uint64_t value) {
    ElfW(Dyn) entry{};
    entry.d_tag = tag;
    entry.d_un.d_val = value;
    entries.push_back(entry);
  };
  for (const std::string& name : text.needed) add(DT_NEEDED, place(name));
  if (!text.soname.empty()) add(DT_SONAME, place(text.soname));
  if (!text.rpath.empty()) add(DT_RPATH, place(text.rpath));
  if (!text.runpath.empty()) add(DT_RUNPATH, place(text.runpath));
  std::string needed_versions, defined_versions;
  for (const auto& [library, versions] : text.needed_versions) {
    ElfW(Verneed) record{};
    record.vn_version = 1;
    record.vn_cnt = static_cast<uint16_t>(versions.size());
    record.vn_file = place(library);
    record.vn_aux = sizeof record;
    const bool is_last = &library == &text.needed_versions.back().first;
    record.vn_next = is_last ? 0 : static_cast<uint32_t>(sizeof record + versions.size() * sizeof(ElfW(Vernaux)));
    append(needed_versions, record);
    for (const std::string& version : versions) {
      ElfW(Vernaux) name{};
      name.vna_name = place(version);
      name.vna_next = &version == &versions.back() ? 0 : sizeof name;
      append(needed_versions, name);
    }
  }
  for (const std::string& version : text.defined_versions) {
    ElfW(Verdef) record{};
    ElfW(Verdaux) name{};
    record.vd_version = 1;
    record.vd_cnt = 1;
    record.vd_aux = sizeof record;
    record.vd_next = &version == &text.defined_versions.back() ? 0 : sizeof record + sizeof name;
    name.vda_name = place(version);
    append(defined_versions, record);
    append(defined_versions, name);
  }

  ElfW(Ehdr) header{};
  ElfW(Phdr) parts[3] = {};
  const uint64_t dynamic = sizeof header + sizeof parts;
  const size_t tables = 2 + !needed_versions.empty() + !defined_versions.empty();
  uint64_t end = dynamic + (entries.size() + tables) * sizeof(ElfW(Dyn));
  const auto add_table = [&](ElfW(Sxword) tag, const std::string& bytes) {
    if (bytes.empty()) return;
    add(tag, end);
    end += bytes.size();
  };
  add_table(DT_VERNEED, needed_versions);
  add_table(DT_VERDEF, defined_versions);
  add_table(DT_STRTAB, strings);
  add(DT_NULL, 0);

  header.e_ident[EI_MAG0] = ELFMAG0;
  header.e_ident[EI_MAG1] = ELFMAG1;
  header.e_ident[EI_MAG2] = ELFMAG2;
  header.e_ident[EI_MAG3] = ELFMAG3;
  header.e_ident[EI_CLASS] = (sizeof(void*) == 8) != text.is_other_class ? ELFCLASS64 : ELFCLASS32;
  header.e_ident[EI_DATA] = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
  header.e_type = ET_DYN;
  header.e_phoff = sizeof header;
  header.e_phentsize = sizeof parts[0];
  header.e_phnum = 3;
  parts[0].p_type = PT_LOAD;
  parts[0].p_flags = PF_R | PF_X;
  parts[0].p_filesz = end;
  parts[1].p_type = PT_LOAD;
  parts[1].p_flags = PF_R;
  parts[1].p_offset = parts[1].p_vaddr = end;
  parts[1].p_filesz = text.constants.size();
  parts[2].p_type = PT_DYNAMIC;
  parts[2].p_offset = dynamic;
  parts[2].p_filesz = entries.size() * sizeof(ElfW(Dyn));

  std::string bytes;
  append(bytes, header);
  append(bytes, parts);
  for (const ElfW(Dyn) & entry : entries) append(bytes, entry);
  return bytes + needed_versions + defined_versions + strings + text.constants;
}
