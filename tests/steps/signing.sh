# Images that are signed, and the keys that sign them.
# shellcheck shell=bash

slipway=$CLUSTER_STATE/usr/bin/slipway
work=$CLUSTER_STATE/verify
mkdir -p "$work"

# Signs group 1 of an image, from the format's description alone: by gpg with GNUPGHOME's key, or by an openssl key.
sign() { # sign IMAGE OUT gpg|PRIVATE-KEY
  python3 - "$@" <<'END'
import base64, hashlib, json, struct, subprocess, sys
image, out, how = sys.argv[1:]
data = bytearray(open(image, "rb").read())
total, table = struct.unpack_from("<qq", data, 88)
digest = lambda b: "sha256:" + hashlib.sha256(b).hexdigest()
places = [table + 585 * i for i in range(total)]
members = [p for p in places if data[p + 4] and struct.unpack_from("<I", data, p + 9)[0] == 0xf0000001]
identity = lambda p: struct.unpack_from("<I", data, p + 5)[0]
objects = []
for p in members:
    relative = identity(p) - min(map(identity, members))
    d, (offset, size) = bytes(data[p:p + 585]), struct.unpack_from("<qq", data, p + 17)
    description = d[:5] + struct.pack("<I", relative) + d[13:17] + d[25:33] + d[41:49] + d[57:]
    objects.append({"relativeId": relative, "descriptorDigest": digest(description),
                    "objectDigest": digest(data[offset:offset + size])})
payload = json.dumps({"version": 1, "header": {"digest": digest(data[:45] + data[48:64])}, "objects": objects}).encode()
run = lambda *words, given=None: subprocess.run(words, input=given, capture_output=True, check=True).stdout
if how == "gpg":
    signature = run("gpg", "--batch", "--output", "-", "--clearsign", given=payload)
    keys = run("gpg", "--batch", "--with-colons", "--list-keys").decode().splitlines()
    entity = bytes.fromhex(next(line for line in keys if line.startswith("fpr")).split(":")[9])
else:
    kind = "application/vnd.sylabs.sif-metadata+json"
    open(out + ".bytes", "wb").write(f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload)
    made = run("openssl", "pkeyutl", "-sign", "-rawin", "-inkey", how, "-in", out + ".bytes")
    encode = lambda b: base64.b64encode(b).decode()
    signature = json.dumps({"payloadType": kind, "payload": encode(payload), "signatures": [{"sig": encode(made)}]}).encode()
    entity = b""
slot = next(p for p in places if not data[p + 4])
struct.pack_into("<iBIIIqqq", data, slot, 0x4005, 1, 1 + max(map(identity, places)), 0xf0000000, 0xf0000001,
                 len(data), len(signature), len(signature))
struct.pack_into("<i20s", data, slot + 201, 1, entity)
open(out, "wb").write(data + signature)
END
}

# A keyring with one key, and an image that it signed; made once.
signed() {
  export GNUPGHOME=$work/gnupg
  [ ! -e "$work/signed.sif" ] || return 0
  mkdir -m 700 "$GNUPGHOME"
  gpg -q --batch --pinentry-mode loopback --passphrase '' --quick-gen-key 'Site <site@example.org>' ed25519 sign never
  gpg --batch --export > "$work/site.gpg"
  openssl genpkey -algorithm ED25519 -out "$work/private.pem"
  openssl pkey -in "$work/private.pem" -pubout -out "$work/public.pem"
  sign "$image" "$work/signed.sif" gpg
  sign "$image" "$work/dsse.sif" "$work/private.pem"
  gpgconf --kill gpg-agent
  chmod -R a+rX "$work"
}

# An image of 150 MB that the user owns, signed by the site's key.
large=$CLUSTER_SHARED/large.sif
make_large_signed() {
  local tree=$CLUSTER_STATE/tools/signed-tree
  signed
  rm -rf "$tree"
  cp -a "$CLUSTER_IMAGES/small.dir" "$tree"
  head -c 150000000 /dev/urandom > "$tree/large"
  at_end "rm -rf '$large' '$tree'"
  "$slipway" build --comp=none "$large" "$tree"
  sign "$large" "$large" gpg
  gpgconf --kill gpg-agent
  chown "$CLUSTER_USER" "$large"
}
