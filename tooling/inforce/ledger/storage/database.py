"""The connections of a ledger: two SQLite files, or two schemas of PostgreSQL.

Invariants: one process writes a ledger at a time; a commit is durable when it returns; SQLite overwrites what it
deletes and sorts in memory.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    Executable,
    LargeBinary,
    Table,
    Text,
    create_engine,
    event,
    insert,
    make_url,
    text,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from inforce.disk import locked
from inforce.errors import LedgerError, LedgerInUseError, LedgerUnavailableError, quoted
from inforce.ledger.storage.migrate import migrate

DATABASES: Final = ("log", "subjects")
_CACHE_KIB: Final = 32_768
_BUSY_SECONDS: Final = 5
_LOCK: Final = 0x696E666F  # the advisory lock of the one writer: “info” in ASCII
_TRIES: Final = 20
_RETRY_SECONDS: Final = 0.1
_READERS: Final = 4
_COPY_TYPES: Final[Mapping[type, str]] = {BigInteger: "int8", LargeBinary: "bytea", Text: "text"}
_SQLITE: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
    f"PRAGMA cache_size=-{_CACHE_KIB}",
    "PRAGMA wal_autocheckpoint=4000",
)


@dataclass(frozen=True, slots=True)
class LedgerPlace:
    """Where a ledger is: the URL of its database, and for SQLite the files of the log and of the subjects."""

    url: URL
    files: tuple[Path, Path] | None

    @classmethod
    def parse(cls, database: str) -> LedgerPlace:
        """Return the place that `database` names: a path, `sqlite:///path` or `postgresql://…`.

        Raise LedgerError for anything else.
        """
        try:
            url = make_url(database if "://" in database else f"sqlite:///{database}")
        except (ArgumentError, ValueError):
            raise LedgerError(f"expected a file or the URL of a database, got {quoted(database)}") from None
        if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
            log = Path(url.database or "").absolute()
            return cls(url, (log, log.with_name(f"{log.stem}-subjects{log.suffix}")))
        if url.get_backend_name() == "postgresql":
            return cls(url.set(drivername="postgresql+psycopg"), None)
        raise LedgerError(f"expected a file, sqlite:///… or postgresql://…, got {quoted(database)}")

    @property
    def exists(self) -> bool:
        """Whether the database has a ledger already."""
        if self.files:
            return self.files[0].exists()
        try:
            with _engine(self, 0, pooled=False).connect() as connection:
                found = connection.execute(text("SELECT to_regclass('inforce_log.entries') IS NOT NULL")).scalar()
        except DBAPIError as cause:
            raise LedgerUnavailableError(f"the database cannot be opened: {_reason(cause)}") from cause
        return bool(found)


class Database:
    """The open database of a ledger: a connection that writes each part, and connections that read.

    :param place: where it is
    :param writes: whether this process writes the log, which only one may do; others create and revoke keys of apps
    """

    def __init__(self, place: LedgerPlace, *, writes: bool = True) -> None:
        self.place = place
        self._writes = writes
        self._stack = ExitStack()
        try:
            self._open()
        except (DBAPIError, OSError) as cause:
            self._stack.close()
            raise LedgerUnavailableError(f"the database cannot be opened: {_reason(cause)}") from cause
        except BaseException:
            self._stack.close()
            raise

    def _open(self) -> None:
        if self.place.files and self._writes:
            self._stack.enter_context(_one_writer(self.place.files[0]))
            for path in self.place.files:
                _create_private(path)
        self._readers = [_engine(self.place, number) for number in range(2)]
        for engine in self._readers:
            self._stack.callback(engine.dispose)
        self.log, self.subjects = (self._stack.enter_context(engine.connect()) for engine in self._readers)
        if not self._writes:
            return
        self._lock()
        if not self.place.files:
            for name, connection in zip(DATABASES, (self.log, self.subjects), strict=True):
                connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS inforce_{name}"))
                connection.commit()
        for name, connection in zip(DATABASES, (self.log, self.subjects), strict=True):
            migrate(connection, name)
        self._identities = self._present()

    def _present(self) -> list[tuple[int, int]]:
        """Return what identifies the files that are at the paths of the database now."""
        found = [path.stat() for path in self.place.files or ()]
        return [(each.st_dev, each.st_ino) for each in found]

    def check_files(self) -> None:
        """Raise LedgerUnavailableError if a file was removed or replaced: what is written to the open one is lost."""
        try:
            same = self._present() == self._identities
        except FileNotFoundError:
            same = False
        if not same:
            raise LedgerUnavailableError("the files of the database were replaced: end the ledger and start it again")

    def _lock(self, tries: int = 1) -> None:
        """Take the lock of the one writer in PostgreSQL; a lost connection loses it."""
        if self.place.files is not None:
            return
        for number in range(tries):
            if number:
                time.sleep(_RETRY_SECONDS)
            taken = self.log.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}).scalar()
            self.log.commit()
            if taken:
                return
        raise LedgerInUseError("another process writes this ledger: end it first")

    def recover(self) -> None:
        """Connect the writer again after an error: pages of a failed commit must not be used."""
        for connection in (self.log, self.subjects):
            with contextlib.suppress(DBAPIError):
                connection.rollback()
            connection.invalidate()
            connection.rollback()
        self._lock(_TRIES)  # the server may still be ending the lost connection, which has the lock

    @contextlib.contextmanager
    def reading(self, part: int = 0) -> Iterator[Connection]:
        """Yield a connection that reads the log (0) or the subjects (1) as of the last commit."""
        try:
            with self._readers[part].connect() as connection:
                yield connection
        except DBAPIError as cause:
            raise LedgerUnavailableError(f"the database does not answer: {_reason(cause)}") from cause

    def close(self) -> None:
        """Close all connections, and let another process write."""
        self._stack.close()


@contextlib.contextmanager
def _one_writer(log: Path) -> Iterator[None]:
    try:
        with locked(log.with_name(f"{log.name}.lock")):
            yield
    except TimeoutError as cause:
        raise LedgerInUseError(f"another process writes {log}: end it first") from cause


def _create_private(path: Path) -> None:
    """Create the file `path` for its owner only, unless it exists."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))


