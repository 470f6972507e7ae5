"""What the log commits to: the canonical record, its commitment, and the entry of the log with no personal data.

Invariants: the members of an entry come from closed alphabets, except for the commitment, which says nothing without
its salt; two different records never have the same commitment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

LEAF_TYPE: Final = "ledger-leaf"
SALT_BYTES: Final = 32
_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def canonical(value: Mapping[str, Any]) -> bytes:
    """Return `value` as canonical JSON (RFC 8785).

    The names are ASCII and the numbers are integers, so that sorting by code point and the usual digits are enough.

    >>> canonical({"seq": 3, "act": "accepted"})
    b'{"act":"accepted","seq":3}'
    """
    return _encode(value).encode()


def commitment(salt: bytes, record: bytes) -> bytes:
    """Return the commitment to `record`, canonical JSON, with `salt`, 32 random bytes."""
    return sha256(salt + record).digest()


def receipt_entry(act: str, commit: bytes, digest: str, policy: str, seq: int, kind: str = "receipt") -> bytes:
    """Return the entry of the log for a receipt, canonical JSON; `digest` is that of the receipt, “sha256:…”.

    `kind` is “import” if the receipt was made from an acceptance that was kept elsewhere.
    """
    # The members have closed alphabets, so that nothing needs escaping.
    return (
        f'{{"act":"{act}","commit":"sha256-{commit.hex()}","digest":"sha256-{digest[7:]}","kind":"{kind}",'
        f'"policy":"{policy}","seq":{seq},"type":"{LEAF_TYPE}"}}'
    ).encode()


def other_entry(kind: str, commit: bytes, facts: Mapping[str, Any]) -> bytes:
    """Return the entry of the log for a record of another `kind`, canonical JSON.

    :param kind: such as `verdict` or `erasure`
    :param commit: the commitment to the record
    :param facts: public members with closed alphabets, such as the number of the record that a verdict is about
    """
    return canonical({**facts, "commit": f"sha256-{commit.hex()}", "kind": kind, "type": LEAF_TYPE})
