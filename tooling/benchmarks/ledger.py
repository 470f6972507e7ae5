"""Benchmark of the ledger: receipts in a second, their CPU time, and the time of each question.

Four parts, each in one run with its peers:

- the service under 100 connections, beside the same service with a table that only grows, without sealing and proofs
- batches in process, in SQLite and PostgreSQL, beside an insert per commit in SQLite and a plain COPY in PostgreSQL
- one subject's records, a proof and an erasure, in a ledger of 10,000 receipts and in a large one
- the size of the database and the memory of the process

Requires wrk, and the programs of a PostgreSQL server. `--records 1000000` selects the size of the large ledger.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from ledger_load import BATCH, Load, example, loaded, numbered, require_wrk
from site_served import peak

from inforce.ledger.keys import LedgerKeys
from inforce.ledger.ledger import Ledger
from inforce.ledger.record import canonical
from inforce.ledger.storage.database import LedgerPlace

sys.path.append(str(Path(__file__).parents[2] / "tests" / "ledger"))
from postgres import server

SITE = "https://policies.example.org/"
KEYS = LedgerKeys.generate()
SECONDS = 6
IN_PROCESS = 20_000
SMALL = 10_000
PER_SUBJECT = 3
QUESTIONS = 300


class Rate(NamedTuple):
    """Records in a second, and CPU microseconds of this process for a record."""

    second: float
    microseconds: float


def main() -> None:
    """Run all parts, and print a table of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000, help="receipts in the large ledger")
    chosen = parser.parse_args()
    require_wrk()
    _service()
    _batches()
    asyncio.run(_questions(chosen.records))


def _service() -> None:
    print(f"{'service':<34} {'receipts/s':>10} {'p99':>8} {'CPU':>7} {'× plain':>8} {'memory':>8}  goal")
    for name, known, batch, connections, goal in (
        ("singles, new subjects", False, 1, 100, "2,500/s, p99 100 ms, 1.6 × plain"),
        ("singles, known subjects", True, 1, 100, "3,500/s, p99 100 ms, 1.6 × plain"),
        ("batches, new subjects", False, BATCH, 4, "7,000/s, 2.5 × plain"),
        ("batches, known subjects", True, BATCH, 4, "10,000/s, 2 × plain"),
    ):
        plain, ours = (_load(kind, known=known, batch=batch, connections=connections) for kind in ("plain", "ledger"))
        print(_row(f"{name}, plain table", plain, None, ""))
        print(_row(name, ours, plain, goal))


def _load(kind: str, *, known: bool, batch: int, connections: int) -> Load:
    with tempfile.TemporaryDirectory() as folder:
        database = str(Path(folder) / "ledger.db")
        return loaded(kind, database, known=known, batch=batch, connections=connections, seconds=SECONDS)


def _row(name: str, load: Load, plain: Load | None, goal: str) -> str:
    ratio = f"{load.microseconds / plain.microseconds:8.2f}" if plain else " " * 8
    failed = f"  {load.failed} failed" if load.failed else ""
    costs = f"{load.slowest:5.0f} ms {load.microseconds:4.0f} µs {ratio} {load.megabytes:5.0f} MB"
    return f"{name:<34} {load.rate:10,.0f} {costs}  {goal}{failed}"


def _batches() -> None:
    print(f"\n{'batches of 1,000 in process':<34} {'receipts/s':>10} {'CPU':>7}  goal")
    for name, measure, goal in _stores():
        rate = measure()
        print(f"{name:<34} {rate.second:10,.0f} {rate.microseconds:4.0f} µs  {goal}")


