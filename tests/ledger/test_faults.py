"""A database that fails keeps a record once or not at all, and the ledger answers that it is unavailable."""

from __future__ import annotations

import asyncio
import shutil

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from inforce.errors import LedgerUnavailableError
from inforce.ledger.ledger import Ledger
from inforce.ledger.storage.database import LedgerPlace
from ledger.receipts import KEYS, SITE, receipt


async def _add(ledger: Ledger, *numbers: int) -> list[str]:
    receipts = [receipt(number, f"u_{number}") for number in numbers]
    return [each.state for each in await ledger.add(receipts, "shop", ["verified"] * len(receipts))]


@pytest.mark.parametrize("index", [0, 1], ids=["log", "subjects"])
@pytest.mark.parametrize("fault", ["removed", "replaced"])
def test_replaced_file_stops_the_ledger_until_it_is_started_again(
    sqlite_place: LedgerPlace, fault: str, index: int
) -> None:
    assert sqlite_place.files
    path = sqlite_place.files[index]

    async def broken() -> None:
        async with Ledger.open(sqlite_place, KEYS, SITE) as ledger:
            assert await _add(ledger, 1) == ["created"]
            copy = path.with_name("copy")
            shutil.copy(path, copy)
            path.rename(path.with_name("moved"))
            if fault == "replaced":
                copy.rename(path)
            for number in (2, 3):
                with pytest.raises(LedgerUnavailableError, match="replaced"):
                    await _add(ledger, number)

    asyncio.run(broken())
    path.with_name("moved").replace(path)

    async def restored() -> None:
        async with Ledger.open(sqlite_place, KEYS, SITE) as ledger:
            assert await _add(ledger, 1, 2, 3) == ["same", "created", "created"]

    asyncio.run(restored())


@pytest.mark.parametrize("part", ["log", "subjects"])
@pytest.mark.parametrize("fault", ["disk full", "read-only"])
def test_database_that_cannot_grow_keeps_nothing_and_then_goes_on(
    sqlite_place: LedgerPlace, fault: str, part: str
) -> None:
    async def work() -> None:
        async with Ledger.open(sqlite_place, KEYS, SITE) as ledger:
            assert await _add(ledger, 1) == ["created"]
            connection = getattr(ledger._database, part)
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(
                f"PRAGMA max_page_count={pages}" if fault == "disk full" else "PRAGMA query_only=ON"
            )
            connection.rollback()
            with pytest.raises(LedgerUnavailableError, match="does not accept records"):
                await _add(ledger, *range(2, 600))
            assert ledger.size == 1
            assert await _add(ledger, *range(1, 600)) == ["same", *["created"] * 598]
            assert [entry["n"] for entry in await ledger.changes(-1, 1000)] == list(range(599))

    asyncio.run(work())


def test_server_that_ends_all_connections_loses_nothing(postgres: str) -> None:
    name = "ledger_faults"
    url = postgres.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    place = LedgerPlace.parse(postgres.replace("/postgres?", f"/{name}?"))

    async def work() -> None:
        async with Ledger.open(place, KEYS, SITE) as ledger:
            assert await _add(ledger, 1) == ["created"]
            with engine.connect() as connection:
                ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = :name"
                assert all(connection.execute(text(ended), {"name": name}).scalars().all())
            with pytest.raises(LedgerUnavailableError):
                await _add(ledger, 2)
            assert await _add(ledger, 1, 2) == ["same", "created"]

    try:
        asyncio.run(work())
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
