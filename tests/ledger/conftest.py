"""Ledgers for the tests, each on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from inforce.ledger.storage.database import LedgerPlace
from ledger.postgres import server

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server."""
    with server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LedgerPlace]:
    """The place of a new, empty ledger."""
    if request.param == "sqlite":
        yield LedgerPlace.parse(str(tmp_path / "ledger.db"))
        return
    url = request.getfixturevalue("postgres")
    name = f"ledger{next(_numbers)}"
    engine = create_engine(
        url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield LedgerPlace.parse(url.replace("/postgres?", f"/{name}?"))
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def sqlite_place(tmp_path: Path) -> LedgerPlace:
    """The place of a new, empty ledger in files."""
    return LedgerPlace.parse(str(tmp_path / "ledger.db"))
