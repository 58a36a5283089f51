// SPDX-License-Identifier: BSD-3-Clause
#include "lib/signature/clear_signed.h"

#include <string>

#include "lib/signature/rejection.h"
#include "tests/unit/signed_image.h"

#include <CppUTest/TestHarness.h>

using namespace slipway::signature;

TEST_GROUP(ClearSigned) {
  const std::string head = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n";
  const std::string tail = "\n-----BEGIN PGP SIGNATURE-----\n\nwsBz\n-----END PGP SIGNATURE-----";

  void refuses(const char* reason, const std::string& message) const {
    STRCMP_CONTAINS(reason, complaint<Rejection>([&] { check_clear_signed(message); }).c_str());
  }
};

TEST(ClearSigned, IsOneMessage) {
  check_clear_signed(head + "{}" + tail);
  check_clear_signed(head + "{}" + tail + "\n");
}

TEST(ClearSigned, HasNothingBeforeOrBehindIt) {
  refuses("not a clear-signed", "x\n" + head + "{}" + tail);
  refuses("not a clear-signed", "");
  refuses("more than one", head + "{}" + tail + "\nx");
  refuses("more than one", head + "{}" + tail + "\n" + head + "{}" + tail);
}

TEST(ClearSigned, HasOneSignature) {
  refuses("no signature", head + "{}");
  refuses("no end", head + "{}\n-----BEGIN PGP SIGNATURE-----\n\nwsBz");
  refuses("more than one", head + "{}\n-----BEGIN PGP SIGNATURE-----\n" + tail);
}

// "NotDashEscaped:" and the like change what a library takes for the signed text.
TEST(ClearSigned, HasNoOtherHeaders) {
  refuses("header line other", "-----BEGIN PGP SIGNED MESSAGE-----\nNotDashEscaped: yes\n\n{}" + tail);
  refuses("header line other", "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256");
}

TEST(ClearSigned, IsText) {
  refuses("not text", head + std::string("{\0}", 3) + tail);
  refuses("not text", head + "{}\r" + tail);
}
