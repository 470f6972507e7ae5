"""Seal records for storage: compressed, and encrypted with the key of their subject.

Encryption serves erasure only: without the key of the subject, its records are unreadable. What a record said is proven
by its commitment and not by the encryption.

Invariants: a key belongs to one subject; a nonce is random and used once; a record has a limited size.
"""

from __future__ import annotations

import hmac
import zlib
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from inforce.errors import LedgerError
from inforce.ledger.record import SALT_BYTES

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
LARGEST_RECORD: Final = 16_384 + 1_024  # a receipt and what the ledger adds
# Strings that receipts share. A dictionary is never changed: stored records need it. A new one gets a new number.
_FIRST_DICTIONARY: Final = (
    b'{"act":"declined","act":"refused","act":"withdrawn","act":"acknowledged","act":"consented","act":"accepted",'
    b'"after":"","at":"2027-01-01T00:00:00.000Z","base_seq":0,"caller":"app","device_at":"2026-12-01T00:00:00.000Z",'
    b'"digest":"sha256:","id":"01900000-0000-7000-8000-000000000000","language":"en","manifest_digest":"sha256:",'
    b'"policy":"privacy","policy":"terms","received_at":"2027-01-01T00:00:00.000Z","seq":1,"serial":1800000000,'
    b'"spec":"1.0","subject":"","surface":{"build":"sha384-","channel":"web","label":"I accept","language":"en",'
    b'"opened":false,"opened":true,"outcome":"prompt","outcome":"block","screen":"sha256:","template":"prompt"},'
    b'"type":"policy-receipt","verdict":"unverified","verdict":"verified","version":"2026-01-01"}'
)
_DICTIONARIES: Final = (_FIRST_DICTIONARY,)
_CURRENT: Final = len(_DICTIONARIES) - 1
_WINDOW: Final = -12  # raw deflate with a window of 4 KiB: a larger one costs 20 times as much to copy
_COMPRESSOR: Final = zlib.compressobj(1, zlib.DEFLATED, _WINDOW, 5, zlib.Z_DEFAULT_STRATEGY, _DICTIONARIES[_CURRENT])


def compressed(data: bytes) -> bytes:
    """Return `data` compressed, with the number of the dictionary in the first byte."""
    compressor = _COMPRESSOR.copy()
    return bytes((_CURRENT,)) + compressor.compress(data) + compressor.flush()


def inflated(data: bytes) -> bytes:
    """Return what `compressed` compressed; raise LedgerError if `data` is damaged or the result too large."""
    try:
        decompressor = zlib.decompressobj(_WINDOW, _DICTIONARIES[data[0]])
        record = decompressor.decompress(data[1:], LARGEST_RECORD)
    except (IndexError, zlib.error) as cause:
        raise LedgerError("a stored record is damaged: it cannot be decompressed") from cause
    if not decompressor.eof or decompressor.unconsumed_tail or decompressor.unused_data:
        raise LedgerError("a stored record is damaged: it is too large or incomplete")
    return record


class SubjectKey:
    """The key that seals the records of one subject."""

    __slots__ = ("_cipher", "secret")

    def __init__(self, secret: bytes) -> None:
        """Use `secret`, 32 random bytes."""
        self.secret = secret
        self._cipher = AESGCM(secret)

    @classmethod
    def unwrap(cls, wrapping: bytes, wrapped: bytes) -> SubjectKey:
        """Return the key in `wrapped` (RFC 3394); raise LedgerError if another key than `wrapping` wrapped it."""
        try:
            return cls(aes_key_unwrap(wrapping, wrapped))
        except (InvalidUnwrap, ValueError) as cause:
            raise LedgerError("the key of a subject cannot be unwrapped: the ledger has other keys") from cause

    def wrap(self, wrapping: bytes) -> bytes:
        """Return the key encrypted with the key `wrapping`, 40 bytes (RFC 3394)."""
        return aes_key_wrap(wrapping, self.secret)

    def identity(self, text: str) -> str:
        """Return the id, a UUID, of the record of this subject that `text` identifies; only the key leads to it."""
        digits = hmac.digest(self.secret, text.encode(), "sha256").hex()
        return f"{digits[:8]}-{digits[8:12]}-7{digits[12:15]}-8{digits[15:18]}-{digits[18:30]}"

    def seal(self, nonce: bytes, salt: bytes, record: bytes) -> bytes:
        """Return `salt` and `record` sealed: the nonce, and both encrypted (AES-256-GCM)."""
        return nonce + self._cipher.encrypt(nonce, salt + compressed(record), None)

    def open(self, body: bytes) -> tuple[bytes, bytes]:
        """Return the salt and the record in `body`; raise LedgerError if it was sealed otherwise or is damaged."""
        try:
            plain = self._cipher.decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], None)
        except (InvalidTag, ValueError) as cause:
            raise LedgerError("a stored record is damaged: it cannot be decrypted") from cause
        return plain[:SALT_BYTES], inflated(plain[SALT_BYTES:])


def pseudonym(key: bytes, reference: str) -> bytes:
    """Return the pseudonym of a subject: HMAC-SHA-256 of its reference, 32 bytes."""
    return hmac.digest(key, reference.encode(), "sha256")


def own_key(secret: bytes) -> SubjectKey:
    """Return the key that seals records without a subject, made from a secret of the ledger."""
    return SubjectKey(pseudonym(secret, "records without a subject"))
