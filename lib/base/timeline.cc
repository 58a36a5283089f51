// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/timeline.h"

#include <cstdio>

namespace slipway {

void Timeline::phase(std::string_view name) {
  if (!wanted_) return;
  const Clock::time_point now = Clock::now();
  add(name, now - last_);
  last_ = now;
}

void Timeline::add(std::string_view name, Clock::duration duration) {
  if (!wanted_) return;
  char milliseconds[32];
  snprintf(milliseconds, sizeof milliseconds, " %.1f ms", std::chrono::duration<double, std::milli>(duration).count());
  text_.append(text_.empty() ? "" : ", ").append(name).append(milliseconds);
}

}  // namespace slipway
