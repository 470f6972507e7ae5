"""The manifests of the site that the ledger has verified, so that the one that a receipt names can be produced.

Invariants: a manifest is stored as fetched, once for each set of keys that signed it; its digest is that of the
manifest without signatures, as in receipts.
Not responsible for: verifying, which the client does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, select

from inforce.client import ManifestFile
from inforce.ledger.storage.database import Database, rows_of
from inforce.ledger.storage.tables import manifests
from inforce.text import Digest


class Manifests:
    """The manifests in `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._newest: ManifestFile | None = None

    def has(self, file: ManifestFile) -> bool:
        """Return whether `file` was the last one that was added."""
        return file == self._newest

    def add(self, file: ManifestFile, now: int) -> None:
        """Store `file`, received at `now` in milliseconds since 1970, unless it is stored; in a turn of the writer."""
        row: dict[str, Any] = {
            "digest": bytes.fromhex(file.digest.hex),
            "signers": json.dumps([dict(key) for key in file.keys]),
        }
        stored = (manifests.c.digest == row["digest"]) & (manifests.c.signers == row["signers"])
        if self._first(select(manifests).where(stored)) is None:
            row |= {"serial": file.serial, "received_at": now, "content": file.content}
            self._database.log.execute(insert(manifests).values(**row))
            self._database.log.commit()
        self._newest = file

    def find(self, digest: Digest) -> ManifestFile | None:
        """Return the manifest with `digest`, signed if possible; None if the ledger has not verified it."""
        return self._first(select(manifests).where(manifests.c.digest == bytes.fromhex(digest.hex)))

    def at(self, serial: int) -> ManifestFile | None:
        """Return the newest manifest with `serial` or an earlier one; None if there is none."""
        return self._first(select(manifests).where(manifests.c.serial <= serial))

    def _first(self, query: Any) -> ManifestFile | None:
        signed_first = func.length(manifests.c.signers).desc()
        order = (
            manifests.c.serial.desc(),
            signed_first,
            manifests.c.received_at,
            manifests.c.digest,
            manifests.c.signers,
        )
        with self._database.reading() as connection:
            rows = rows_of(connection, query.order_by(*order).limit(1))
        return _file(rows[0]) if rows else None


def _file(row: Mapping[str, Any]) -> ManifestFile:
    return ManifestFile(
        content=bytes(row["content"]),
        digest=Digest(f"sha256:{bytes(row['digest']).hex()}"),
        serial=row["serial"],
        keys=tuple(json.loads(row["signers"])),
    )