def _stores() -> Iterator[tuple[str, Callable[[], Rate], str]]:
    """Yield each store: its name, the function that measures it, and its goal."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(server())
        yield "SQLite, an insert per commit", lambda: _insert_per_commit(folder / "plain.db"), ""
        for known in (False, True):
            place = LedgerPlace.parse(str(folder / f"{known}.db"))
            yield f"SQLite, {'known' if known else 'new'} subjects", _ours(place, known=known), ""
        yield "PostgreSQL, plain COPY", lambda: _plain_copy(url), ""
        for known, goal in ((False, "5,000/s"), (True, "8,000/s")):
            name = f"known_{known}".lower()
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
            place = LedgerPlace.parse(url.replace("/postgres?", f"/{name}?"))
            yield f"PostgreSQL, {'known' if known else 'new'} subjects", _ours(place, known=known), goal


def _insert_per_commit(path: Path) -> Rate:
    with sqlite3.connect(path, isolation_level=None) as database:
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE entries (id, body)"):
            database.execute(statement)
        like, rows = example(), IN_PROCESS // 10
        with _Timed(rows) as timed:
            for number in range(rows):
                values = (str(number), canonical(numbered(number, f"u_{number}", like)))
                database.execute("INSERT INTO entries VALUES (?, ?)", values)
    return timed.rate


def _plain_copy(url: str) -> Rate:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE plain (id text, body bytea)")
        connection.commit()
        like = example()
        with _Timed(IN_PROCESS) as timed:
            for start in range(0, IN_PROCESS, BATCH):
                with connection.cursor().copy("COPY plain FROM STDIN (FORMAT BINARY)") as copy:
                    copy.set_types(["text", "bytea"])
                    for number in range(start, start + BATCH):
                        copy.write_row((str(number), canonical(numbered(number, f"u_{number}", like))))
                connection.commit()
    return timed.rate


def _ours(place: LedgerPlace, *, known: bool) -> Callable[[], Rate]:
    async def run() -> Rate:
        async with Ledger.open(place, KEYS, SITE) as ledger:
            if known:
                await _fill(ledger, IN_PROCESS, subjects=IN_PROCESS)
            with _Timed(IN_PROCESS) as timed:
                await _fill(ledger, IN_PROCESS, subjects=IN_PROCESS)
        return timed.rate

    return lambda: asyncio.run(run())


async def _fill(ledger: Ledger, records: int, subjects: int) -> None:
    """Add `records` receipts of `subjects` different subjects."""
    like = example()
    for start in range(ledger.size, ledger.size + records, BATCH):
        numbers = range(start, min(start + BATCH, start + records))
        some = [numbered(number, f"u_{number % subjects}", like) for number in numbers]
        await ledger.add(some, "shop", ["verified"] * len(some))


async def _questions(records: int) -> None:
    """Measure each question in a ledger of 10,000 receipts, and in one of `records`."""
    with tempfile.TemporaryDirectory() as folder:
        place = LedgerPlace.parse(str(Path(folder) / "ledger.db"))
        async with Ledger.open(place, KEYS, SITE) as ledger:
            subjects = records // PER_SUBJECT
            print(f"\n{'question':<34} {'receipts':>10} {'median':>9} {'p99':>9}  goal")
            for size in (SMALL, records):
                await _fill(ledger, size - ledger.size, subjects)
                await _asked(ledger, size, min(size, subjects))
            before, start = ledger.size, time.perf_counter()
            erasure = await ledger.erase("u_7")
            took = time.perf_counter() - start
            name = "an erasure, proven" if erasure.proven else "an erasure, NOT proven"
            print(f"{name:<34} {before:10,} {took:7.2f} s{'':>11}  2 s")
        _sizes(place, records)


async def _asked(ledger: Ledger, size: int, subjects: int) -> None:
    chance = random.Random(7)  # noqa: S311 - a choice of questions

    async def timed(name: str, goal: str, question: Callable[[], Awaitable[Any]]) -> None:
        took = []
        for _ in range(QUESTIONS):
            start = time.perf_counter()
            await question()
            took.append((time.perf_counter() - start) * 1_000)
        slowest = statistics.quantiles(took, n=100)[98]
        print(f"{name:<34} {size:10,} {statistics.median(took):6.2f} ms {slowest:6.2f} ms  {goal}")

    await timed("one subject's records", "p99 2 ms", lambda: ledger.records(f"u_{chance.randrange(subjects)}"))
    ledger.checkpoint()
    await timed("a proof", "p99 10 ms", lambda: ledger.proof(chance.randrange(size)))


def _sizes(place: LedgerPlace, records: int) -> None:
    log, subjects = (path.stat().st_size for path in place.files or ())
    total = (log + subjects) / records
    print(f"\n{records:,} receipts: {(log + subjects) / 1e6:,.0f} MB on disk, {total:,.0f} bytes each; goal 700 bytes")
    print(f"memory of this process: {peak(os.getpid()):,.0f} MB")


class _Timed:
    """The duration and the CPU time of a block that handles `records`."""

    def __init__(self, records: int) -> None:
        self._records = records
        self.rate = Rate(0, 0)

    def __enter__(self) -> _Timed:
        self._started, self._used = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        took, used = time.perf_counter() - self._started, time.process_time() - self._used
        self.rate = Rate(self._records / took, used / self._records * 1e6)


if __name__ == "__main__":
    main()