def _engine(place: LedgerPlace, number: int, *, pooled: bool = True) -> Engine:
    pool: dict[str, Any] = {"poolclass": QueuePool, "pool_size": _READERS, "max_overflow": 8} if pooled else {}
    if place.files:
        url = place.url.set(database=str(place.files[number]))
        engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": _BUSY_SECONDS}, **pool)
        event.listen(engine, "connect", _configure)
        return engine
    schema = f"inforce_{DATABASES[number]}"
    pool = pool or {"poolclass": NullPool}
    return create_engine(place.url, connect_args={"options": f"-c search_path={schema}"}, **pool)


def _configure(connection: Any, record: object) -> None:  # noqa: ARG001 - SQLAlchemy passes the record of its pool
    cursor = connection.cursor()
    for statement in _SQLITE:
        cursor.execute(statement)
    cursor.close()


async def in_thread(work: Callable[[], Any]) -> Any:
    """Return the result of `work`; a cancelled caller ends after it, so that no connection is closed in its middle."""
    working = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(working)
    finally:
        await asyncio.wait([working])


def rows_of(
    connection: Connection, query: Executable, parameters: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Return the rows of `query` as dicts by the names of their columns."""
    result = connection.execute(query, parameters)
    names = list(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]


def add_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, dicts with a value for each column of `table`.

    The driver gets tuples, and PostgreSQL a COPY: SQLAlchemy's insert of dicts costs as much as sealing the records.
    """
    columns = [column.name for column in table.columns]
    values = map(itemgetter(*columns), rows)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(str(insert(table).compile(dialect=connection.dialect)), list(values))
        return
    if not connection.in_transaction():
        connection.begin()
    statement = f"COPY {table.name} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    try:
        with connection.connection.cursor().copy(statement) as copy:
            copy.set_types([_COPY_TYPES[type(column.type)] for column in table.columns])
            for value in values:
                copy.write_row(value)
    except connection.dialect.loaded_dbapi.Error as cause:  # the driver is called directly
        raise LedgerUnavailableError(f"the database does not accept records: {_reason(cause)}") from cause


def _reason(cause: Exception) -> str:
    return str(getattr(cause, "orig", None) or cause).splitlines()[0]
