// SPDX-License-Identifier: BSD-3-Clause

// By which variables the libraries of MPI and NCCL are told which NICs to use: the table that is installed
// (conf/nics.conf), and what the admin's own adds.
#pragma once

#include <string>
#include <vector>

namespace slipway {

// "NAME=form", with one % in the form for a NIC's name; of several for one variable the last. `own_table` may be empty:
// there is none. Throws Error: a file that cannot be read, or a line that is not understood.
std::vector<std::string> read_nic_table(const std::string& own_table);

// The lines of one file's `text`; `path` is for the error.
std::vector<std::string> nic_variables_of(const std::string& text, const std::string& path);

}  // namespace slipway
