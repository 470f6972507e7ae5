"""The ledger keeps, answers, proves and erases in the same way on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from inforce.errors import HeldError, LedgerError, LedgerUnavailableError
from inforce.ledger import writer as writer_module
from inforce.ledger.entries import entry_of
from inforce.ledger.keys import LedgerKeys, is_signed
from inforce.ledger.ledger import Ledger
from inforce.ledger.log.checkpoint import Checkpoint, Note
from inforce.ledger.log.proof import LogProof
from inforce.ledger.log.tiles import tiles_of
from inforce.ledger.log.tree import leaf_hash
from inforce.ledger.sealing import pseudonym
from inforce.ledger.storage.database import Database, LedgerPlace, rows_of
from inforce.ledger.storage.tables import entries, subjects
from ledger.receipts import KEYS, ORIGIN, SITE, receipt

MARCH = 1_803_859_200_000  # 2027-03-01 in milliseconds


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = MARCH

    def __call__(self) -> int:
        return self.now


@asynccontextmanager
async def opened(place: LedgerPlace, clock: Callable[[], int] | None = None) -> AsyncIterator[Ledger]:
    async with Ledger.open(place, KEYS, SITE, clock=clock or Clock()) as ledger:
        yield ledger


def use(place: LedgerPlace, work: Callable[[Ledger], Coroutine[Any, Any, Any]], clock: Clock | None = None) -> Any:
    """Return the result of `work` with the open ledger at `place`."""

    async def run() -> Any:
        async with opened(place, clock) as ledger:
            return await work(ledger)

    return asyncio.run(run())


async def add(ledger: Ledger, *receipts: dict[str, Any], caller: str = "shop", verdict: str = "verified") -> list[str]:
    return [each.state for each in await ledger.add(receipts, caller, [verdict] * len(receipts))]


def test_receipt_is_kept_once_and_survives_a_restart(place: LedgerPlace) -> None:
    async def first(ledger: Ledger) -> None:
        (added,) = await ledger.add([receipt(1)], "shop", ["verified"])
        assert added == (receipt(1)["id"], "created", 0, "2027-03-01T00:00:00.000Z", "verified")
        (again,) = await ledger.add([receipt(1)], "shop", ["unverified"])
        assert again == added._replace(state="same")

    async def second(ledger: Ledger) -> None:
        (record,) = await ledger.records("u_mia")
        assert {**record, **receipt(1)} == record
        assert record["received_at"] == "2027-03-01T00:00:00.000Z"
        assert (record["n"], record["caller"], record["verdict"]) == (0, "shop", "verified")
        assert await add(ledger, receipt(1), receipt(2)) == ["same", "created"]

    use(place, first)
    use(place, second)


def test_same_id_with_other_content_is_a_conflict_also_within_one_batch(place: LedgerPlace) -> None:
    async def work(ledger: Ledger) -> None:
        other = receipt(1, act="declined")
        assert await add(ledger, receipt(1), other, receipt(1)) == ["created", "conflict", "same"]
        assert await add(ledger, other, receipt(1, subject="u_ben")) == ["conflict", "conflict"]
        assert await add(ledger, other, caller="another app") == ["created"]
        assert [record["act"] for record in await ledger.records("u_mia")] == ["accepted", "declined"]

    use(place, work)


def test_numbers_are_dense_and_the_log_equals_its_rows(place: LedgerPlace) -> None:
    async def work(ledger: Ledger) -> None:
        batches = [[receipt(batch * 100 + each, f"u_{each % 7}") for each in range(100)] for batch in range(6)]
        await asyncio.gather(*(add(ledger, *batch) for batch in batches))
        assert await ledger.link("u_1", "visitor") == 600
        note = Note.parse(ledger.checkpoint())
        assert note.verified([KEYS.verifier(ORIGIN)], is_signed)
        assert Checkpoint.parse(note.text).size == 601
        with ledger._database.reading() as connection:
            rows = rows_of(connection, entries.select().order_by(entries.c.n))
        assert [row["n"] for row in rows] == list(range(601))
        stored = b"".join(ledger.tile(tile.path) or b"" for tile in tiles_of(601) if tile.level == 0)
        assert stored == b"".join(leaf_hash(entry_of(row)) for row in rows)
        for n in (0, 255, 256, 511, 512, 600):
            LogProof.parse(await ledger.proof(n)).check(entry_of(rows[n]), [KEYS.verifier(ORIGIN)], is_signed)

    use(place, work)


def test_hundred_writers_at_once_lose_nothing(place: LedgerPlace) -> None:
    async def work(ledger: Ledger) -> None:
        results = await asyncio.gather(*(ledger.add([receipt(i, f"u_{i}")], "shop", ["verified"]) for i in range(100)))
        assert sorted(added.n for (added,) in results) == list(range(100))
        assert all([(await ledger.records(f"u_{i}"))[0]["id"] == receipt(i)["id"] for i in range(100)])

    use(place, work)


def test_time_of_receipt_never_runs_backwards(place: LedgerPlace) -> None:
    clock = Clock()

    async def work(ledger: Ledger) -> None:
        await add(ledger, receipt(1))
        clock.now -= 3_600_000
        await add(ledger, receipt(2))
        times = [record["received_at"] for record in await ledger.records("u_mia")]
        assert times == ["2027-03-01T00:00:00.000Z"] * 2

    use(place, work, clock)


def test_newest_verdict_counts(place: LedgerPlace) -> None:
    async def work(ledger: Ledger) -> None:
        await add(ledger, receipt(1), receipt(2), verdict="unverified")
        assert [record["n"] for record in await ledger.unverified(-1, 10)] == [0, 1]
        await ledger.settle(0, "contradicted")
        assert [record["n"] for record in await ledger.unverified(-1, 10)] == [1]
        assert [record["verdict"] for record in await ledger.records("u_mia")] == ["contradicted", "unverified"]
        (again,) = await ledger.add([receipt(1)], "shop", ["verified"])
        assert (again.state, again.verdict) == ("same", "contradicted")
        assert [entry["kind"] for entry in await ledger.changes(0, 10)] == ["receipt", "verdict"]

    use(place, work)


def test_records_of_linked_references_are_included(place: LedgerPlace) -> None:
    async def work(ledger: Ledger) -> None:
        await add(ledger, receipt(1, "visitor"), receipt(2, "u_mia"), receipt(3, "u_ben"))
        await ledger.link("u_mia", "visitor")
        await ledger.link("visitor", "u_mia")
        assert [record["n"] for record in await ledger.records("u_mia")] == [0, 1]
        assert [record["n"] for record in await ledger.records("u_ben")] == [2]
        assert await ledger.records("unknown") == []

    use(place, work)


def test_erased_subject_is_unreadable_and_every_proof_still_holds(place: LedgerPlace) -> None:
    async def work(ledger: Ledger) -> None:
        await add(ledger, *(receipt(i, f"u_{i % 20}") for i in range(60)))
        with ledger._database.reading() as connection:
            rows = {row["n"]: entry_of(row) for row in rows_of(connection, entries.select())}
        chosen = sorted((f"u_{i}" for i in range(20)), key=lambda subject: sha256(subject.encode()).digest())
        for number, subject in enumerate(chosen[:15]):
            erasure = await ledger.erase(subject)
            assert (erasure.n, erasure.count) == (60 + number, 3)
            assert erasure.proven or place.files is None
            assert await ledger.records(subject) == []
        assert len(await ledger.records(chosen[15])) == 3
        for n, entry in rows.items():
            LogProof.parse(await ledger.proof(n)).check(entry, [KEYS.verifier(ORIGIN)], is_signed)
        left = await ledger.changes(-1, 100)
        assert sum(entry.get("erased", False) for entry in left) == 45
        assert not any("subject" in entry for entry in left if entry.get("erased"))

    use(place, work)


def test_erasure_includes_linked_references_and_a_hold_on_one_of_them_prevents_it(place: LedgerPlace) -> None:
    async def work(ledger: Ledger) -> None:
        await add(ledger, receipt(1, "visitor"), receipt(2, "u_mia"), receipt(3, "u_ben"))
        await ledger.link("u_mia", "visitor")
        await ledger.hold("visitor", on=True)
        with pytest.raises(HeldError):
            await ledger.erase("u_mia")
        await ledger.hold("visitor", on=False)
        assert (await ledger.erase("u_mia")).count == 2
        assert [await ledger.records(each) for each in ("u_mia", "visitor")] == [[], []]
        assert len(await ledger.records("u_ben")) == 1

    use(place, work)


def test_hold_on_an_unknown_subject_applies_to_its_later_records(place: LedgerPlace) -> None:
    async def work(ledger: Ledger) -> None:
        await ledger.hold("u_mia", on=True)
        await add(ledger, receipt(1))
        with pytest.raises(HeldError):
            await ledger.erase("u_mia")

    use(place, work)


def test_checkpoints_while_records_arrive_cover_whole_groups(place: LedgerPlace) -> None:
    async def work(ledger: Ledger) -> None:
        async def sign() -> None:
            for _ in range(20):
                ledger._signed_at = float("-inf")
                note = Note.parse(ledger.checkpoint())
                assert Checkpoint.parse(note.text).size <= ledger.size
                await asyncio.sleep(0)

        await asyncio.gather(sign(), *(add(ledger, receipt(i, f"u_{i}")) for i in range(40)))
        assert [entry["n"] for entry in await ledger.changes(-1, 100)] == list(range(40))
        assert not any(entry.get("erased") for entry in await ledger.changes(-1, 100))

    use(place, work)


def test_trace_in_unused_space_is_overwritten(sqlite_place: LedgerPlace) -> None:
    files = sqlite_place.files
    assert files
    name = pseudonym(KEYS.pseudonym, "u_mia")

    async def work(ledger: Ledger) -> None:
        await add(ledger, receipt(1))
        # SQLite without secure_delete leaves what it deletes, as a split of a page does with it.
        with closing(sqlite3.connect(files[1], isolation_level=None)) as other:
            other.execute("PRAGMA secure_delete=OFF")
            other.execute("CREATE TABLE copies (name BLOB)")
            other.execute("INSERT INTO copies VALUES (?)", (name,))
            other.execute("DELETE FROM copies")
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert name in files[1].read_bytes()
        assert (await ledger.erase("u_mia")).proven
        assert name not in files[1].read_bytes()
        assert await add(ledger, receipt(2)) == ["created"]

    use(sqlite_place, work)


def test_short_reference_is_not_searched_for_among_random_bytes(sqlite_place: LedgerPlace) -> None:
    assert sqlite_place.files
    log = sqlite_place.files[0]

    async def work(ledger: Ledger) -> None:
        await add(ledger, receipt(1, "7"))
        assert b"7" in log.with_name(f"{log.name}-wal").read_bytes()
        assert (await ledger.erase("7")).proven

    use(sqlite_place, work)


def test_receipt_of_an_erased_subject_is_gone_and_a_new_one_starts_a_new_subject(place: LedgerPlace) -> None:
    async def work(ledger: Ledger) -> None:
        await add(ledger, receipt(1))
        await ledger.erase("u_mia")
        assert await add(ledger, receipt(1), receipt(2)) == ["erased", "created"]
        assert [record["id"] for record in await ledger.records("u_mia")] == [receipt(2)["id"]]

    use(place, work)


def test_erasure_leaves_no_trace_in_any_file(tmp_path: Path) -> None:
    place = LedgerPlace.parse(str(tmp_path / "ledger.db"))
    reference = "someone@example.org"

    def traces() -> list[str]:
        return [
            path.name
            for path in tmp_path.iterdir()
            if any(each in path.read_bytes() for each in (reference.encode(), pseudonym(KEYS.pseudonym, reference)))
        ]

    async def work(ledger: Ledger) -> None:
        await add(ledger, *(receipt(i, f"u_{i}") for i in range(300)))
        await add(ledger, receipt(1000, reference))
        with ledger._database.reading(1) as connection:
            row = rows_of(
                connection, subjects.select().where(subjects.c.pseudonym == pseudonym(KEYS.pseudonym, reference))
            )[0]
        assert traces()
        assert (await ledger.erase(reference)).proven
        assert traces() == []
        assert not any(bytes(row["wrapped"]) in path.read_bytes() for path in tmp_path.iterdir())
        assert await add(ledger, receipt(1001, reference)) == ["created"]

    use(place, work)


def test_hold_prevents_erasure_until_it_is_lifted(place: LedgerPlace) -> None:
    async def work(ledger: Ledger) -> None:
        await add(ledger, receipt(1))
        await ledger.hold("u_mia", on=True, reason="case 7")
        with pytest.raises(HeldError):
            await ledger.erase("u_mia")
        assert len(await ledger.records("u_mia")) == 1
        await ledger.hold("u_mia", on=False)
        assert (await ledger.erase("u_mia")).count == 1

    use(place, work)


def test_erasure_racing_receipts_loses_none_of_the_new_ones(place: LedgerPlace) -> None:
    async def work(ledger: Ledger) -> None:
        await add(ledger, receipt(0))
        tasks = [add(ledger, receipt(i)) for i in range(1, 40)]
        tasks.insert(20, ledger.erase("u_mia"))  # type: ignore[arg-type]
        await asyncio.gather(*tasks)
        kept = {record["id"] for record in await ledger.records("u_mia")}
        erased = [entry for entry in await ledger.changes(-1, 100) if entry.get("erased")]
        assert len(kept) + len(erased) == 40
        assert await add(ledger, receipt(100)) == ["created"]

    use(place, work)


def test_stats_count_receipts_by_day(place: LedgerPlace) -> None:
    clock = Clock()

    async def work(ledger: Ledger) -> None:
        await add(ledger, receipt(1), receipt(2, act="declined"))
        clock.now += 86_400_000
        await add(ledger, receipt(3))
        await ledger.link("u_mia", "visitor")
        common = {"policy": "terms", "seq": 2}
        assert await ledger.stats() == [
            {**common, "act": "accepted", "day": "2027-03-01", "count": 1},
            {**common, "act": "accepted", "day": "2027-03-02", "count": 1},
            {**common, "act": "declined", "day": "2027-03-01", "count": 1},
        ]

    use(place, work, clock)


def test_rows_of_the_log_cannot_be_changed_or_deleted(place: LedgerPlace) -> None:
    use(place, lambda ledger: add(ledger, receipt(1)))
    database = Database(place)
    try:
        for statement in ("UPDATE entries SET act = 'declined'", "DELETE FROM entries"):
            with pytest.raises(DBAPIError, match="the log can only grow"):
                database.log.execute(text(statement))
            database.log.rollback()
    finally:
        database.close()


def test_second_writer_is_refused(place: LedgerPlace) -> None:
    async def work(_: Ledger) -> None:
        with pytest.raises(LedgerError, match="another process writes"):
            async with opened(place):
                pass

    use(place, work)


def test_ledger_of_another_site_is_refused(place: LedgerPlace) -> None:
    use(place, lambda ledger: add(ledger, receipt(1)))

    async def other() -> None:
        async with Ledger.open(place, KEYS, "https://other.example/"):
            pass

    with pytest.raises(LedgerError, match=r"not of https://other\.example/"):
        asyncio.run(other())


def test_other_keys_are_refused_instead_of_reading_nothing(place: LedgerPlace) -> None:
    async def work(ledger: Ledger) -> None:
        await add(ledger, receipt(1))
        ledger.checkpoint()

    use(place, work)
    other = LedgerKeys(wrapping=bytes(32), pseudonym=bytes(32), note=bytes(32))

    async def reopen() -> None:
        async with Ledger.open(place, other, SITE):
            pass

    with pytest.raises(LedgerError, match="keys of another ledger"):
        asyncio.run(reopen())


def test_failed_commit_keeps_nothing_and_the_next_one_works(
    place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(ledger: Ledger) -> None:
        await add(ledger, receipt(1))
        for where in ("_write", "_commit"):
            with monkeypatch.context() as patched:

                def fail(*_: object) -> None:
                    raise OSError(28, "No space left on device")

                patched.setattr(writer_module.Writer, where, fail)
                with pytest.raises(LedgerUnavailableError, match="No space left"):
                    await add(ledger, receipt(2), receipt(3, "u_new"))
            assert [record["id"] for record in await ledger.records("u_mia")] == [receipt(1)["id"]]
        assert await add(ledger, receipt(2), receipt(3, "u_new")) == ["created", "created"]
        assert [entry["n"] for entry in await ledger.changes(-1, 10)] == [0, 1, 2]
        LogProof.parse(await ledger.proof(2))

    use(place, work)


def test_client_that_hangs_up_does_not_undo_its_record(place: LedgerPlace) -> None:
    async def work(ledger: Ledger) -> None:
        task = asyncio.create_task(ledger.add([receipt(1)], "shop", ["verified"]))
        await asyncio.sleep(0)
        task.cancel()
        assert await add(ledger, receipt(2)) == ["created"]
        assert await add(ledger, receipt(1)) == ["same"]

    use(place, work)


def test_caller_of_a_key_is_known_and_of_a_wrong_one_is_not(place: LedgerPlace) -> None:
    async def work(ledger: Ledger) -> None:
        assert not ledger.app_keys.exist
        key = ledger.app_keys.add("shop", ["write", "read"])
        assert ledger.app_keys.exist
        caller = ledger.app_keys.caller_of(key)
        assert caller is not None
        assert (caller.name, caller.scopes) == ("shop", frozenset({"write", "read"}))
        assert ledger.app_keys.revoke("blog") == 0
        assert ledger.app_keys.caller_of(key) == caller
        assert [ledger.app_keys.caller_of(wrong) for wrong in (key[:-1], key + "x", "", key.upper())] == [None] * 4
        assert ledger.app_keys.revoke("shop") == 1
        assert ledger.app_keys.caller_of(key) is None

    use(place, work)


def test_checkpoint_is_not_signed_after_the_log_was_set_back(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    place = LedgerPlace.parse(str(path))
    use(place, lambda ledger: add(ledger, receipt(1)))
    backup = path.read_bytes()

    async def more(ledger: Ledger) -> None:
        await add(ledger, receipt(2))
        ledger.checkpoint()

    use(place, more)
    note = use(place, note_of)
    path.write_bytes(backup)

    async def restored(ledger: Ledger) -> None:
        ledger._state.write({"note": note})

    use(place, restored)

    async def continued(ledger: Ledger) -> None:
        assert await add(ledger, receipt(3)) == ["created"]
        with pytest.raises(LedgerError, match="does not extend"):
            ledger.checkpoint()

    use(place, continued)


async def note_of(ledger: Ledger) -> bytes:
    return ledger.checkpoint()


KILLED = """
import asyncio, sys
sys.path[:0] = [{tests!r}]
from ledger.receipts import KEYS, ORIGIN, SITE, receipt
from inforce.ledger.ledger import Ledger
from inforce.ledger.storage.database import LedgerPlace

async def main():
    async with Ledger.open(LedgerPlace.parse(sys.argv[1]), KEYS, SITE) as ledger:
        number = 0
        while True:
            (added,) = await ledger.add([receipt(number, f"u_{{number}}")], "shop", ["verified"])
            print(number, flush=True)
            number += 1

asyncio.run(main())
"""


def test_killed_process_loses_nothing_that_it_answered(place: LedgerPlace) -> None:
    code = KILLED.format(tests=str(Path(__file__).parents[1]))
    url = str(place.files[0]) if place.files else place.url.render_as_string(hide_password=False)
    process = subprocess.Popen([sys.executable, "-c", code, url], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    for line in process.stdout:
        if int(line) >= 20:
            break
    os.kill(process.pid, signal.SIGKILL)
    answered = [int(line) for line in process.stdout] or [20]
    process.wait()
    process.stdout.close()

    async def work(ledger: Ledger) -> None:
        assert ledger.size >= answered[-1] + 1
        for number in range(answered[-1] + 1):
            assert await add(ledger, receipt(number, f"u_{number}")) == ["same"]

    use(place, work)
