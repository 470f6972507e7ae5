"""Ledgers for the tests, each on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from book_builder import BookBuilder
from client.published_site import Published
from inforce.ledger.ledger import Ledger
from inforce.ledger.storage.database import LedgerPlace
from ledger.postgres import server
from ledger.receipts import KEYS
from ledger.test_commands import SITE, local_copy

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


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a local copy of a site with two versions of the terms, and one of a consent."""
    folder = tmp_path_factory.mktemp("site")
    book = BookBuilder(folder / "book")
    terms = book.policy("terms", kind="terms", act="accept")
    terms.version("2025-01-15", en="# Terms\n\nWe keep our word.\n", de="# Bedingungen\n\nWir halten unser Wort.\n")
    terms.version("2026-01-15", en="# Terms\n\nWe keep it.\n", de="# Bedingungen\n\nWir halten es.\n")
    book.policy("news", kind="privacy", act="consent").version("2025-01-15", en="# News\n\nOnce a month.\n")
    published = Published(folder / "site", book.read().require())
    published.publish(datetime.now(UTC))
    with local_copy(published.folder) as address:
        yield address


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """An empty ledger of this site."""
    path = tmp_path / "ledger.db"
    KEYS.write(tmp_path / "ledger.keys.json")

    async def create() -> None:
        async with Ledger.open(LedgerPlace.parse(str(path)), KEYS, SITE):
            pass

    asyncio.run(create())
    return path
