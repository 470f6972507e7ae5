"""Backups of a ledger, their restoration into any database, and the restore drill."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Coroutine
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from inforce.cli.ledger import command
from inforce.errors import InforceError, LedgerError
from inforce.ledger import backup as backups
from inforce.ledger.entries import entry_of
from inforce.ledger.keys import LedgerKeys, is_signed
from inforce.ledger.ledger import Ledger
from inforce.ledger.log.checkpoint import Checkpoint, Note
from inforce.ledger.log.proof import LogProof
from inforce.ledger.storage.database import Database, LedgerPlace, rows_of
from inforce.ledger.storage.tables import entries, subjects
from ledger.receipts import KEYS, ORIGIN, SITE, receipt


def use(place: LedgerPlace, work: Callable[[Ledger], Coroutine[Any, Any, Any]]) -> Any:
    """Return the result of `work` with the open ledger at `place`."""

    async def run() -> Any:
        async with Ledger.open(place, KEYS, SITE) as ledger:
            return await work(ledger)

    return asyncio.run(run())


def run(*words: str | Path) -> tuple[int, str]:
    """Run a command of the ledger, and return its exit code and what it printed."""
    result = CliRunner().invoke(command, [str(word) for word in words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


async def add(ledger: Ledger, *numbers: int) -> None:
    receipts = [receipt(number, f"u_{number % 7}") for number in numbers]
    await ledger.add(receipts, "shop", ["verified"] * len(receipts))


def lose(place: LedgerPlace) -> None:
    """Remove the ledger as a broken disk would."""
    if place.files:
        for path in place.files:
            path.unlink()
        return
    with contextlib.closing(Database(place, writes=False)) as database:
        database.log.execute(text("DROP SCHEMA inforce_log, inforce_subjects CASCADE"))
        database.log.commit()


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """The key file."""
    path = tmp_path / "keys.json"
    KEYS.write(path)
    return path


def test_restore_drill(place: LedgerPlace, keys: Path, tmp_path: Path) -> None:
    folder, published = tmp_path / "backup", tmp_path / "checkpoint"
    url = place.url.render_as_string()
    options = ("--database", url, "--keys", keys)

    async def serve(ledger: Ledger) -> tuple[bytes, bytes]:
        await add(ledger, *range(300))
        proof = await ledger.proof(5)
        with ledger._database.reading() as connection:
            (row,) = rows_of(connection, entries.select().where(entries.c.n == 5))
        code, printed = run("backup", folder, "--database", url)  # while the ledger is open
        assert (code, printed[:33]) == (0, f"Backed up 300 entries to {tmp_path}"[:33])
        await add(ledger, *range(300, 310))
        return proof, entry_of(row)

    async def sign(ledger: Ledger) -> bytes:
        return ledger.checkpoint()

    old_proof, entry = use(place, serve)
    published.write_bytes(use(place, sign))
    lose(place)
    code, printed = run("restore", folder, *options, "--checkpoint", published)
    assert code == 1
    assert "truncated: the checkpoint in --checkpoint: expected 310 entries, got 300: entries 300 to 309" in printed

    async def accept(ledger: Ledger) -> None:
        assert not ledger.signs
        await add(ledger, 400)
        with pytest.raises(LedgerError, match="does not extend"):
            ledger.checkpoint()

    use(place, accept)
    code, printed = run("restore", "--declare-loss", *options)
    assert (code, printed) == (
        0,
        "Declared the loss in entry 301. The log is now policies.example.org/ledger/2: publish it to a new folder.\n",
    )

    async def sign_again(ledger: Ledger) -> dict[str, Any]:
        note = Note.parse(ledger.checkpoint())
        assert note.verified([KEYS.verifier(f"{ORIGIN}/2")], is_signed)
        assert Checkpoint.parse(note.text).size == 302
        LogProof.parse(await ledger.proof(5)).check(entry, [KEYS.verifier(f"{ORIGIN}/2")], is_signed)
        (loss,) = await ledger.changes(300, 10)
        with pytest.raises(LedgerError, match="no loss to declare"):
            await ledger.declare_loss()
        return loss

    loss = use(place, sign_again)
    last = Checkpoint.parse(Note.parse(published.read_bytes()).text)
    assert {**loss, "kind": "loss", "origin": ORIGIN, "size": 310, "root": f"sha256-{last.root.hex()}"} == loss
    assert LogProof.parse(old_proof).check(entry, [KEYS.verifier(ORIGIN)], is_signed).size <= 300
    assert run("verify", *options)[0] == 0
    code, printed = run("verify", *options, "--checkpoint", published)
    assert (code, "expected 310 entries, got 302" in printed) == (1, True)


def test_backup_restores_into_the_other_kind_of_database(
    place: LedgerPlace, keys: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    async def records(ledger: Ledger) -> list[dict[str, Any]]:
        return await ledger.records("u_3")

    async def fill(ledger: Ledger) -> list[dict[str, Any]]:
        await add(ledger, *range(20))
        ledger.app_keys.add("shop", ["read"])
        ledger.checkpoint()
        return await records(ledger)

    expected = use(place, fill)
    run("backup", tmp_path / "backup", "--database", place.url.render_as_string())
    lose(place)
    url = str(tmp_path / "other.db") if place.files is None else request.getfixturevalue("postgres")
    code, printed = run("restore", tmp_path / "backup", "--database", url, "--keys", keys)
    other = LedgerPlace.parse(url)
    try:
        assert (code, "Nothing is wrong." in printed, "Without --checkpoint" in printed) == (0, True, True)
        assert use(other, records) == expected
    finally:
        lose(other)


def test_backup_has_no_trace_of_users_erased_before(place: LedgerPlace, tmp_path: Path) -> None:
    async def fill(ledger: Ledger) -> list[bytes]:
        await ledger.add([receipt(i, f"u_number_{i}") for i in range(200)], "shop", ["verified"] * 200)
        with ledger._database.reading(1) as connection:
            rows = rows_of(connection, subjects.select().where(subjects.c.sid <= 20).order_by(subjects.c.sid))
        for number in range(20):
            await ledger.erase(f"u_number_{number}")
        run("backup", tmp_path / "backup", "--database", place.url.render_as_string())
        return [bytes(row[name]) for row in rows for name in ("pseudonym", "wrapped")]

    traces = [*use(place, fill), *(f"u_number_{number}".encode() for number in range(20))]
    paths = sorted((tmp_path / "backup").iterdir())
    assert [path.name for path in paths] == ["backup.json", "ledger-subjects.db", "ledger.db"]
    for path in paths:
        content = path.read_bytes()
        assert [trace for trace in traces if trace in content] == []
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.fixture
def made(sqlite_place: LedgerPlace, tmp_path: Path) -> Path:
    """A folder with a backup, whose ledger is gone."""

    async def fill(ledger: Ledger) -> None:
        await add(ledger, 1, 2, 3)
        run("backup", tmp_path / "backup", "--database", sqlite_place.url.render_as_string())

    use(sqlite_place, fill)
    lose(sqlite_place)
    return tmp_path / "backup"


def test_backup_lists_its_files_and_when_the_subjects_expire(made: Path) -> None:
    contents = json.loads((made / "backup.json").read_bytes())
    assert (contents["type"], contents["size"], contents["site"]) == ("ledger-backup", 3, SITE)
    assert sorted(contents["digests"]) == ["ledger-subjects.db", "ledger.db"]
    assert contents["subjects_until"] > contents["made_at"][:10]


@pytest.mark.parametrize("name", ["ledger.db", "ledger-subjects.db"])
@pytest.mark.parametrize("fault", ["changed", "missing"])
def test_damaged_backup_is_refused(made: Path, keys: Path, sqlite_place: LedgerPlace, name: str, fault: str) -> None:
    if fault == "changed":
        with (made / name).open("ab") as file:
            file.write(b"x")
    else:
        (made / name).unlink()
    with pytest.raises(InforceError, match=rf"{name} (was changed: expected SHA-256|is missing)"):
        run("restore", made, "--database", sqlite_place.url.render_as_string(), "--keys", keys)
    assert sqlite_place.files
    assert not sqlite_place.files[0].exists()


def test_nothing_is_overwritten(made: Path, keys: Path, sqlite_place: LedgerPlace, tmp_path: Path) -> None:
    url = sqlite_place.url.render_as_string()
    other = tmp_path / "other.json"
    LedgerKeys.generate().write(other)
    with pytest.raises(LedgerError, match="made with other keys"):
        run("restore", made, "--database", url, "--keys", other)
    with pytest.raises(LedgerError, match=r"is not a whole backup: expected backup\.json"):
        run("restore", tmp_path, "--database", url, "--keys", keys)
    assert run("restore", "--database", url)[0] == 2
    assert run("restore", made, "--database", url, "--keys", keys)[0] == 0
    with pytest.raises(LedgerError, match="exists, and a restore overwrites nothing"):
        run("restore", made, "--database", url, "--keys", keys)
    with pytest.raises(LedgerError, match="contains files, and a backup overwrites nothing"):
        run("backup", made, "--database", url)


def test_backup_waits_for_erasures(
    made: Path, keys: Path, sqlite_place: LedgerPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = sqlite_place.url.render_as_string()
    run("restore", made, "--database", url, "--keys", keys)
    numbers = count()
    monkeypatch.setattr(backups, "_erasures", lambda _: next(numbers))
    with pytest.raises(LedgerError, match="run the command again"):
        run("backup", tmp_path / "second", "--database", url)
    assert list((tmp_path / "second").iterdir()) == []
    monkeypatch.setattr(backups, "_erasures", lambda _: max(2, next(numbers) - 6))
    assert run("backup", tmp_path / "second", "--database", url)[0] == 0
