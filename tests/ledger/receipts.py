"""Receipts for the tests of the ledger."""

from __future__ import annotations

from typing import Any

from inforce.ledger.keys import LedgerKeys

SITE = "https://policies.example.org/"
ORIGIN = "policies.example.org/ledger"
KEYS = LedgerKeys(wrapping=bytes(range(32)), pseudonym=bytes(range(32, 64)), note=bytes(range(64, 96)))


def receipt(number: int, subject: str = "u_mia", **more: Any) -> dict[str, Any]:
    """Return receipt `number` of `subject`."""
    return {
        "type": "policy-receipt",
        "spec": "1.0",
        "id": f"01a2225b-8cf6-76f5-acf2-{number:012x}",
        "policy": "terms",
        "seq": 2,
        "version": "2",
        "language": "en",
        "digest": "sha256:" + "ab" * 32,
        "act": "accepted",
        "serial": 1_800_000_000,
        "subject": subject,
        "at": "2027-03-01T00:00:00Z",
        **more,
    }
