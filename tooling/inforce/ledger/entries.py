"""The rows of the log: made from records, and read back into entries and documents.

Invariants: the entry of a row, and so its leaf, follows from its columns alone; a record is disclosed only with the key
of its subject.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from inforce.client.questions import instant_text
from inforce.ledger.log.tree import leaf_hash
from inforce.ledger.record import canonical, commitment, other_entry, receipt_entry
from inforce.ledger.sealing import SubjectKey

RECEIPT: Final = "receipt"
IMPORT: Final = "import"
ANSWERS: Final = (RECEIPT, IMPORT)
"""The kinds of entries that count as answers of users."""
SET_BY_LEDGER: Final = ("received_at", "caller", "verdict")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DIGEST: Final = "sha256:"


class Randomness(NamedTuple):
    """The random bytes of one record."""

    nonce: bytes
    salt: bytes


class Disclosure(NamedTuple):
    """What a proof of entry `n` needs: the canonical `record`, its `salt`, and the `entry` of the log."""

    n: int
    record: bytes
    salt: bytes
    entry: bytes


def to_instant(milliseconds: int) -> str:
    """Return the instant `milliseconds` after 1970 in RFC 3339.

    >>> to_instant(0)
    '1970-01-01T00:00:00.000Z'
    """
    return instant_text(_EPOCH + timedelta(milliseconds=milliseconds), "received_at")


def receipt_row(
    receipt: Mapping[str, Any],
    key: SubjectKey,
    sid: int,
    chance: Randomness,
    received: tuple[int, str],
    caller: str,
    verdict: str,
) -> dict[str, Any]:
    """Return the row of `receipt`, without its number; `received` is the time in milliseconds and as an instant."""
    record = canonical({**receipt, "received_at": received[1], "caller": caller, "verdict": verdict})
    return {
        "kind": receipt.get("kind", RECEIPT),
        "sid": sid,
        "received_at": received[0],
        "caller": caller,
        "id": receipt["id"],
        "policy": receipt["policy"],
        "seq": receipt["seq"],
        "act": receipt["act"],
        "digest": bytes.fromhex(receipt["digest"][len(_DIGEST) :]),
        "verdict": verdict,
        "about": None,
        "facts": None,
        "salted": commitment(chance.salt, record),
        "body": key.seal(chance.nonce, chance.salt, record),
    }


def other_row(
    kind: str,
    record: Mapping[str, Any],
    facts: Mapping[str, Any],
    key: SubjectKey,
    sid: int | None,
    chance: Randomness,
    received: tuple[int, str],
) -> dict[str, Any]:
    """Return the row of a record of another `kind`, without its number; `facts` are public."""
    content = canonical({**record, "received_at": received[1]})
    return {
        **dict.fromkeys(("caller", "id", "policy", "seq", "act", "digest")),
        "kind": kind,
        "sid": sid,
        "received_at": received[0],
        "verdict": facts.get("verdict"),
        "about": facts.get("n"),
        "facts": canonical(facts).decode(),
        "salted": commitment(chance.salt, content),
        "body": key.seal(chance.nonce, chance.salt, content),
    }


def entry_of(row: Mapping[str, Any]) -> bytes:
    """Return the entry of the log for `row`."""
    if row["kind"] in ANSWERS:
        digest = _DIGEST + bytes(row["digest"]).hex()
        return receipt_entry(row["act"], bytes(row["salted"]), digest, row["policy"], row["seq"], row["kind"])
    return other_entry(row["kind"], bytes(row["salted"]), json.loads(row["facts"]))


def leaf_of(row: Mapping[str, Any]) -> bytes:
    """Return the hash of the leaf of `row`."""
    return leaf_hash(entry_of(row))


def document(row: Mapping[str, Any], key: SubjectKey | None, verdict: str | None = None) -> dict[str, Any]:
    """Return `row` as a JSON object: the record with what the ledger adds, or what is left of an erased one.

    :param row: the row
    :param key: the key of its subject; None if the subject was erased
    :param verdict: the newest verdict about it; None: that of the row
    """
    added = {"n": row["n"], "kind": row["kind"], "leaf": _DIGEST + leaf_of(row).hex()}
    if key is None:
        public = ("policy", "seq", "act") if row["kind"] in ANSWERS else ()
        return {
            **{name: row[name] for name in public},
            **added,
            "received_at": to_instant(row["received_at"]),
            "erased": True,
        }
    _, record = key.open(bytes(row["body"]))
    opened: dict[str, Any] = {**json.loads(record), **added}
    if row["kind"] in ANSWERS:
        opened["verdict"] = verdict or row["verdict"]
    return opened


def disclosure(row: Mapping[str, Any], key: SubjectKey) -> Disclosure:
    """Return what a proof of `row` needs; `key` is the key of its subject, which is not part of it."""
    salt, record = key.open(bytes(row["body"]))
    return Disclosure(row["n"], record, salt, entry_of(row))


def is_same(row: Mapping[str, Any], key: SubjectKey, receipt: Mapping[str, Any]) -> bool:
    """Return whether `row` is `receipt`: equal in all fields that the client set."""
    _, record = key.open(bytes(row["body"]))
    stored = {name: value for name, value in json.loads(record).items() if name not in SET_BY_LEDGER}
    return stored == receipt
