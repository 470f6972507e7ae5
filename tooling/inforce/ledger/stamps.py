"""Timestamps of checkpoints by an independent authority (RFC 3161), stored with their requests.

Invariants: a timestamp is stored only if it answers this request about this checkpoint. One that the library cannot
read, because its certificates are not in the order of DER, is stored too, since other programs can verify it.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple
from urllib.error import URLError

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)
from sqlalchemy import func, insert, select

from inforce.disk import read_regular
from inforce.errors import LedgerError, quoted
from inforce.ledger.log.checkpoint import Checkpoint, Note
from inforce.ledger.state import NOTE, StoredState
from inforce.ledger.storage.database import Database, rows_of
from inforce.ledger.storage.tables import stamps

VERIFIED: Final = "verified"
MATCHES: Final = "matches"
KNOWN: Final = "known"
UNREAD: Final = "unread"
_QUERY: Final = "application/timestamp-query"
_SECONDS: Final = 30
_LARGEST: Final = 65_536
_GRANTED: Final = (0, 1)
_ORDER: Final = "InvalidSetOrdering"


class Stamp(NamedTuple):
    """A timestamp of `note`, the checkpoint of a log with `size` entries, by the authority at the address `tsa`."""

    size: int
    tsa: str
    note: bytes
    request: bytes
    response: bytes


class Stamps:
    """The timestamps in `database`; another process may write the ledger at the same time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last_note(self) -> bytes | None:
        """Return the last signed checkpoint; None if there is none."""
        return StoredState(self._database).read(NOTE)

    def has(self, size: int, tsa: str) -> bool:
        """Return whether the authority `tsa` has stamped the checkpoint of `size` entries."""
        same = (stamps.c.size == size) & (stamps.c.tsa == tsa)
        with self._database.reading() as connection:
            return connection.execute(select(stamps.c.size).where(same)).first() is not None

    def add(self, stamp: Stamp) -> None:
        """Store `stamp`."""
        with self._database.reading() as connection:
            connection.execute(insert(stamps).values(**stamp._asdict()))
            connection.commit()

    def first_after(self, n: int) -> list[Stamp]:
        """Return the timestamps of the first stamped checkpoint that covers entry `n`."""
        first = select(func.min(stamps.c.size)).where(stamps.c.size > n).scalar_subquery()
        with self._database.reading() as connection:
            rows = rows_of(connection, select(stamps).where(stamps.c.size == first).order_by(stamps.c.tsa))
        return [
            Stamp(row["size"], row["tsa"], *(bytes(row[name]) for name in ("note", "request", "response")))
            for row in rows
        ]


def stamp_checkpoint(stored: Stamps, tsa: str, roots: Sequence[x509.Certificate]) -> tuple[int, str]:
    """Have the authority `tsa` stamp the last signed checkpoint, and store the timestamp.

    Return the number of entries of the checkpoint, and the result of `checked`, or `known` if this authority has
    stamped it already. Raise LedgerError if there is no checkpoint or no valid timestamp.
    """
    note = stored.last_note()
    if note is None:
        raise LedgerError("no checkpoint was signed yet: run “inforce ledger checkpoint”")
    size = Checkpoint.parse(Note.parse(note).text).size
    if stored.has(size, tsa):
        return size, KNOWN
    request = new_request(note)
    response = ask(tsa, request.as_bytes())
    result = checked(note, request, response, roots)
    stored.add(Stamp(size, tsa, note, request.as_bytes(), response))
    return size, result


def read_roots(path: Path) -> list[x509.Certificate]:
    """Return the certificates in the PEM file `path`; raise LedgerError if it has none."""
    try:
        return x509.load_pem_x509_certificates(read_regular(path))
    except ValueError as cause:
        raise LedgerError(f"{path}: expected certificates in PEM: {cause}") from cause


def new_request(note: bytes) -> TimeStampRequest:
    """Return a request for a timestamp of `note`, with its SHA-256, a random nonce, and a request for certificates."""
    return TimestampRequestBuilder().data(note).hash_algorithm(HashAlgorithm.SHA256).build()


def ask(tsa: str, request: bytes) -> bytes:
    """Return the answer of the authority at `tsa` to `request`; raise LedgerError if it does not answer."""
    if not tsa.startswith(("https://", "http://")):
        raise LedgerError(f"expected the http or https address of an authority, got {quoted(tsa)}")
    # An authority may use http: its answer is signed, and contains the nonce of the request.
    query = urllib.request.Request(tsa, request, {"Content-Type": _QUERY})  # noqa: S310 - the scheme is checked above
    try:
        with urllib.request.urlopen(query, timeout=_SECONDS) as answer:  # noqa: S310 - as above
            response: bytes = answer.read(_LARGEST + 1)
    except (URLError, OSError, ValueError) as cause:
        raise LedgerError(f"{tsa} does not answer: {cause}") from cause
    if len(response) > _LARGEST:
        raise LedgerError(f"{tsa} answered with more than {_LARGEST:,} bytes")
    return response


def checked(note: bytes, request: TimeStampRequest, response: bytes, roots: Sequence[x509.Certificate]) -> str:
    """Return how far `response` could be checked: `verified`, `matches` without `roots`, or `unread`.

    :param note: the checkpoint
    :param request: the request for its timestamp
    :param response: the answer of the authority
    :param roots: the trusted certificates
    :raises LedgerError: if the authority refused, or if it is not a valid timestamp of this checkpoint
    """
    try:
        decoded = decode_timestamp_response(response)
    except ValueError as cause:
        if _ORDER in str(cause):
            return UNREAD
        raise LedgerError(f"the answer is not a timestamp (RFC 3161): {cause}") from cause
    if decoded.status not in _GRANTED:
        raise LedgerError(f"the authority refused: {' '.join(decoded.status_string) or decoded.status}")
    _refuse_other(note, request, decoded)
    if not roots:
        return MATCHES
    builder = VerifierBuilder.from_request(request)
    for root in roots:
        builder = builder.add_root_certificate(root)
    try:
        builder.build().verify_message(decoded, note)
    except VerificationError as cause:
        raise LedgerError(f"the timestamp is not valid: {cause}") from cause
    return VERIFIED


def _refuse_other(note: bytes, request: TimeStampRequest, response: TimeStampResponse) -> None:
    facts = response.tst_info
    if facts.message_imprint.message != sha256(note).digest():
        raise LedgerError("the timestamp is not of this checkpoint")
    if facts.nonce != request.nonce:
        raise LedgerError("the timestamp answers another request")
