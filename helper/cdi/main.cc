// SPDX-License-Identifier: BSD-3-Clause

// slipway-cdi DIRECTORY...
//
// Prints what the CDI specs of these directories say, later ones before earlier ones, as the entries of a registry
// (lib/devices/cdi_devices.h). Exit code 0 when it could, whatever the specs are like: errors in them are entries too.
//
// A program of its own, so that no other of ours reads YAML or links yaml-cpp. It runs as the user, and opens no file
// but the specs.
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "helper/cdi/registry.h"
#include "lib/devices/cdi_devices.h"

int main(int argc, char** argv) {
  using namespace slipway;
  try {
    const std::string text = text_of_cdi_registry(cdi::read_registry(std::vector<std::string>(argv + 1, argv + argc)));
    const bool is_written = fwrite(text.data(), 1, text.size(), stdout) == text.size();
    return is_written && fflush(stdout) == 0 ? 0 : 1;
  } catch (const std::exception&) {
    return 1;  // out of memory: whoever started it says so
  }
}
