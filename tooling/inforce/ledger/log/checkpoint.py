"""Checkpoints of the log as signed notes (C2SP tlog-checkpoint 1.0.0 and signed-note 1.0.0).

Invariants: a note is accepted only if at least one known key signed it and no signature of a known key is wrong;
signatures of unknown keys are kept.
Not responsible for: signing and verifying with Ed25519, which `ledger.keys` does.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from inforce.errors import ProofError, quoted
from inforce.ledger.log.tree import HASH_BYTES

ED25519: Final = b"\x01"
_MOST_SIGNATURES: Final = 100
_DASH: Final = "\N{EM DASH} "
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,256}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


def to_base64(data: bytes) -> str:
    """Return `data` in standard base64 with padding (RFC 4648)."""
    return b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """Return the bytes of canonical base64 with padding; raise ProofError for anything else."""
    try:
        data = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        data = b""
    if not data or to_base64(data) != text:
        raise ProofError(f"expected base64, got {quoted(text)}")
    return data


def origin_of(site: str) -> str:
    """Return the origin of the ledger of `site`, which is also the name of its key.

    >>> origin_of("https://policies.example.org/")
    'policies.example.org/ledger'
    """
    return site.partition("://")[2].rstrip("/") + "/ledger"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public key `public` (Ed25519, 32 bytes) of the signer `name`."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The first four bytes of the digest of name and key, which each signature line repeats."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{to_base64(ED25519 + self.public)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the key in `text`, a verifier key; raise ProofError if it is not one of Ed25519."""
        name, _, rest = text.partition("+")
        number, _, encoded = rest.partition("+")
        data = from_base64(encoded)
        if data[:1] != ED25519 or len(data) != 1 + HASH_BYTES or not _NAME.fullmatch(name):
            raise ProofError(f"expected a verifier key of Ed25519, got {quoted(text)}")
        key = cls(name, data[1:])
        if key.id.hex() != number:
            raise ProofError(f"expected the key id {key.id.hex()}, got {quoted(number)}")
        return key


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of the log `origin`: `size` entries with the `root`."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the checkpoint in `text`, the signed part of a note; raise ProofError if it is not one."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not _SIZE.fullmatch(lines[1]) or not _NAME.fullmatch(lines[0]):
            raise ProofError("expected a checkpoint: origin, size and root in three lines")
        root = from_base64(lines[2])
        if len(root) != HASH_BYTES:
            raise ProofError(f"expected a root of {HASH_BYTES} bytes, got {len(root)}")
        return cls(lines[0], int(lines[1]), root)


@dataclass(frozen=True, slots=True)
class Note:
    """A signed note: `text` ends with a line end; `signatures` are (name, key id, signature)."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    def to_bytes(self) -> bytes:
        """Return the note as it is published."""
        lines = (f"{_DASH}{name} {to_base64(number + signature)}\n" for name, number, signature in self.signatures)
        return f"{self.text}\n{''.join(lines)}".encode()

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Return the note in `data`; raise ProofError if it is malformed."""
        try:
            whole = data.decode()
        except UnicodeDecodeError:
            raise ProofError("expected a signed note in UTF-8") from None
        if any(sign < " " and sign != "\n" for sign in whole):
            raise ProofError("a signed note has no control characters but line ends")
        text, divider, rest = whole.rpartition("\n\n")
        lines = rest.split("\n")
        if not divider or not text or lines.pop() or not 1 <= len(lines) <= _MOST_SIGNATURES:
            raise ProofError("expected a signed note: a text, an empty line, and at least one signature")
        return cls(text + "\n", tuple(_signature(line) for line in lines))

    def verified(self, keys: Sequence[VerifierKey], verify: Callable[[bytes, bytes, bytes], bool]) -> list[VerifierKey]:
        """Return those of `keys` that signed the note.

        :param verify: function that returns whether a public key signed a message: (public, signature, message)
        :raises ProofError: if none did, or if a signature of one of them is wrong
        """
        known = {(key.name, key.id): key for key in keys}
        signers = []
        for name, number, signature in self.signatures:
            key = known.get((name, number))
            if key is None:
                continue
            if not verify(key.public, signature, self.text.encode()):
                raise ProofError(f"the signature of {quoted(name)} is wrong")
            signers.append(key)
        if not signers:
            raise ProofError("no known key signed this checkpoint")
        return signers


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not _NAME.fullmatch(name):
        raise ProofError(f"expected a signature line, got {quoted(line)}")
    data = from_base64(encoded)
    if len(data) < 5:
        raise ProofError(f"expected a signature with its key id, got {quoted(line)}")
    return name, data[:4], data[4:]


def signed_note(text: str, signers: Iterable[tuple[VerifierKey, Callable[[bytes], bytes]]]) -> Note:
    """Return the note with `text`, signed with each key by its function from message to signature."""
    return Note(text, tuple((key.name, key.id, sign(text.encode())) for key, sign in signers))
