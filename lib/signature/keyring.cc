// SPDX-License-Identifier: BSD-3-Clause
#include "lib/signature/keyring.h"

#include <cstdint>
#include <utility>

#include <rnp/rnp.h>
#include <rnp/rnp_err.h>

#include "lib/base/error.h"
#include "lib/signature/clear_signed.h"
#include "lib/signature/rejection.h"

namespace slipway::signature {

namespace {

template <typename Handle, auto kDestroy>
class Owned {
 public:
  Owned() = default;
  ~Owned() {
    if (handle_) kDestroy(handle_);
  }
  Owned(const Owned&) = delete;
  Handle get() const { return handle_; }
  Handle* out() { return &handle_; }

 private:
  Handle handle_ = nullptr;
};
using Input = Owned<rnp_input_t, rnp_input_destroy>;
using Output = Owned<rnp_output_t, rnp_output_destroy>;
using Operation = Owned<rnp_op_verify_t, rnp_op_verify_destroy>;
using Key = Owned<rnp_key_handle_t, rnp_key_handle_destroy>;
using Keys = Owned<rnp_identifier_iterator_t, rnp_identifier_iterator_destroy>;
using Text = Owned<char*, rnp_buffer_destroy>;

// librnp fails here for want of memory, or for a message that it cannot parse.
void must_succeed(rnp_result_t result) {
  if (result != RNP_SUCCESS) throw Rejection(std::string("librnp cannot verify it: ") + rnp_result_to_string(result));
}

rnp_result_t read_from(Input& input, const std::string& bytes) {
  return rnp_input_from_memory(input.out(), reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), false);
}

bool answer(rnp_result_t (*question)(rnp_key_handle_t, bool*), rnp_key_handle_t key) {
  bool answer = false;
  must_succeed(question(key, &answer));
  return answer;
}

rnp_result_t is_for_signing(rnp_key_handle_t key, bool* answer) { return rnp_key_allows_usage(key, "sign", answer); }

std::string answer(rnp_result_t (*question)(rnp_key_handle_t, char**), rnp_key_handle_t key) {
  Text text;
  return question(key, text.out()) == RNP_SUCCESS && text.get() ? text.get() : "";
}

// Of a subkey and of its primary key alike: each may end by itself.
void refuse_ended(rnp_key_handle_t key, const std::string& name) {
  if (answer(rnp_key_is_revoked, key)) throw Rejection("it is made with " + name + ", which is revoked");
  if (answer(rnp_key_is_expired, key)) throw Rejection("it is made with " + name + ", which has expired");
  if (!answer(rnp_key_is_valid, key)) throw Rejection("it is made with " + name + ", which is not valid");
}

Signer signer_by(rnp_ffi_t library, rnp_key_handle_t key) {
  const bool subkey = answer(rnp_key_is_sub, key);
  Signer signer{answer(subkey ? rnp_key_get_primary_fprint : rnp_key_get_fprint, key), ""};
  Key primary;
  must_succeed(rnp_locate_key(library, "fingerprint", signer.key.c_str(), primary.out()));
  if (!primary.get()) throw Rejection("it is made with a subkey whose primary key is not among the given keys");
  refuse_ended(primary.get(), "key " + signer.key);
  if (subkey) refuse_ended(key, "a subkey of " + signer.key);
  if (!answer(is_for_signing, key)) {
    throw Rejection("it is made with key " + signer.key + ", which is not for signing");
  }
  signer.name = answer(rnp_key_get_primary_uid, primary.get());
  return signer;
}

void refuse_other_hashes(rnp_op_verify_signature_t signature) {
  Text hash;
  must_succeed(rnp_op_verify_signature_get_hash(signature, hash.out()));
  for (const char* accepted : {"SHA256", "SHA384", "SHA512"}) {
    if (std::string(accepted) == hash.get()) return;
  }
  throw Rejection("it is made with the hash " + printable(hash.get()) + ", which is not of SHA-2");
}

}  // namespace

