"""Prove that nothing of an erased subject is left in the files of a ledger.

Invariants: erasure is proven by reading every file again; what is found leads to a rewrite of the file, never to a
certificate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from inforce.ledger.storage.database import Database

DAYS_OF_SUBJECTS: Final = 35  # how long a backup of the subjects may be kept
_CHUNK: Final = 1 << 20
_SUFFIXES: Final = ("", "-wal", "-shm")
_SHORTEST_TRACE: Final = 6  # bytes; encrypted records of 100 MB contain any 3 bytes several times by chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """The erasure of a subject.

    - `n`: number of the entry in the log
    - `count`: how many receipts became unreadable
    - `erased_at`: when, in RFC 3339
    - `size`: number of entries of the log afterwards
    - `left`: files that still contain traces; None if the files of the database cannot be read here
    """

    n: int
    count: int
    erased_at: str
    size: int
    left: tuple[str, ...] | None

    @property
    def proven(self) -> bool:
        """Whether the files were read again and no trace is left."""
        return self.left == ()

    def certificate(self) -> dict[str, Any]:
        """Return the certificate as a JSON object; it does not name the subject."""
        return {
            "n": self.n,
            "count": self.count,
            "erased_at": self.erased_at,
            "size": self.size,
            "proven": self.proven,
            "backups_until": _days_later(self.erased_at),
        }


def _days_later(instant: str) -> str:
    """Return the day by which the backups of the subjects made before `instant` must be deleted."""
    return (datetime.fromisoformat(instant) + timedelta(days=DAYS_OF_SUBJECTS)).date().isoformat()


def residue(database: Database, traces: Sequence[bytes]) -> tuple[str, ...] | None:
    """Return the names of the database's files that contain one of `traces`, after overwriting what was deleted.

    None if the database is a server, whose files cannot be read here. A trace of less than 6 bytes is not searched for.
    """
    if database.place.files is None:
        return None
    traces = [trace for trace in traces if len(trace) >= _SHORTEST_TRACE]
    _empty_wal(database.subjects)
    if not _found(database.place.files, traces):
        return ()
    # A split of a page leaves copies of its cells in unused space, which only a rewrite removes.
    for connection in (database.subjects, database.log):
        rewrite(connection)
    return tuple(path.name for path in _found(database.place.files, traces))


def _empty_wal(connection: Connection) -> None:
    connection.rollback()
    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.rollback()


def rewrite(connection: Connection) -> None:
    """Rewrite the SQLite file of `connection` without what was deleted, unless a reader is at work."""
    try:
        connection.rollback()
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM")
    except DBAPIError:  # a reader is at work: the files are read again, and the certificate waits
        connection.rollback()
    finally:
        connection.rollback()
        connection.execution_options(isolation_level="SERIALIZABLE")
    _empty_wal(connection)


def _found(files: Sequence[Path], traces: Sequence[bytes]) -> list[Path]:
    paths = [path.with_name(path.name + suffix) for path in files for suffix in _SUFFIXES]
    return [path for path in paths if path.exists() and _contains(path, traces)]


def _contains(path: Path, traces: Sequence[bytes]) -> bool:
    """Return whether the file contains one of `traces`, also across the limits of the parts in which it is read."""
    overlap, before = max(map(len, traces)) - 1, b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            part = before + chunk
            if any(trace in part for trace in traces):
                return True
            before = part[-overlap:]
    return False
