"""The keys of apps: secret keys, looked up by their hash, and public keys that verify the tokens of users.

Invariants: a secret key is stored as its SHA-256 and shown once; an app has at most two live keys of each kind; a
revoked key works for at most `CACHE_SECONDS` longer.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import func, insert, select, update

from inforce.errors import LedgerError
from inforce.ledger.keys import Caller, app_key_hash, new_app_key, now_milliseconds
from inforce.ledger.storage.database import Database, rows_of
from inforce.ledger.storage.tables import app_keys
from inforce.signing import PublicKey

CACHE_SECONDS: Final = 10.0
LIVE_KEYS: Final = 2  # one in use, and one to rotate to
_CACHED: Final = 1_000
_SHOWN: Final = 15  # “ledger_” and 48 of the 256 random bits
_LIVE: Final = app_keys.c.revoked_at.is_(None)


class AppKeys:
    """The keys of apps in `database`; another process may create and revoke keys at the same time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[float, Caller]] = {}
        self._public: dict[str, tuple[float, tuple[PublicKey, ...]]] = {}

    def add(self, caller: str, scopes: Sequence[str]) -> str:
        """Return a new key for `caller` with `scopes`; it cannot be shown again.

        Raise LedgerError if `caller` has two live keys.
        """
        key = new_app_key()
        self._insert(caller, {"hash": app_key_hash(key), "id": key[:_SHOWN], "scopes": " ".join(scopes)})
        return key

    def add_public(self, caller: str, key: PublicKey) -> None:
        """Register `key`, which verifies the tokens of the users of `caller`.

        Raise LedgerError if `caller` has two live public keys, or if the key was registered before.
        """
        jwk = json.dumps(key.to_jwk(), sort_keys=True)
        self._insert(caller, {"hash": sha256(jwk.encode()).digest(), "id": key.kid, "scopes": "", "public": jwk})

    def _insert(self, caller: str, row: Mapping[str, Any]) -> None:
        public = row.get("public")
        kind = app_keys.c.public.is_(None) if public is None else app_keys.c.public.is_not(None)
        live = select(func.count()).where((app_keys.c.caller == caller) & _LIVE & kind)
        with self._database.reading() as connection:
            if connection.execute(select(app_keys.c.id).where(app_keys.c.hash == row["hash"])).scalar() is not None:
                raise LedgerError(f"the public key {row['id']} was registered before: create another key")
            if (connection.execute(live).scalar() or 0) >= LIVE_KEYS:
                raise LedgerError(f"{caller} has {LIVE_KEYS} live keys of this kind: revoke one of them first")
            connection.execute(insert(app_keys).values(**row, caller=caller, created_at=now_milliseconds()))
            connection.commit()

    def revoke(self, caller: str, id: str | None = None) -> int:  # noqa: A002 - the column
        """Revoke the key `id` of `caller`, or all its keys if that is None, and return how many were live."""
        where = (app_keys.c.caller == caller) & _LIVE
        if id is not None:
            where &= app_keys.c.id == id
        with self._database.reading() as connection:
            done = connection.execute(update(app_keys).where(where).values(revoked_at=now_milliseconds()))
            connection.commit()
        self._known.clear()
        self._public.clear()
        return done.rowcount

    def listed(self) -> list[dict[str, Any]]:
        """Return all keys, the oldest first, each as its row without the hash."""
        columns = [column for column in app_keys.c if column.name != "hash"]
        with self._database.reading() as connection:
            return rows_of(connection, select(*columns).order_by(app_keys.c.created_at, app_keys.c.id))

    def caller_of(self, key: str) -> Caller | None:
        """Return the caller of the secret `key`; None if there is no such key or it was revoked."""
        now = time.monotonic()
        until, caller = self._known.get(key, (0.0, None))
        if caller is not None and now < until:
            return caller
        where = (app_keys.c.hash == app_key_hash(key)) & _LIVE & app_keys.c.public.is_(None)
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

    def public_keys(self, caller: str) -> tuple[PublicKey, ...]:
        """Return the live public keys of `caller`; none if there is no such caller."""
        now = time.monotonic()
        until, keys = self._public.get(caller, (0.0, ()))
        if now < until:
            return keys
        where = (app_keys.c.caller == caller) & _LIVE & app_keys.c.public.is_not(None)
        with self._database.reading() as connection:
            found = connection.execute(select(app_keys.c.public).where(where)).scalars().all()
        keys = tuple(PublicKey.from_jwk(json.loads(jwk)) for jwk in found)
        if len(self._public) >= _CACHED:
            self._public.clear()
        if keys:
            self._public[caller] = now + CACHE_SECONDS, keys
        return keys

    @property
    def exist(self) -> bool:
        """Whether a key was created already."""
        with self._database.reading() as connection:
            return connection.execute(select(app_keys.c.hash).limit(1)).scalar() is not None
