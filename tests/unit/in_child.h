// SPDX-License-Identifier: BSD-3-Clause

// For code that ends its process, as all of enter does.
#pragma once

#include <functional>
#include <string>

struct Ended {
  int exit_code;
  std::string output;  // standard error
};

// Runs `body` in a child of the test, whose exit code is 0 when body returns.
Ended in_child(const std::function<void()>& body);
