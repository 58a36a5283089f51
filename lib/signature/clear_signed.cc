// SPDX-License-Identifier: BSD-3-Clause
#include "lib/signature/clear_signed.h"

#include <string_view>

#include "lib/signature/rejection.h"

namespace slipway::signature {

void check_clear_signed(const std::string& message) {
  constexpr std::string_view kBegin = "-----BEGIN PGP SIGNED MESSAGE-----\n", kHash = "Hash: ";
  constexpr std::string_view kSignature = "\n-----BEGIN PGP SIGNATURE-----\n", kEnd = "\n-----END PGP SIGNATURE-----";
  std::string_view rest = message;
  if (!rest.starts_with(kBegin)) throw Rejection("it is not a clear-signed OpenPGP message");
  if (rest.find_first_of(std::string_view("\0\r", 2)) != rest.npos) {
    throw Rejection("its clear-signed message holds bytes that are not text");
  }
  rest.remove_prefix(kBegin.size());
  while (!rest.starts_with("\n")) {
    const size_t end = rest.find('\n');
    if (end == rest.npos || !rest.starts_with(kHash)) {
      throw Rejection("its clear-signed message has a header line other than \"Hash:\"");
    }
    rest.remove_prefix(end + 1);
  }
  const size_t signature = rest.find(kSignature);
  if (signature == rest.npos) throw Rejection("its clear-signed message has no signature");
  rest.remove_prefix(signature + kSignature.size() - 1);
  const size_t end = rest.find(kEnd);
  if (end == rest.npos) throw Rejection("its clear-signed message has no end");
  if (rest.substr(0, end).find("\n-----") != rest.npos ||
      rest.find_first_not_of('\n', end + kEnd.size()) != rest.npos) {
    throw Rejection("more than one clear-signed message is in it");
  }
}

}  // namespace slipway::signature
