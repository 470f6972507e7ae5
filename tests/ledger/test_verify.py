"""Every kind of damage to a stored ledger is detected and named, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from inforce.ledger.audit import Audit
from inforce.ledger.ledger import Ledger
from inforce.ledger.log.checkpoint import Checkpoint
from inforce.ledger.storage.database import Database, LedgerPlace
from ledger.receipts import KEYS, ORIGIN, SITE, receipt
from ledger.test_commands import command

SIZE = 606
_copies = count(1)


async def _fill(place: LedgerPlace) -> bytes:
    """Fill a ledger and return its checkpoint of the first 300 entries: the signed one, which others could keep."""
    async with Ledger.open(place, KEYS, SITE) as ledger:
        receipts = [receipt(i, f"u_{i % 7}") for i in range(600)]
        await ledger.add(receipts[:300], "shop", ["unverified"] * 300)
        early = ledger.checkpoint()
        await ledger.add(receipts[300:], "shop", ["verified"] * 300)
        await ledger.settle(3, "verified")
        await ledger.link("u_1", "visitor")
        await ledger.hold("u_2", on=True, reason="a dispute")
        await ledger.erase("u_6")
        await ledger.settle(4, "contradicted")
        await ledger.add([receipt(900, "u_8")], "blog", ["verified"])
    async with Ledger.open(place, KEYS) as ledger:  # the last checkpoint is a second old
        ledger.checkpoint()
        assert ledger.size == SIZE
    return early


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[LedgerPlace, bytes]:
    """A whole ledger that is not changed, and an early checkpoint of it."""
    if request.param == "sqlite":
        place = LedgerPlace.parse(str(tmp_path_factory.mktemp("whole") / "ledger.db"))
        return place, asyncio.run(_fill(place))
    url = request.getfixturevalue("postgres")
    _server(url, "CREATE DATABASE verified")
    place = LedgerPlace.parse(url.replace("/postgres?", "/verified?"))
    return place, asyncio.run(_fill(place))


def _server(url: str, statement: str) -> None:
    engine = create_engine(
        url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(statement))


@pytest.fixture
def copy(whole: tuple[LedgerPlace, bytes], tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[LedgerPlace]:
    """A copy of the ledger, to be damaged."""
    place, _ = whole
    if place.files:
        for path in place.files:
            shutil.copy(path, tmp_path / path.name)
        yield LedgerPlace.parse(str(tmp_path / "ledger.db"))
        return
    url = request.getfixturevalue("postgres")
    name = f"damaged{next(_copies)}"
    _server(url, f"CREATE DATABASE {name} TEMPLATE verified")
    yield LedgerPlace.parse(url.replace("/postgres?", f"/{name}?"))
    _server(url, f"DROP DATABASE {name} WITH (FORCE)")


def damage(place: LedgerPlace, *statements: str) -> None:
    """Run `statements` as an administrator could: without the triggers and the unique index."""
    with contextlib.closing(Database(place, writes=False)) as database:
        log = database.log
        for table in ("entries", "tiles"):
            for trigger in ("update", "delete") if place.files else ("grow",):
                log.execute(text(f"DROP TRIGGER {table}_{trigger}{'' if place.files else f' ON {table}'}"))
        log.execute(text("DROP INDEX entries_id"))
        for statement in statements:
            (database.subjects if " subjects" in statement else log).execute(text(statement))
        log.commit()
        database.subjects.commit()


def defects(place: LedgerPlace, published: bytes | None = None) -> list[str]:
    """Return the lines of the report."""
    with contextlib.closing(Database(place, writes=False)) as database:
        audit = Audit(database, KEYS)
        found = [*audit.log_defects(published, lambda *_: None), *audit.record_defects(lambda *_: None)]
    return [str(each) for each in found]


SWAP = (
    "UPDATE entries SET n = -1 WHERE n = {0}",
    "UPDATE entries SET n = {0} WHERE n = {1}",
    "UPDATE entries SET n = {1} WHERE n = -1",
)
DOUBLE = (
    "INSERT INTO entries SELECT {0}, kind, sid, received_at, caller, id, policy, seq, act, digest, verdict, about, "
    "facts, salted, body FROM entries WHERE n = {1}"
)
DAMAGE = [
    pytest.param(["DELETE FROM entries WHERE n = 100"], ["removed: entry 100:"], id="removed"),
    pytest.param(
        ["DELETE FROM entries WHERE n BETWEEN 90 AND 400"], ["removed: entries 90 to 400:"], id="many removed"
    ),
    pytest.param(
        ["DELETE FROM entries WHERE n = 550"], ["removed: entry 550:", "changed: the last"], id="removed late"
    ),
    pytest.param(
        [
            "DELETE FROM entries WHERE n = 100",
            "UPDATE entries SET n = -n WHERE n > 100",
            "UPDATE entries SET n = -n - 1 WHERE n < 0",
        ],
        ["removed: entry 100:", "entry 605 missing"],
        id="removed and closed up",
    ),
    pytest.param(
        ["UPDATE entries SET policy = 'other' WHERE n = 100"],
        ["altered: entry 100:", "altered: entry 100, column “policy”: expected 'terms'", "changed: the last"],
        id="policy",
    ),
    pytest.param(
        ["UPDATE entries SET seq = 9 WHERE n = 590"],
        ["altered: entry 590, column “seq”: expected 2 of the sealed record, got 9", "changed: the last"],
        id="seq in the open tile",
    ),
    pytest.param(["UPDATE entries SET caller = 'x' WHERE n = 7"], ["altered: entry 7, column “caller”"], id="caller"),
    pytest.param(["UPDATE entries SET id = 'x' WHERE n = 7"], ["altered: entry 7, column “id”"], id="id"),
    pytest.param(["UPDATE entries SET verdict = 'x' WHERE n = 600"], ["entry 600, column “verdict”"], id="verdict"),
    pytest.param(["UPDATE entries SET facts = '{' WHERE n = 600"], ["altered: entry 600:"], id="facts"),
    pytest.param(["UPDATE entries SET digest = salted WHERE n = 7"], ["entry 7, column “digest”"], id="digest"),
    pytest.param(["UPDATE entries SET act = 'declined' WHERE n = 6"], ["altered: entry 6:"], id="erased subject"),
    pytest.param(
        ["UPDATE entries SET received_at = 0 WHERE n = 7"],
        ["reordered: entry 7: expected times", "altered: entry 7, column “received_at”"],
        id="time",
    ),
    pytest.param(
        ["UPDATE entries SET body = (SELECT body FROM entries WHERE n = 14) WHERE n = 7"],
        ["altered: entry 7: expected the commitment"],
        id="body of another record",
    ),
    pytest.param(["UPDATE entries SET body = salted WHERE n = 7"], ["unreadable: entry 7:"], id="body"),
    pytest.param([DOUBLE.format(-3, 5)], ["inserted: entry -3:", "doubled: entry 5:"], id="negative number"),
    pytest.param([DOUBLE.format(SIZE, 5)], [f"doubled: entry {SIZE}: expected", "that of entry 5"], id="doubled"),
    pytest.param(
        [
            "UPDATE entries SET n = -n WHERE n > 100",
            "UPDATE entries SET n = 1 - n WHERE n < 0",
            DOUBLE.format(101, 100),
        ],
        ["inserted: entries 101 to 511:", "doubled: entry 101:", "changed: the last"],
        id="doubled in the middle",
    ),
    pytest.param([each.format(100, 101) for each in SWAP], ["reordered: entries 100 to 101:"], id="reordered"),
    pytest.param(
        [each.format(100, 500) for each in SWAP], ["reordered: entry 100:", "entry 500 as number 100"], id="moved"
    ),
    pytest.param(
        ["DELETE FROM entries WHERE n > 590"],
        ["truncated: the last signed checkpoint: expected 606 entries, got 591: entries 591 to 605 missing"],
        id="truncated",
    ),
    pytest.param(
        ["DELETE FROM entries WHERE n > 490", "DELETE FROM state WHERE name = 'note'"],
        ["truncated: the log: expected the 512 entries of the stored tiles, got 491"],
        id="truncated without checkpoint",
    ),
    pytest.param(["DELETE FROM entries"], ["truncated: the log"], id="emptied"),
    pytest.param(
        ["UPDATE tiles SET hashes = (SELECT hashes FROM tiles WHERE number = 1) WHERE number = 0"],
        ["damaged tile: tile/0/000: expected the leaf of entries 0 to 255", "nothing is lost"],
        id="tile",
    ),
    pytest.param(["DELETE FROM tiles WHERE number = 0"], ["damaged tile: tile/0/000:", "got none"], id="no tile"),
    pytest.param(
        ["UPDATE state SET value = (SELECT salted FROM entries WHERE n = 0) WHERE name = 'note'"],
        ["unsigned: the last signed checkpoint:"],
        id="note",
    ),
    pytest.param(
        ["UPDATE entries SET about = 606 WHERE n = 600", "UPDATE entries SET about = 601 WHERE n = 604"],
        ["verdict: entry 600: expected an earlier receipt as its object, got number 606", "verdict: entry 604:"],
        id="verdict about nothing",
    ),
    pytest.param(["DELETE FROM subjects WHERE sid = 1"], ["lost keys: the subjects: expected keys"], id="lost key"),
    pytest.param(
        ["UPDATE subjects SET pseudonym = wrapped WHERE sid = 1"], ["altered: entry 0, its subject:"], id="pseudonym"
    ),
    pytest.param(
        ["UPDATE subjects SET wrapped = pseudonym WHERE sid = 1"], ["the key of subject 1:"], id="wrapped key"
    ),
]


@pytest.mark.parametrize(("statements", "expected"), DAMAGE)
def test_damage_is_named(copy: LedgerPlace, statements: list[str], expected: list[str]) -> None:
    damage(copy, *statements)
    report = "\n".join(defects(copy))
    assert [words for words in expected if words not in report] == [], report


def test_whole_ledger_has_no_defect_and_extends_what_others_keep(whole: tuple[LedgerPlace, bytes]) -> None:
    place, early = whole
    assert defects(place) == []
    assert defects(place, early) == []


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (300, "forked: the checkpoint in --checkpoint with 300 entries: expected the root 00"),
        (700, "truncated: the checkpoint in --checkpoint: expected 700 entries, got 606: entries 606 to 699 missing"),
    ],
)
def test_fork_and_older_log_are_named(whole: tuple[LedgerPlace, bytes], size: int, expected: str) -> None:
    note = KEYS.sign(ORIGIN, str(Checkpoint(ORIGIN, size, bytes(32)))).to_bytes()
    (line,) = defects(whole[0], note)
    assert line.startswith(expected)


@pytest.mark.parametrize("note", [b"no note", KEYS.sign("other/ledger", "other/ledger\n1\nAA==\n").to_bytes()])
def test_checkpoint_of_others_is_named(whole: tuple[LedgerPlace, bytes], note: bytes) -> None:
    (line,) = defects(whole[0], note)
    assert line.startswith("unsigned: the checkpoint in --checkpoint:")


def test_command_prints_a_line_for_each_defect(copy: LedgerPlace, tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    KEYS.write(keys)
    words = ["verify", "--database", copy.url.render_as_string(), "--keys", keys]
    ended = command(*words)
    assert (ended.returncode, ended.stdout.partition(",")[0]) == (0, "606 entries")
    assert ended.stdout.endswith("per second; 85 records of erased users. Nothing is wrong.\n")
    damage(copy, "DELETE FROM entries WHERE n = 550")
    (tmp_path / "note").write_bytes(KEYS.sign(ORIGIN, str(Checkpoint(ORIGIN, 700, bytes(32)))).to_bytes())
    ended = command(*words, "--checkpoint", tmp_path / "note")
    assert (ended.returncode, ended.stderr.splitlines()[-1]) == (1, "3 defects in 606 entries.")
    assert [line.partition(":")[0] for line in ended.stdout.splitlines()] == ["removed", "changed", "truncated"]
