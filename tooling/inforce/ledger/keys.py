"""The secrets of a ledger and its callers: the key file, the note key, and the keys of apps.

Invariants: a key file is readable by its owner only and is never overwritten; the key of an app is stored as its hash.
"""

from __future__ import annotations

import json
import secrets
import time
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from inforce.disk import create_file, read_regular
from inforce.errors import LedgerError
from inforce.ledger.log.checkpoint import Note, VerifierKey, signed_note

SCOPES: Final = ("write", "read", "erase", "export", "audit")
_SECRETS: Final = ("wrapping", "pseudonym", "note")
SECRET_BYTES: Final = 32
_KEY_START: Final = "ledger_"
_MODE: Final = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerKeys:
    """The three secrets of a ledger, 32 bytes each.

    - `wrapping`: encrypts the keys of subjects
    - `pseudonym`: makes pseudonyms of references
    - `note`: signs checkpoints (Ed25519)
    """

    wrapping: bytes = field(repr=False)
    pseudonym: bytes = field(repr=False)
    note: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> Self:
        """Return new random secrets."""
        return cls(**{name: secrets.token_bytes(SECRET_BYTES) for name in _SECRETS})

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the secrets in the file `path`; raise LedgerError if it is not a key file."""
        try:
            data = json.loads(read_regular(path))
            values = {name: b64decode(data[name], validate=True) for name in _SECRETS}
        except (ValueError, KeyError, TypeError, Base64Error) as cause:
            raise LedgerError(f"{path} is not a key file of a ledger: restore it from your backup") from cause
        if any(len(value) != SECRET_BYTES for value in values.values()):
            raise LedgerError(f"{path}: expected secrets of {SECRET_BYTES} bytes: restore it from your backup")
        return cls(**values)

    def write(self, path: Path) -> None:
        """Create the key file `path`, readable by its owner only; raise OSError if it exists."""
        values = {name: b64encode(getattr(self, name)).decode() for name in _SECRETS}
        create_file(path, (json.dumps(values, indent=2) + "\n").encode(), mode=_MODE)

    @property
    def fingerprint(self) -> bytes:
        """What the database stores to recognise its keys; nothing about the random secrets follows from it."""
        return sha256(b"keys of a ledger" + self.wrapping + self.pseudonym + self.note).digest()

    def verifier(self, origin: str) -> VerifierKey:
        """Return the public key that verifies the checkpoints of the log `origin`."""
        public = Ed25519PrivateKey.from_private_bytes(self.note).public_key()
        return VerifierKey(origin, public.public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, origin: str, text: str) -> Note:
        """Return `text`, a checkpoint of the log `origin`, as a signed note."""
        private = Ed25519PrivateKey.from_private_bytes(self.note)
        return signed_note(text, [(self.verifier(origin), private.sign)])


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether the Ed25519 key `public` signed `message`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def now_milliseconds() -> int:
    """Return the time in milliseconds since 1970, the unit of the database."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectToken:
    """What an app states about one user in a signed token.

    - `subject`: reference of the user
    - `linked`: references that are proven to belong to the same user
    - `stated`: the fields `actor` and `auth` of the user's receipts
    """

    subject: str = field(repr=False)
    linked: frozenset[str] = field(repr=False)
    stated: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Caller:
    """An app: its `name`, and the `scopes` of its key, or the `token` with which it acts for one user only."""

    name: str
    scopes: frozenset[str]
    token: SubjectToken | None = None


def new_app_key() -> str:
    """Return a new key for an app: 256 random bits."""
    return _KEY_START + secrets.token_urlsafe(SECRET_BYTES)


def app_key_hash(key: str) -> bytes:
    """Return what is stored of a key: its SHA-256, since 256 random bits cannot be guessed."""
    return sha256(key.encode()).digest()
