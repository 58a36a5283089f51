// SPDX-License-Identifier: BSD-3-Clause

// The specs of tests/unit/cdi, which are written like those of vendors: nvidia as nvidia-ctk 1.17 generates them, amd
// as of a ROCm node, habana by hand with what else there is. All their devices, and this machine has none, are made up.
#pragma once

#include <string>

#include "helper/cdi/document.h"
#include "helper/cdi/spec.h"
#include "lib/base/error.h"
#include "lib/base/text_file.h"

inline std::string cdi_text(const std::string& name) {
  return slipway::text_of_file(TOP_SOURCE_DIRECTORY "/tests/unit/cdi/" + name);
}

// As if it were /etc/cdi/spec.
inline slipway::CdiSpec cdi_spec(const std::string& text) {
  return slipway::cdi::spec_of(slipway::cdi::document_of(text, "/etc/cdi/spec"), "/etc/cdi/spec");
}

// The sentence of what is wrong with a spec; empty: nothing.
inline std::string cdi_error(const std::string& text) {
  try {
    cdi_spec(text);
  } catch (const slipway::Error& error) {
    return error.what();
  }
  return "";
}