Keyring::Keyring() : library_(nullptr, [](rnp_ffi_st* library) { return static_cast<int>(rnp_ffi_destroy(library)); }) {
  rnp_ffi_t library = nullptr;
  if (rnp_ffi_create(&library, "GPG", "GPG") != RNP_SUCCESS) throw Error("librnp", "cannot be started");
  library_.reset(library);
}

void Keyring::add(const std::string& bytes, const std::string& name) {
  size_t before = 0, after = 0;
  rnp_get_public_key_count(library_.get(), &before);
  Input input;
  if (read_from(input, bytes) == RNP_SUCCESS) {
    // Permissive: a keyring is of use in spite of one key that this release of librnp does not know.
    rnp_import_keys(library_.get(), input.get(), RNP_LOAD_SAVE_PUBLIC_KEYS | RNP_LOAD_SAVE_PERMISSIVE, nullptr);
  }
  rnp_get_public_key_count(library_.get(), &after);
  if (after == before) throw Error(name, "holds no OpenPGP public key", "write it with gpg --export");
}

std::vector<Signer> Keyring::signers() const {
  const auto must = [](rnp_result_t result) {
    if (result != RNP_SUCCESS) throw Error("keyring", "librnp cannot list its keys");
  };
  std::vector<Signer> signers;
  Keys keys;
  must(rnp_identifier_iterator_create(library_.get(), keys.out(), "fingerprint"));
  const char* fingerprint = nullptr;
  for (;;) {
    must(rnp_identifier_iterator_next(keys.get(), &fingerprint));
    if (!fingerprint) return signers;
    Key key;
    must(rnp_locate_key(library_.get(), "fingerprint", fingerprint, key.out()));
    bool is_primary = false;
    must(rnp_key_is_primary(key.get(), &is_primary));
    if (is_primary) signers.push_back({fingerprint, answer(rnp_key_get_primary_uid, key.get())});
  }
}

VerifiedText Keyring::verify(const std::string& message, const std::string& fingerprint) const {
  check_clear_signed(message);
  Input input;
  must_succeed(read_from(input, message));
  Output output;
  must_succeed(rnp_output_to_memory(output.out(), message.size()));
  Operation operation;
  must_succeed(rnp_op_verify_create(operation.out(), library_.get(), input.get(), output.get()));
  const rnp_result_t result = rnp_op_verify_execute(operation.get());
  size_t count = 0;
  rnp_op_verify_get_signature_count(operation.get(), &count);
  if (count != 1) {
    must_succeed(result);
    throw Rejection("its message bears " + std::to_string(count) + " signatures");
  }
  rnp_op_verify_signature_t signature = nullptr;
  must_succeed(rnp_op_verify_get_signature_at(operation.get(), 0, &signature));
  Key key;
  if (rnp_op_verify_signature_get_key(signature, key.out()) != RNP_SUCCESS || !key.get()) {
    throw Rejection("it is made with a key that is not among the given ones; the image names key " + fingerprint);
  }
  refuse_other_hashes(signature);
  Signer signer = signer_by(library_.get(), key.get());
  const rnp_result_t status = rnp_op_verify_signature_get_status(signature);
  if (status == RNP_ERROR_SIGNATURE_EXPIRED) throw Rejection("it has expired");
  if (status != RNP_SUCCESS) throw Rejection("its text is not what key " + signer.key + " signed");
  must_succeed(result);
  if (signer.key != fingerprint) {
    throw Rejection("it is made with key " + signer.key + ", but the image says " + fingerprint);
  }
  uint8_t* text = nullptr;
  size_t size = 0;
  must_succeed(rnp_output_memory_get_buf(output.get(), &text, &size, false));
  return {std::string(reinterpret_cast<const char*>(text), size), {std::move(signer)}};
}

}  // namespace slipway::signature
