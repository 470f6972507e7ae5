"""Where an app stores the records of its users: the interface `RecordStore`, and a store in a database.

Invariants: a record is stored once per id and is never changed; linking changes only to whom it belongs.
Not responsible for: checking receipts, which `Policies.record` does; deciding which records count.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Final, Protocol

Record = Mapping[str, Any]
_NEGATIVE: Final = ("declined", "refused", "withdrawn")
_COLUMNS: Final = "id VARCHAR(36) PRIMARY KEY, owner VARCHAR(256) NOT NULL, n INTEGER NOT NULL, record TEXT NOT NULL"
_TABLE: Final = (
    f"CREATE TABLE IF NOT EXISTS policy_records ({_COLUMNS})",
    "CREATE INDEX IF NOT EXISTS policy_records_owner ON policy_records (owner, n)",
)

_MOST_ATTEMPTS: Final = 5


class RecordStore(Protocol):
    """What a framework package requires of the app's storage; each method may also be a coroutine function."""

    def add(self, record: Record, owner: str) -> Any:
        """Store `record` of the user `owner`, unless a record with its id is stored; return that one, or None.

        :param record: a dict as `Policies.record` returns it
        :param owner: reference of the user to whom the record belongs
        """

    def records(self, owner: str) -> Any:
        """Return the records of the user `owner`, a list of dicts, oldest first."""

    def link(self, reference: str, owner: str) -> Any:
        """Assign the records of `reference`, a visitor who has signed in, to the user `owner`."""

    def forget(self, owner: str) -> Any:
        """Delete the records of the user `owner`."""


class SqlRecords:
    """Records in the table `policy_records` of a database, which is created at the first use.

        >>> store = SqlRecords.sqlite(":memory:")
        >>> store.add({"id": "1", "subject": "u_8f3c"}, "u_8f3c") is None
        True
        >>> store.records("u_8f3c")
        [{'id': '1', 'subject': 'u_8f3c'}]

    :param connect: function that returns a context manager for a connection (DB-API 2.0) in a transaction, such as
        `pool.connection` of psycopg
    :param parameter: how the driver marks a parameter in SQL: `?` for sqlite3, `%s` for psycopg
    """

    def __init__(self, connect: Callable[[], AbstractContextManager[Any]], *, parameter: str = "%s") -> None:
        self._connect = connect
        self._parameter = parameter
        self._lock, self._is_ready = Lock(), False

    @classmethod
    def sqlite(cls, path: Path | str) -> SqlRecords:
        """Return a store in the SQLite file `path`; several processes can share it."""
        if str(path) == ":memory:":
            return cls(_SharedConnection(sqlite3.connect(path, check_same_thread=False)).transaction, parameter="?")

        @contextmanager
        def connect() -> Iterator[sqlite3.Connection]:
            with closing(sqlite3.connect(path, timeout=30)) as connection, connection:
                yield connection

        return cls(connect, parameter="?")

    def add(self, record: Record, owner: str) -> Record | None:
        """Do the same as `RecordStore.add`."""
        with self._transaction() as run:
            added = run(
                "INSERT INTO policy_records (id, owner, n, record) VALUES (?, ?,"
                " (SELECT COALESCE(MAX(n), 0) + 1 FROM policy_records WHERE owner = ?), ?) ON CONFLICT (id) DO NOTHING",
                (record["id"], owner, owner, json.dumps(record, ensure_ascii=False)),
            ).rowcount
            if added:
                return None
            (stored,) = run("SELECT record FROM policy_records WHERE id = ?", (record["id"],)).fetchone()
            return _read(stored)

    def records(self, owner: str) -> list[Record]:
        """Do the same as `RecordStore.records`."""
        with self._transaction() as run:
            rows = run("SELECT record FROM policy_records WHERE owner = ? ORDER BY n, id", (owner,)).fetchall()
        return [_read(record) for (record,) in rows]

    def link(self, reference: str, owner: str) -> None:
        """Do the same as `RecordStore.link`."""
        with self._transaction() as run:
            run("UPDATE policy_records SET owner = ? WHERE owner = ?", (owner, reference))

    def forget(self, owner: str) -> None:
        """Do the same as `RecordStore.forget`."""
        with self._transaction() as run:
            run("DELETE FROM policy_records WHERE owner = ?", (owner,))

    @contextmanager
    def _transaction(self) -> Iterator[Callable[[str, Sequence[str]], Any]]:
        if not self._is_ready:
            self._create()
        with self._connect() as connection, closing(connection.cursor()) as cursor:

            def run(statement: str, parameters: Sequence[str]) -> Any:
                cursor.execute(statement.replace("?", self._parameter), parameters)
                return cursor

            yield run

    def _create(self) -> None:
        with self._lock:
            for attempt in range(_MOST_ATTEMPTS):
                try:
                    with self._connect() as connection, closing(connection.cursor()) as cursor:
                        for statement in _TABLE:
                            cursor.execute(statement)
                    break
                except Exception:  # PostgreSQL refuses to create a table that another process is creating
                    if attempt == _MOST_ATTEMPTS - 1:
                        raise
        self._is_ready = True


class _SharedConnection:
    """A connection used by one thread at a time, for a database in memory."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection, self._lock = connection, Lock()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection in a transaction."""
        with self._lock, self._connection:
            yield self._connection


def _read(record: str) -> Record:
    value: Record = json.loads(record)
    return value


def addressed(records: Sequence[Record], subject: str) -> list[Record]:
    """Return `records` of the user `subject` with their reference as the subject of each positive answer.

    Answers from before signing in have the visitor's reference, which no browser or server other than this one links.
    Negative answers of a visitor do not count for the user; they stay as they are.

        >>> addressed([{"act": "accepted", "subject": "v_1"}, {"act": "declined", "subject": "v_1"}], "u_8f3c")
        [{'act': 'accepted', 'subject': 'u_8f3c'}, {'act': 'declined', 'subject': 'v_1'}]
    """
    return [record if record["act"] in _NEGATIVE else {**record, "subject": subject} for record in records]
