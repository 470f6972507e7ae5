"""Signing: who vouches for a manifest. JWS (RFC 7515) over the very bytes apps read, with Ed25519, and ES256 beside it.

Keeps true: what `verify` returns was signed by a key the caller named, with that key's own algorithm, byte for byte.
A private key is written once, for its owner alone, and never over a file. Does not judge what was signed.
"""

from __future__ import annotations

from inforce.signing.envelope import sign, signers, verify
from inforce.signing.issue import Issue, issue, resign
from inforce.signing.key_files import private_keys, write_private_key
from inforce.signing.keys import Algorithm, PrivateKey, PublicKey, generate_key

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
    "verify",
    "write_private_key",
]
