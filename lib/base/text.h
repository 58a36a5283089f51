// SPDX-License-Identifier: BSD-3-Clause

// What enter says, and its one way out.
#pragma once

#include <stddef.h>

namespace slipway {

// Text of an untrusted string, fit for one line of a terminal or log: control characters and bytes that are not
// printable ASCII or well-formed UTF-8 are shown as \xNN. Cut where `size` bytes, with the final NUL, are full.
// Returns `out`.
const char* printable(const char* untrusted, char* out, size_t size);

// From now on each line begins with the node's name, too: of a step on a hundred nodes, its user must know which one it
// is about. nullptr: the name is not known.
void name_node(const char* node);

// Prints "slipway: <node>: <notice>", in one of the step's ranks.
void tell(const char* notice);

// The same, in each node's first rank.
void tell_of_node(const char* notice);

// The same, in every rank.
void tell_of_rank(const char* notice);

// Ends this rank: prints "slipway: <node>: <what>: <why>; <remedy>" (only the node's first rank speaks), and exits.
// `what` may be untrusted.
[[noreturn]] void fail(int exit_code, const char* what, const char* why, const char* remedy);

// fail with errno's text: "<what>: <call>: <strerror>".
[[noreturn]] void fail_call(const char* what, const char* call, const char* remedy = nullptr);

// fail with a sentence that stage completed.
[[noreturn]] void fail_reported(int exit_code, const char* sentence);

}  // namespace slipway
