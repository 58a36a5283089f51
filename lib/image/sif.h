// SPDX-License-Identifier: BSD-3-Clause

// Reader of the Singularity Image Format. Everything in such a file is untrusted: it is read from a descriptor by
// pread, no length in it is believed before it is checked against the file, and what is kept in memory is bounded.
// Source: the format's public reference implementation (github.com/sylabs/sif), pkg/sif.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::sif {

// Later releases of the format may add values to the three below: such objects are read, and are of no use to us.
enum class Type : int32_t {
  kDefinition = 0x4001,
  kEnvironment,
  kLabels,
  kPartition,
  kSignature,
  kJson,
  kGeneric,
  kCryptoMessage,
  kSbom,
  kOciRootIndex,
  kOciBlob,
};

enum class FileSystem : int32_t {
  kNone = 0,  // not a partition
  kSquashfs = 1,
  kExt3,
  kArchive,
  kRaw,
  kEncryptedSquashfs,
  kGocryptfsSquashfs,
};

enum class Part : int32_t { kNone = 0, kSystem = 1, kPrimarySystem, kData, kOverlay };

struct Object {
  Type type;
  uint32_t id;
  uint32_t group;  // 0: ungrouped
  uint32_t link;   // 0: none; with kGroupBit set: a group, else an object
  uint64_t offset;  // bytes from the start of the file
  uint64_t size;    // bytes
  std::string name;
  uint32_t slot;  // its place in Image::table
  // Of a partition:
  FileSystem file_system = FileSystem::kNone;
  Part part = Part::kNone;
  std::string architecture;  // as in Image
  // Of a signature: the signer's PGP fingerprint in hex, empty when there is none (DSSE).
  std::string signer;
  int32_t hash = 0;  // by the format's number: 1 SHA-256, 2 SHA-384, 3 SHA-512; greater ones are outside SHA-2
};

inline constexpr uint32_t kGroupBit = 0xf0000000;

struct Image {
  std::string architecture;  // "amd64", "arm64", ...; "unknown"; "architecture 14" for one not known here
  std::string uuid;          // as 8-4-4-4-12 hex digits
  int64_t created = 0, modified = 0;  // seconds since 1970; real files hold nonsense here
  std::vector<Object> objects;        // those in use, in the order of the table
  // As they were read, for those who must hash them: the header's 128 bytes, and all descriptors.
  std::string header, table;
};

inline constexpr size_t kDescriptorSize = 585;  // bytes

// Does the file start as a SIF does? Says nothing about the rest. Throws Error about `name`: it cannot be read.
bool is_sif(int file, const std::string& name);

// Throws Error: "<name>: damaged SIF image: <field and reason>; <remedy>".
Image read(int file, const std::string& name);

// The one root file system. Throws Error when there is none or more than one, when it is of a kind that cannot be
// mounted or does not hold what it claims, or when it was built for a machine that this one cannot run.
const Object& root_partition(const Image& image, int file, const std::string& name);

// The one data partition or, without any, the one root file system, for whatever machine that was built. Throws Error
// as root_partition does.
const Object& data_partition(const Image& image, int file, const std::string& name);

std::string name_of(Type type);
std::string name_of(FileSystem file_system);
std::string name_of(Part part);

// This machine's architecture in the format's words.
std::string host_architecture();

// All that the format knows, as "386, amd64, ...".
std::string architectures();

// The two ASCII digits by which the format writes an architecture; "00" for one it does not know.
std::string code_of_architecture(const std::string& architecture);

}  // namespace slipway::sif
