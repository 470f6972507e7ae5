"""The keys of apps: created, revoked, and looked up by their hash.

Invariants: a key is stored as its SHA-256 and shown once; a revoked key works for at most `CACHE_SECONDS` longer.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from sqlalchemy import insert, select, update

from inforce.ledger.keys import Caller, app_key_hash, new_app_key, now_milliseconds
from inforce.ledger.storage.database import Database
from inforce.ledger.storage.tables import app_keys

CACHE_SECONDS: Final = 10.0
_CACHED: Final = 1_000


class AppKeys:
    """The keys of apps in `database`; another process may create and revoke keys at the same time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[float, Caller]] = {}

    def add(self, caller: str, scopes: Sequence[str]) -> str:
        """Return a new key for `caller` with `scopes`; it cannot be shown again."""
        key = new_app_key()
        row = {
            "hash": app_key_hash(key),
            "caller": caller,
            "scopes": " ".join(scopes),
            "created_at": now_milliseconds(),
        }
        with self._database.reading() as connection:
            connection.execute(insert(app_keys).values(**row))
            connection.commit()
        return key

    def revoke(self, caller: str) -> int:
        """Revoke all keys of `caller`, and return how many there were."""
        where = (app_keys.c.caller == caller) & app_keys.c.revoked_at.is_(None)
        with self._database.reading() as connection:
            done = connection.execute(update(app_keys).where(where).values(revoked_at=now_milliseconds()))
            connection.commit()
        self._known.clear()
        return done.rowcount

    def caller_of(self, key: str) -> Caller | None:
        """Return the caller of `key`; None if there is no such key or it was revoked."""
        now = time.monotonic()
        until, caller = self._known.get(key, (0.0, None))
        if caller is not None and now < until:
            return caller
        where = (app_keys.c.hash == app_key_hash(key)) & app_keys.c.revoked_at.is_(None)
        with self._database.reading() as connection:
            row = connection.execute(select(app_keys.c.caller, app_keys.c.scopes).where(where)).one_or_none()
        if row is None:
            self._known.pop(key, None)
            return None
        if len(self._known) >= _CACHED:
            self._known.clear()
        caller = Caller(row[0], frozenset(row[1].split()))
        self._known[key] = now + CACHE_SECONDS, caller
        return caller

    @property
    def exist(self) -> bool:
        """Whether a key was created already."""
        with self._database.reading() as connection:
            return connection.execute(select(app_keys.c.hash).limit(1)).scalar() is not None
