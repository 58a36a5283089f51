// SPDX-License-Identifier: BSD-3-Clause

// Signatures for the images of sif_file.h, made at test time: their payload computed from the file's bytes alone,
// signed by gpg and openssl as programs. Shares nothing with signature/.
#pragma once

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "lib/base/fd.h"
#include "tests/unit/sif_file.h"
#include "tests/unit/temporary.h"

inline std::string sha256(const std::string& bytes) {
  unsigned char digest[32];
  EVP_Digest(bytes.data(), bytes.size(), digest, nullptr, EVP_sha256(), nullptr);
  std::string text = "sha256:";
  for (const unsigned char byte : digest) {
    char hex[3];
    snprintf(hex, sizeof hex, "%02x", byte);
    text += hex;
  }
  return text;
}

inline uint64_t number_at(const std::string& bytes, size_t offset, size_t size) {
  uint64_t number = 0;
  while (size-- > 0) number = number << 8 | static_cast<unsigned char>(bytes[offset + size]);
  return number;
}

// What a signature of that group says.
inline std::string payload_of(const std::string& file, uint32_t group = 1) {
  const size_t table = number_at(file, 96, 8), total = number_at(file, 88, 8);
  uint32_t first = UINT32_MAX;
  std::vector<std::string> members;
  for (size_t i = 0; i < total; ++i) {
    const std::string descriptor = file.substr(table + i * 585, 585);
    if (descriptor[4] == 0 || number_at(descriptor, 9, 4) != (0xf0000000 | group)) continue;
    members.push_back(descriptor);
    first = std::min<uint32_t>(first, number_at(descriptor, 5, 4));
  }
  std::string objects;
  for (std::string descriptor : members) {
    const uint32_t relative = number_at(descriptor, 5, 4) - first;
    put(descriptor, 5, relative, 4);
    const std::string content = file.substr(number_at(descriptor, 17, 8), number_at(descriptor, 25, 8));
    // Without the group, the place, the size with padding and the time of modification.
    descriptor.erase(49, 8).erase(33, 8).erase(17, 8).erase(9, 4);
    objects += (objects.empty() ? "" : ",") + ("{\"relativeId\":" + std::to_string(relative)) +
               ",\"descriptorDigest\":\"" + sha256(descriptor) + "\",\"objectDigest\":\"" + sha256(content) + "\"}";
  }
  return "{\"version\":1,\"header\":{\"digest\":\"" + sha256(file.substr(0, 45) + file.substr(48, 16)) +
         "\"},\"objects\":[" + objects + "]}";
}

inline std::string output_of(const std::string& command) {
  std::string output;
  char part[4096];
  FILE* const pipe = popen(command.c_str(), "r");
  for (size_t size; (size = fread(part, 1, sizeof part, pipe)) > 0;) output.append(part, size);
  return pclose(pipe) == 0 ? output : "failed: " + command;
}

// The last of the image's objects: a signature for a group.
inline SifObject signature_object(const std::string& message, uint32_t id, const std::string& fingerprint = "",
                                  uint32_t group = 1, int32_t hash = 1) {
  std::string extra(4 + 256, '\0');
  put(extra, 0, hash, 4);
  for (size_t i = 0; i + 1 < fingerprint.size(); i += 2) {
    extra[4 + i / 2] = static_cast<char>(std::stoi(fingerprint.substr(i, 2), nullptr, 16));
  }
  return {.type = 0x4005, .id = id, .group = 0xf0000000, .link = 0xf0000000 | group, .name = "signature",
          .content = message, .extra = extra};
}

// Keeps librnp's own messages out of a test's output. Not where AddressSanitizer may have something to say.
class Quiet {
 public:
#ifndef __SANITIZE_ADDRESS__
  Quiet() : stderr_(dup(STDERR_FILENO)) {
    const slipway::Fd nowhere(open("/dev/null", O_WRONLY | O_CLOEXEC));
    dup2(nowhere.get(), STDERR_FILENO);
  }
  ~Quiet() { dup2(stderr_.get(), STDERR_FILENO); }

 private:
  slipway::Fd stderr_;
#endif
};

// A GNUPGHOME, gone with the test, and its agent with it.
class Gnupg {
 public:
  ~Gnupg() { run("gpgconf --kill gpg-agent"); }

  std::string run(const std::string& command) const {
    return output_of("exec 2>/dev/null; export GNUPGHOME=" + home_.path() + "; " + command);
  }
  std::string gpg(const std::string& words) const {
    return run("gpg --batch --pinentry-mode loopback --passphrase '' " + words);
  }
  // Returns the fingerprint of a new key.
  std::string make_key(const std::string& name, const std::string& expires = "never") const {
    gpg("--faked-system-time 20240101T000000 --quick-gen-key " + name + " ed25519 cert,sign " + expires);
    return fingerprint(name);
  }
  std::string fingerprint(const std::string& name) const {
    return run("gpg --with-colons --list-keys " + name +
               " | sed -n 's/^fpr:*\\([0-9A-F]*\\):/\\1/p' | head -n 1 | tr -d '\\n'");
  }
  std::string exported(const std::string& name = "", const std::string& words = "") const {
    return gpg("--export " + words + " " + name);
  }
  std::string sign(const std::string& text, const std::string& key, const std::string& words = "") const {
    home_.write("text", text);
    return gpg("--local-user " + key + " " + words + " --output - --clearsign " + home_.path() + "/text");
  }

 private:
  TemporaryDirectory home_;
};

// An openssl key pair: what it is told to be.
class KeyPair {
 public:
  explicit KeyPair(const std::string& kind) {
    output_of("openssl genpkey " + kind + " -out " + file("private") + " 2>/dev/null");
  }
  std::string pem() const { return output_of("openssl pkey -in " + file("private") + " -pubout"); }
  std::string sign(const std::string& bytes, const std::string& words) const {
    directory_.write("bytes", bytes);
    return output_of("openssl pkeyutl -sign -rawin " + words + " -inkey " + file("private") + " -in " + file("bytes"));
  }

 private:
  std::string file(const std::string& name) const { return directory_.path() + "/" + name; }

  TemporaryDirectory directory_;
};

inline std::string base64(const std::string& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  text.pop_back();
  return text;
}

inline std::string envelope_of(const std::string& payload, const std::vector<std::string>& signatures) {
  std::string list;
  for (const std::string& signature : signatures) {
    list += (list.empty() ? "" : ",") + ("{\"keyid\":\"x\",\"sig\":\"" + base64(signature)) + "\"}";
  }
  return "{\"payloadType\":\"application/vnd.sylabs.sif-metadata+json\",\"payload\":\"" + base64(payload) +
         "\",\"signatures\":[" + list + "]}";
}

// "DSSEv1 <length> <type> <length> <payload>"
inline std::string enveloped(const std::string& payload) {
  return "DSSEv1 40 application/vnd.sylabs.sif-metadata+json " + std::to_string(payload.size()) + " " + payload;
}

// The sentence of what `action` throws; "" when it throws nothing.
template <typename Thrown, typename Action>
std::string complaint(Action action) {
  try {
    action();
    return "";
  } catch (const Thrown& thrown) {
    return thrown.what();
  }
}
