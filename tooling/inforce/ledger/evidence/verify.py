"""Check this evidence pack without its issuer: python verify.py

It needs Python 3.9 and the package “cryptography”. The exit code is 1 if one of the five checks fails or lacks a file.
"""
# fmt: off

import json
import sys
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
from cryptography.hazmat.primitives.hashes import SHA256


def read(name: str) -> bytes:
    return Path(__file__).with_name(name).read_bytes()

def decode(text: str, alphabet: bytes = b"+/") -> bytes:
    data = b64decode(text + "=" * (-len(text) % 4), alphabet, validate=True)
    return data if b64encode(data, alphabet).decode().rstrip("=") == text.rstrip("=") else b""

def commitment() -> bool:
    """The record and its salt lead to the commitment."""
    salt = bytes.fromhex(read("salt.txt").decode())
    commit = f"sha256-{sha256(salt + read('record.json')).hexdigest()}\n"
    return (f"{salt.hex()}\n", commit) == (read("salt.txt").decode(), read("commitment.txt").decode())

def leaf() -> bool:
    """The commitment and the public facts of the record lead to the leaf of the log."""
    record = json.loads(read("record.json"))
    entry = {name: record[name] for name in ("act", "policy", "seq")} | {"type": "ledger-leaf", "kind": "receipt"}
    entry["kind"] = record.get("kind", "receipt")  # an acceptance that was kept elsewhere is an “import”
    entry |= {"commit": read("commitment.txt").decode()[:-1], "digest": record["digest"].replace(":", "-")}
    encoded = json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()
    return read("entry.json") == encoded and read("leaf.txt").decode() == f"{sha256(bytes(1) + encoded).hexdigest()}\n"

def inclusion() -> bool:
    """The proof leads from the leaf to the root in the checkpoint (RFC 9162, section 2.1.3.2)."""
    head, _, note = read("record.tlog-proof").decode().partition("\n\n")
    kind, place, *hashes = head.split("\n")
    _, size, root = note.split("\n")[:3]
    found, index, last = bytes.fromhex(read("leaf.txt").decode()), int(place[6:]), int(size) - 1
    sound = (kind, place) == ("c2sp.org/tlog-proof@v1", f"index {index}") and 0 <= index <= last
    for sibling in map(decode, hashes):
        sound, left = sound and last > 0, index % 2 == 1 or index == last
        found = sha256(b"\1" + (sibling + found if left else found + sibling)).digest()
        while left and index and index % 2 == 0:
            index, last = index >> 1, last >> 1
        index, last = index >> 1, last >> 1
    return sound and last == 0 and found == decode(root) and note.encode() == read("checkpoint")

def signature() -> bool:
    """The key of the log (verifier-key.txt) signed the checkpoint."""
    name, number, encoded = read("verifier-key.txt").decode().split("+", 2)
    (text, _, lines), key = read("checkpoint").decode().rpartition("\n\n"), decode(encoded[:-1])
    (line,) = (decode(each[len(name) + 3 :]) for each in lines.split("\n") if each.startswith(f"\u2014 {name} "))
    ed25519.Ed25519PublicKey.from_public_bytes(key[1:]).verify(line[4:], f"{text}\n".encode())
    known = sha256(f"{name}\n".encode() + key).hexdigest()[:8] == number == line[:4].hex() and key[0] == 1
    return known and text.startswith(f"{name}\n") and encoded[-1] == "\n"

def signed(key: dict[str, str], message: bytes, sign: bytes) -> None:
    if key["crv"] == "Ed25519":
        return ed25519.Ed25519PublicKey.from_public_bytes(decode(key["x"], b"-_")).verify(sign, message)
    point = b"\4" + decode(key["x"], b"-_") + decode(key["y"], b"-_")
    pair = utils.encode_dss_signature(int.from_bytes(sign[:32], "big"), int.from_bytes(sign[32:], "big"))
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point).verify(pair, message, ec.ECDSA(SHA256()))

def text() -> bool:
    """The texts have the digests in the record and in the manifest, which a key in manifest-keys.json signed if any."""
    record, manifest = json.loads(read("record.json")), read("manifest.json")
    for key in (keys := json.loads(read("manifest-keys.json"))):  # the id of a key is its thumbprint (RFC 7638)
        kid = sha256(json.dumps(key, sort_keys=True, separators=(",", ":")).encode()).digest()
        for each in (file := json.loads(read("manifest.json")))["signatures"]:  # RFC 7515, RFC 7797
            if decode(json.loads(decode(each["protected"], b"-_"))["kid"], b"-_") == kid:
                manifest = file["payload"].encode()
                signed(key, f"{each['protected']}.{file['payload']}".encode(), decode(each["signature"], b"-_"))
    digest = {name: f"sha256:{sha256(read(name)).hexdigest()}" for name in ("shown.md", "binding.md")}
    (policy,) = (each for each in json.loads(manifest)["policies"] if each["id"] == record["policy"])
    versions = policy["versions"]
    named = keys != [] or record.get("manifest_digest") in (None, f"sha256:{sha256(manifest).hexdigest()}")
    if record["seq"] not in {each["seq"] for each in versions}:
        versions = json.loads(read("versions.json"))["versions"]
        named = named and f"sha256:{sha256(read('versions.json')).hexdigest()}" == policy["versions_digest"]
    (digests,) = (each["digests"] for each in versions if each["seq"] == record["seq"])
    proven = digest["shown.md"] == digests[record["language"]] == record["digest"]
    return proven and digest["binding.md"] == digests[policy["binding_language"]] and named

if __name__ == "__main__":
    failed = 0
    for number, check in enumerate((commitment, leaf, inclusion, signature, text), 1):
        try:
            verdict = "passed" if check() else "FAILED"
        except Exception as problem:
            verdict = f"FAILED ({type(problem).__name__}: {problem})"
        print(f"{number} {verdict}: {check.__doc__}")
        failed |= verdict != "passed"
    sys.exit(failed)
