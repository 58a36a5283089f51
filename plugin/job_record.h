// What slurmctld says of a job. A step's own variables do not count: its user may have written them.
#pragma once

#include <cstdint>
#include <string>

#include "helper/setting_words.h"

namespace slipway {

// Partition and account in a record as `scontrol show job` prints it; a job without an account has the empty one. Both
// unknown where the record is not that job's, or where names and comments of its user could stand for either.
Subject subject_in(const std::string& record, uint32_t job);

}  // namespace slipway
