"""Back up a ledger to a folder, and restore it from one.

A backup has the same form for every database: the log and the subjects as two SQLite files, and `backup.json`, which is
written last. A ledger can therefore be restored into another kind of database.

Invariants: nothing is overwritten; a backup has no trace of what was deleted before; every record in the log of a
backup has its key in the subjects, unless it was erased.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any, Final, Self

from sqlalchemy import Connection, MetaData, func, select

from inforce.disk import create_file, make_durable, read_regular, remove_file
from inforce.errors import LedgerError, LedgerUnavailableError
from inforce.ledger.entries import to_instant
from inforce.ledger.erasure import DAYS_OF_SUBJECTS
from inforce.ledger.keys import LedgerKeys
from inforce.ledger.log.checkpoint import Checkpoint, Note
from inforce.ledger.state import KEYS, NOTE, SITE, StoredState
from inforce.ledger.static_log import signed_checkpoint
from inforce.ledger.storage.database import Database, LedgerPlace, add_rows
from inforce.ledger.storage.tables import LOG, SUBJECTS, entries

CONTENTS: Final = "backup.json"
_LOG: Final = "ledger.db"
_TYPE: Final = "ledger-backup"
_DAY: Final = 86_400_000
_MODE: Final = 0o600
_ROWS: Final = 2_000
_ATTEMPTS: Final = 3
_LARGEST_CONTENTS: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What a backup contains.

    - `made_at`: when, in RFC 3339
    - `subjects_until`: the day by which the file of the subjects must be deleted
    - `site`: the policy site of the ledger
    - `size`: number of entries
    - `checkpoint`: the last signed checkpoint; empty if none was signed
    - `digests`: SHA-256 of each file
    """

    made_at: str
    subjects_until: str
    site: str
    size: int
    checkpoint: str
    digests: Mapping[str, str]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return what the backup in `folder` contains; raise LedgerError unless its files are whole."""
        try:
            data = json.loads(read_regular(folder / CONTENTS, _LARGEST_CONTENTS))
            if data.pop("type") != _TYPE:
                raise ValueError
            backup = cls(**data)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as cause:
            message = f"{folder} is not a whole backup: expected {CONTENTS}, as “inforce ledger backup” writes it"
            raise LedgerError(message) from cause
        for path in _place(folder).files or ():
            if not path.exists():
                raise LedgerError(f"{path} is missing: use another backup")
            if (got := _digest(path)) != backup.digests.get(path.name):
                message = f"{path} was changed: expected SHA-256 {backup.digests.get(path.name)}, got {got}"
                raise LedgerError(f"{message}; use another backup")
        return backup


def back_up(database: Database, folder: Path, now: int) -> Backup:
    """Write a backup of the ledger in `database` to the new `folder`, and return what it contains.

    :param database: its database, which another process may write
    :param folder: the folder; an empty one may exist
    :param now: the time in milliseconds since 1970
    :raises LedgerError: if the folder contains files, or the ledger was erasing all the time
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise LedgerError(f"{folder} contains files, and a backup overwrites nothing: use a new folder")
    files = _place(folder).files or ()
    try:
        for _ in range(_ATTEMPTS):
            erasures = _erasures(database)
            _write_files(database, folder)
            if _erasures(database) == erasures:  # otherwise the log may lack an erasure whose key is gone
                break
            _remove(folder)
        else:
            raise LedgerUnavailableError("users were erased while the backup was written: run the command again")
        with contextlib.closing(Database(_place(folder), writes=False)) as copy:
            state = StoredState(copy)
            backup = Backup(
                made_at=to_instant(now),
                subjects_until=to_instant(now + DAYS_OF_SUBJECTS * _DAY)[:10],
                site=(state.read(SITE) or b"").decode(),
                size=_size(copy),
                checkpoint=(state.read(NOTE) or b"").decode(),
                digests={},
            )
        for path in files:
            path.chmod(_MODE)
            make_durable(path)
        contents = {"type": _TYPE, **asdict(backup), "digests": {path.name: _digest(path) for path in files}}
        create_file(folder / CONTENTS, (json.dumps(contents, indent=2) + "\n").encode(), mode=_MODE)
        make_durable(folder)
    except BaseException:
        _remove(folder)
        raise
    return backup


