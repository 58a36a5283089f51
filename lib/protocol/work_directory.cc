// SPDX-License-Identifier: BSD-3-Clause
#include "lib/protocol/work_directory.h"

namespace slipway {

const char kWorkDirectory[] = WORKDIR;

std::string data_image_name(uint32_t word) { return "data-" + std::to_string(word); }

}  // namespace slipway
