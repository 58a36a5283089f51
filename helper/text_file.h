// The text files of procfs, read without <fstream>: its start-up would be paid for by every srun and slurmstepd, and by
// every process of stage.
#pragma once

#include <string>

namespace slipway {

// What could be read of it; empty when that is nothing.
std::string text_of_file(const std::string& path);

// The value of the line "<name>:<blanks><value>", as procfs writes them; empty when there is no such line.
std::string field_of(const std::string& text, const std::string& name);

}  // namespace slipway
