"""New secrets replace the old ones, and no earlier backup can be opened with them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from inforce.cli import ledger_rewrap
from inforce.errors import HeldError, LedgerError
from inforce.ledger.keys import LedgerKeys, is_signed
from inforce.ledger.ledger import Ledger
from inforce.ledger.log.checkpoint import Note
from inforce.ledger.sealing import SubjectKey, pseudonym
from inforce.ledger.storage.database import Database, LedgerPlace, rows_of
from inforce.ledger.storage.tables import subjects
from ledger.receipts import KEYS, ORIGIN, SITE, receipt
from ledger.test_backup import run


def use(place: LedgerPlace, keys: Path, work: Callable[[Ledger], Coroutine[Any, Any, Any]]) -> Any:
    async def opened() -> Any:
        async with Ledger.open(place, LedgerKeys.read(keys), SITE) as ledger:
            return await work(ledger)

    return asyncio.run(opened())


async def _records(ledger: Ledger) -> list[Any]:
    return [await ledger.records(f"u_{number}") for number in range(5)]


async def _fill(ledger: Ledger) -> list[Any]:
    await ledger.add([receipt(i, f"u_{i % 5}") for i in range(50)], "shop", ["unverified"] * 50)
    await ledger.settle(3, "verified")
    await ledger.hold("u_1", on=True, reason="a dispute")
    await ledger.hold("new", on=True)
    await ledger.erase("u_4")
    return await _records(ledger)


def _stored(place: LedgerPlace) -> list[dict[str, Any]]:
    with contextlib.closing(Database(place, writes=False)) as database:
        return rows_of(database.subjects, subjects.select().order_by(subjects.c.sid))


def test_rotation_keeps_records_and_holds_and_kills_earlier_backups(place: LedgerPlace, tmp_path: Path) -> None:
    keys, url = tmp_path / "keys.json", place.url.render_as_string()
    KEYS.write(keys)
    records = use(place, keys, _fill)
    before = _stored(place)
    run("backup", tmp_path / "backup", "--database", url)
    code, printed = run("rewrap", "--database", url, "--keys", keys)
    assert (code, "Wrapped the keys of 5 users with new secrets" in printed) == (0, True)

    new = LedgerKeys.read(keys)
    assert (new.note, keys.stat().st_mode & 0o777) == (KEYS.note, 0o600)
    assert {new.wrapping, new.pseudonym}.isdisjoint({KEYS.wrapping, KEYS.pseudonym})
    assert not keys.with_name("keys.json.new").exists()
    for row in before:  # the rows in the earlier backup
        with pytest.raises(LedgerError, match="cannot be unwrapped"):
            SubjectKey.unwrap(new.wrapping, bytes(row["wrapped"]))
    assert pseudonym(new.pseudonym, "u_0") not in {bytes(row["pseudonym"]) for row in before}
    with pytest.raises(LedgerError, match="made with other keys"):
        run("restore", tmp_path / "backup", "--database", str(tmp_path / "x.db"), "--keys", keys)

    async def after(ledger: Ledger) -> None:
        assert await _records(ledger) == records
        assert Note.parse(ledger.checkpoint()).verified([KEYS.verifier(ORIGIN)], is_signed)
        for held in ("u_1", "new"):
            with pytest.raises(HeldError):
                await ledger.erase(held)
        assert (await ledger.erase("u_2")).count == 10
        assert [entry["kind"] for entry in await ledger.changes(49, 9)][:3] == ["verdict", "hold", "hold"]

    use(place, keys, after)
    assert run("verify", "--database", url, "--keys", keys)[0] == 0
    if place.files:
        content = b"".join(path.read_bytes() for path in place.files)
        assert [row["sid"] for row in before if bytes(row["wrapped"]) in content] == []


@pytest.mark.parametrize("at", ["before the database", "before the key file"])
def test_interrupted_rotation_is_completed_by_the_next(
    sqlite_place: LedgerPlace, tmp_path: Path, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, url = tmp_path / "keys.json", sqlite_place.url.render_as_string()
    KEYS.write(keys)
    records = use(sqlite_place, keys, _fill)
    rotate = ledger_rewrap.rotate

    def interrupted(*arguments: Any) -> int:
        if at == "before the key file":
            rotate(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ledger_rewrap, "rotate", interrupted)
        assert run("rewrap", "--database", url, "--keys", keys)[0] == 1
    with pytest.raises(LedgerError, match="run “inforce ledger rewrap” again"):
        run("verify", "--database", url, "--keys", keys)
    assert run("rewrap", "--database", url, "--keys", keys)[0] == 0
    assert use(sqlite_place, keys, _records) == records


def test_other_key_file_rotates_nothing_and_unused_keys_are_dropped(sqlite_place: LedgerPlace, tmp_path: Path) -> None:
    keys, other, url = tmp_path / "keys.json", tmp_path / "other.json", sqlite_place.url.render_as_string()
    KEYS.write(keys)
    LedgerKeys.generate().write(other)
    use(sqlite_place, keys, _fill)
    unused = {"sid": 99, "pseudonym": bytes(32), "wrapped": SubjectKey(bytes(32)).wrap(KEYS.wrapping), "held": 0}
    with contextlib.closing(Database(sqlite_place, writes=False)) as database:
        database.subjects.execute(insert(subjects).values(**unused))
        database.subjects.commit()
    with pytest.raises(LedgerError, match="keys of another ledger"):
        run("rewrap", "--database", url, "--keys", other)
    assert sorted(path.name for path in tmp_path.glob("*.json*")) == ["keys.json", "other.json"]
    assert run("rewrap", "--database", url, "--keys", keys)[0] == 0
    assert [row["sid"] for row in _stored(sqlite_place)] == [1, 2, 3, 4, 6]
