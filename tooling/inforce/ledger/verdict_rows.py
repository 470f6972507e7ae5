"""The verdicts about receipts, read from the log: the newest one about each, and which receipts wait for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from inforce.ledger.storage.tables import entries


def newest_verdicts(numbers: Sequence[int]) -> Any:
    """Return the query for the verdicts about the entries with these `numbers`: number and verdict, the newest last."""
    return select(entries.c.about, entries.c.verdict).where(entries.c.about.in_(numbers)).order_by(entries.c.n)


def waits() -> ColumnElement[bool]:
    """Return the condition that an entry is a receipt without a final verdict."""
    settled = entries.alias("settled")
    final = select(settled.c.n).where(settled.c.about == entries.c.n).exists()
    return (entries.c.verdict == "unverified") & (entries.c.kind == "receipt") & ~final


def verdicts_of(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Return the newest verdict about each of `rows` that has one."""
    waited = [row["n"] for row in rows if row["kind"] == "receipt" and row["verdict"] == "unverified"]
    return dict(connection.execute(newest_verdicts(waited)).all()) if waited else {}
