// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/exit_code.h"

namespace slipway {

namespace {

// Length of the well-formed UTF-8 sequence of two to four bytes at `text`, or 0. Surrogates, overlong forms and C1
// control characters do not count. The final NUL ends every sequence.
size_t utf8_length(const char* text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const unsigned char lead = byte(0);
  if (lead >= 0xc2 && lead <= 0xdf) return continues(1) && !(lead == 0xc2 && byte(1) < 0xa0) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    if (!continues(1) || !continues(2)) return 0;
    if (lead == 0xe0 && byte(1) < 0xa0) return 0;
    if (lead == 0xed && byte(1) > 0x9f) return 0;
    return 3;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if (lead == 0xf0 && byte(1) < 0x90) return 0;
    if (lead == 0xf4 && byte(1) > 0x8f) return 0;
    return 4;
  }
  return 0;
}

// What each line begins with.
char beginning[256] = "slipway: ";

void say(const char* notice) { dprintf(STDERR_FILENO, "%s%s\n", beginning, notice); }

// `variable` tells the rank's number, among those of a node or of the step.
bool is_first_by(const char* variable) {
  const char* const number = getenv(variable);
  return !number || strcmp(number, "0") == 0;
}

}  // namespace

const char* printable(const char* untrusted, char* out, size_t size) {
  size_t at = 0;
  while (*untrusted) {
    const auto byte = static_cast<unsigned char>(*untrusted);
    const size_t length = byte >= 0x20 && byte < 0x7f ? 1 : utf8_length(untrusted);
    if (at + (length > 0 ? length : 4) >= size) break;
    if (length > 0) {
      memcpy(out + at, untrusted, length);
      at += length;
      untrusted += length;
    } else {
      constexpr char kDigits[] = "0123456789abcdef";
      const char escaped[] = {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
      memcpy(out + at, escaped, sizeof escaped);
      at += sizeof escaped;
      ++untrusted;
    }
  }
  out[at] = '\0';
  return out;
}

void name_node(const char* node) {
  char name[sizeof beginning - sizeof "slipway: : "];
  if (node && *node) snprintf(beginning, sizeof beginning, "slipway: %s: ", printable(node, name, sizeof name));
}

void tell(const char* notice) {
  if (is_first_by("SLURM_PROCID")) say(notice);
}

void tell_of_node(const char* notice) {
  if (is_first_by("SLURM_LOCALID")) say(notice);
}

void tell_of_rank(const char* notice) { say(notice); }

void fail_reported(int exit_code, const char* sentence) {
  tell_of_node(sentence);
  _exit(exit_code);
}

void fail(int exit_code, const char* what, const char* why, const char* remedy) {
  char name[4096], sentence[3 * sizeof name];
  snprintf(sentence, sizeof sentence, "%s: %s%s%s", printable(what, name, sizeof name), why, remedy ? "; " : "",
           remedy ? remedy : "");
  fail_reported(exit_code, sentence);
}

void fail_call(const char* what, const char* call, const char* remedy) {
  char why[256];
  snprintf(why, sizeof why, "%s: %s", call, strerror(errno));
  fail(kExitRefused, what, why, remedy);
}

}  // namespace slipway
