"""Sign and verify manifests: JWS (RFC 7515) over the exact bytes that apps read, with Ed25519 or ES256; verify tokens.

Invariants: the payload that `verify` returns was signed by one of the caller's keys, with that key's own algorithm,
byte for byte. A private key file is created with access for its owner only and is never overwritten.
Not responsible for: interpreting the signed content.
"""

from __future__ import annotations

from inforce.signing.envelope import sign, signers, verify
from inforce.signing.issue import Issue, issue, resign
from inforce.signing.key_files import private_keys, write_private_key
from inforce.signing.keys import Algorithm, PrivateKey, PublicKey, generate_key
from inforce.signing.tokens import unverified_claims, verify_token

__all__ = [
    "Algorithm",
    "Issue",
    "PrivateKey",
    "PublicKey",
    "generate_key",
    "issue",
    "private_keys",
    "resign",
    "sign",
    "signers",
    "unverified_claims",
    "verify",
    "verify_token",
    "write_private_key",
]