def restore(folder: Path, place: LedgerPlace, keys: LedgerKeys, published: bytes | None) -> Backup:
    """Restore the backup in `folder` to `place`, and return what it contains.

    If `published` is newer than the backup, the restored ledger accepts receipts and signs no checkpoint.

    :param folder: the folder with a backup
    :param place: where the ledger will be
    :param keys: its secrets
    :param published: the last published checkpoint; None if there is none
    :raises LedgerError: if there is a ledger already, or if a file was changed
    :raises ProofError: if the ledger did not sign the published checkpoint
    """
    backup = Backup.read(folder)
    _refuse_used(place)
    with contextlib.closing(Database(_place(folder), writes=False)) as source:
        state = StoredState(source)
        if state.read(KEYS) != keys.fingerprint:
            raise LedgerError("the backup was made with other keys: use the key file of that time")
        newest = _newest(state, keys, published)
        if place.files:
            for old, new in zip(_place(folder).files or (), place.files, strict=True):
                _copy_file(old, new)
        with contextlib.closing(Database(place)) as target:
            if not place.files:
                _copy_rows(source, target)
            if newest is not None:
                StoredState(target).write({NOTE: newest})
    return backup


def _newest(state: StoredState, keys: LedgerKeys, published: bytes | None) -> bytes | None:
    """Return `published` if it is not older than the checkpoint in the backup."""
    if published is None:
        return None
    size = signed_checkpoint(published, keys.verifier(state.origins[-1])).size
    note = state.read(NOTE)
    known = Checkpoint.parse(Note.parse(note).text).size if note else -1
    return published if size >= known else None


def _place(folder: Path) -> LedgerPlace:
    return LedgerPlace.parse(str(folder.absolute() / _LOG))


def _write_files(database: Database, folder: Path) -> None:
    """Write the log and then the subjects: so the keys of all copied records are among the subjects."""
    place = _place(folder)
    if database.place.files is None:
        with contextlib.closing(Database(place)) as copy:
            _copy_rows(database, copy)
        remove_file(folder / f"{_LOG}.lock")
        return
    for part, path in enumerate(place.files or ()):
        create_file(path, b"", mode=_MODE)
        with database.reading(part) as connection:
            autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
            autocommit.exec_driver_sql("VACUUM INTO ?", (str(path),))  # unlike a copy, without deleted content


def _copy_rows(source: Database, target: Database) -> None:
    """Copy all rows of the log, each part as of one moment, and then those of the subjects; commit both at the end."""
    for part, (metadata, connection) in enumerate(((LOG, target.log), (SUBJECTS, target.subjects))):
        with source.reading(part) as reading:
            if not source.place.files:
                reading = reading.execution_options(isolation_level="REPEATABLE READ")
            for rows in _tables(reading, metadata):
                add_rows(connection, *rows)
    target.subjects.commit()
    target.log.commit()


def _tables(connection: Connection, metadata: MetaData) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """Yield each table with some of its rows, until all were yielded."""
    for table in metadata.sorted_tables:
        result = connection.execution_options(yield_per=_ROWS).execute(select(table))
        for rows in result.mappings().partitions():
            yield table, [dict(row) for row in rows]


def _refuse_used(place: LedgerPlace) -> None:
    """Raise LedgerError if `place` has a ledger, or a file of one."""
    if place.files:
        if taken := [path for path in place.files if path.exists()]:
            raise LedgerError(f"{taken[0]} exists, and a restore overwrites nothing: move it away, or use another path")
    elif place.exists:
        raise LedgerError("the database contains a ledger, and a restore overwrites nothing: use an empty database")


def _copy_file(old: Path, new: Path) -> None:
    create_file(new, b"", mode=_MODE)
    shutil.copyfile(old, new)
    make_durable(new)


def _erasures(database: Database) -> int:
    with database.reading() as connection:
        query = select(func.count()).select_from(entries).where(entries.c.kind == "erasure")
        return connection.execute(query).scalar() or 0


def _size(database: Database) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(entries)).scalar() or 0


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _remove(folder: Path) -> None:
    for path in folder.iterdir():
        remove_file(path)
