// SPDX-License-Identifier: BSD-3-Clause

// slipway build: a SIF image with one squashfs, from a directory or a squashfs file.
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "cli/arguments.h"
#include "cli/build_source.h"
#include "cli/commands.h"
#include "cli/mksquashfs.h"
#include "cli/output_file.h"
#include "cli/unreadable.h"
#include "lib/base/error.h"
#include "lib/image/sif.h"
#include "lib/image/squashfs.h"

namespace slipway {

namespace {

// The layout that other tools write: room for 48 descriptors behind the header, data from 32 KiB on.
constexpr uint64_t kTableOffset = 4096;
constexpr uint64_t kDescriptors = 48;
constexpr size_t kDescriptorSize = 585;
constexpr uint64_t kDataOffset = 32768;
// The squashfs starts on a page: a loop device then reads whole pages of the file.
constexpr uint64_t kRootOffset = 36864;
static_assert(kRootOffset % 4096 == 0 && kTableOffset + kDescriptors * kDescriptorSize <= kDataOffset);

// SOURCE_DATE_EPOCH (reproducible-builds.org) stands for the clock and makes the same input give the same file.
std::optional<int64_t> source_date() {
  const char* const text = getenv("SOURCE_DATE_EPOCH");
  if (!text) return std::nullopt;
  int64_t seconds = 0;
  const char* const end = text + strlen(text);
  const auto [stop, failure] = std::from_chars(text, end, seconds);
  if (failure != std::errc() || stop != end || seconds < 0) {
    throw Error("SOURCE_DATE_EPOCH=" + printable(text), "is not a number of seconds since 1970", "correct or unset it");
  }
  return seconds;
}

struct Options {
  std::string compression = "zstd";
  std::string architecture = sif::host_architecture();
  std::optional<int64_t> date = source_date();  // no value: now
  Existing existing = Existing::kKept;
  std::string output, source;
};

Options parse(const std::vector<std::string>& words) {
  const Arguments arguments("build", words);
  Options options;
  options.compression = arguments.value_of("--comp").value_or(options.compression);
  options.architecture = arguments.value_of("--arch").value_or(options.architecture);
  if (arguments.has("--force")) options.existing = Existing::kReplaced;
  const std::vector<std::string>& names = arguments.operands();
  if (names.size() != 2 || names[0].empty() || names[1].empty()) {
    throw UsageError("build: needs an output and a directory or squashfs file");
  }
  constexpr const char* kCompressions[] = {"zstd", "gzip", "xz", "lz4", "lzo", kUncompressed};
  if (std::find(std::begin(kCompressions), std::end(kCompressions), options.compression) == std::end(kCompressions)) {
    throw UsageError("build: --comp=" + printable(options.compression) +
                     " is not one of zstd, gzip, xz, lz4, lzo, none");
  }
  if (sif::code_of_architecture(options.architecture) == "00") {
    throw UsageError("build: --arch=" + printable(options.architecture) + " is not one of " + sif::architectures());
  }
  options.output = names[0];
  options.source = names[1];
  return options;
}

void refuse_unreadable(const std::string& tree) {
  const Unreadable unreadable = unreadable_in(tree);
  if (unreadable.count == 0) return;
  std::string names;
  for (const std::string& name : unreadable.first) names += (names.empty() ? "" : ", ") + printable(name);
  const size_t more = unreadable.count - unreadable.first.size();
  if (more > 0) names += " and " + std::to_string(more) + " more";
  throw Error(printable(tree), "what you cannot read in it would be missing: " + names,
              "build as the owner, or remove it from the tree");
}

// Returns its compression.
std::string copy_squashfs(const BuildSource& source, const std::string& path, const OutputFile& output) {
  const std::string name = printable(path);
  const std::string compression = check_squashfs(source.file.get(), 0, source.status.st_size, name);
  std::vector<char> buffer(1 << 20);
  for (uint64_t offset = 0;;) {
    const ssize_t size = pread(source.file.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
    if (size < 0) throw system_error(name, "read");
    if (size == 0) return compression;
    output.write_at(kRootOffset + offset, {buffer.data(), static_cast<size_t>(size)});
    offset += size;
  }
}

struct Root {
  uint64_t size;  // bytes
  std::string compression;
};

Root write_root(const BuildSource& source, const Options& options, const OutputFile& output) {
  std::string compression = options.compression;
  if (S_ISDIR(source.status.st_mode)) {
    refuse_unreadable(options.source);
    make_squashfs(options.source, {output.fd(), kRootOffset, options.output}, compression);
  } else {
    compression = copy_squashfs(source, options.source, output);
  }
  struct stat status;
  if (fstat(output.fd(), &status) != 0) throw system_error(printable(options.output), "fstat");
  return {status.st_size - kRootOffset, compression};
}

class Bytes {
 public:
  explicit Bytes(size_t size) : bytes_(size, '\0') {}
  template <typename Number>
  void number(size_t offset, Number value) {
    for (size_t i = 0; i < sizeof(Number); ++i) {
      bytes_[offset + i] = static_cast<char>(static_cast<uint64_t>(value) >> (8 * i));
    }
  }
  void text(size_t offset, std::string_view text) { std::copy(text.begin(), text.end(), bytes_.begin() + offset); }
  const std::string& get() const { return bytes_; }

 private:
  std::string bytes_;
};

// A version-4 UUID (RFC 4122). A reproducible image has none of its own: zeros but for the version.
std::string uuid(const Options& options) {
  std::array<unsigned char, 16> bytes{};
  if (!options.date && getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw system_error("uuid", "getrandom");
  }
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return std::string(bytes.begin(), bytes.end());
}

void write_header_and_table(const Options& options, const OutputFile& output, uint64_t root_size) {
  const int64_t now = options.date.value_or(time(nullptr));
  const std::string code = sif::code_of_architecture(options.architecture);
  Bytes header(128);
  header.text(0, "#!/usr/bin/env run-singularity\n");
  header.text(32, "SIF_MAGIC");
  header.text(42, "01");
  header.text(45, code);
  header.text(48, uuid(options));
  header.number<int64_t>(64, now);
  header.number<int64_t>(72, now);
  header.number<int64_t>(80, kDescriptors - 1);
  header.number<int64_t>(88, kDescriptors);
  header.number<int64_t>(96, kTableOffset);
  header.number<int64_t>(104, kDescriptors * kDescriptorSize);
  header.number<int64_t>(112, kDataOffset);
  header.number<int64_t>(120, kRootOffset - kDataOffset + root_size);

  Bytes root(kDescriptorSize);
  root.number<int32_t>(0, static_cast<int32_t>(sif::Type::kPartition));
  root.number<uint8_t>(4, 1);
  root.number<uint32_t>(5, 1);
  root.number<uint32_t>(9, sif::kGroupBit | 1);
  root.number<int64_t>(17, kRootOffset);
  root.number<int64_t>(25, root_size);
  root.number<int64_t>(33, kRootOffset - kDataOffset + root_size);
  root.number<int64_t>(41, now);
  root.number<int64_t>(49, now);
  root.text(73, "root.squashfs");
  root.number<int32_t>(201, static_cast<int32_t>(sif::FileSystem::kSquashfs));
  root.number<int32_t>(205, static_cast<int32_t>(sif::Part::kPrimarySystem));
  root.text(209, code);

  output.write_at(0, header.get());
  output.write_at(kTableOffset, root.get());
}

std::string in_words(uint64_t bytes) {
  constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB"};
  double number = bytes / 1024.0;
  size_t unit = 0;
  for (; number >= 1024 && unit + 1 < std::size(kUnits); ++unit) number /= 1024;
  char text[32];
  snprintf(text, sizeof text, "%.*f %s", number < 10 ? 1 : 0, number, kUnits[unit]);
  return text;
}

}  // namespace

int build_command(const std::vector<std::string>& words) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  const Options options = parse(words);
  const BuildSource source = open_build_source(options.source);
  OutputFile output(options.output, options.existing);
  const Root root = write_root(source, options, output);
  write_header_and_table(options, output, root.size);
  sif::read(output.fd(), printable(options.output));  // what we write, we can read
  output.finish();
  printf("%s: %s, %s, %s, in %.1f s\n", printable(options.output).c_str(), in_words(kRootOffset + root.size).c_str(),
         options.architecture.c_str(), root.compression == kUncompressed ? "uncompressed" : root.compression.c_str(),
         std::chrono::duration<double>(Clock::now() - start).count());
  return 0;
}

}  // namespace slipway
