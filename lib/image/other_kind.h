// SPDX-License-Identifier: BSD-3-Clause

// What a file seems to be that is no image: people hand all kinds of files to --container and to slipway build.
#pragma once

#include <string>

namespace slipway {

enum class OtherKind {
  kUnknown,
  kEmpty,
  kProgram,
  kScript,
  kTar,
  kGzip,
  kZstd,
  kXz,
  kBzip2,
  kZip,
  kExt,
  kDefinition,  // of Apptainer's
  kDockerfile,
};

// Of a regular file. Throws Error about `name`: it cannot be read.
OtherKind other_kind_of(int file, const std::string& name);

// "a gzip archive".
const char* in_words(OtherKind kind);

}  // namespace slipway
