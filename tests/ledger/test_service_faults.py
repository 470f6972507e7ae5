"""Bodies that are wrong, and databases that fail: what the service answers, and that it answers everything else."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from inforce.ledger.ledger import Ledger
from inforce.ledger.storage.database import LedgerPlace
from ledger.receipts import KEYS, SITE, receipt
from ledger.test_service import JSON, World, served

NESTED = '"more":' + "[" * 20 + "]" * 20
# Changes of the text of a receipt that is correct otherwise, and what the answer says about them.
CHANGES = {
    "duplicate field": ('"act":', '"act":"declined","act":', "act"),
    "escaped duplicate field": ('"act":', '"\\u0061ct":"declined","act":', "act"),
    "a number too large": ('"seq":2', '"seq":1e999', "whole numbers"),
    "a fraction": ('"seq":2', '"seq":2.0', "whole numbers"),
    "more than 2^53": ('"seq":2', '"seq":9007199254740993', "whole numbers"),
    "true as a number": ('"seq":2', '"seq":true', "seq"),
    "NUL": ('"u_mia"', '"u_\\u0000mia"', "subject"),
    "raw control character": ('"u_mia"', '"u_\nmia"', "JSON"),
    "lone surrogate": ('"u_mia"', '"u_\\ud800"', "surrogate"),
    "unknown act": ('"accepted"', '"agreed"', "act"),
    "deep nesting": ('"act":', f'{NESTED},"act":', "nested"),
    "not a number": ('"seq":2', '"seq":NaN', "NaN"),
    "trailing text": ('"type":', ']"type":', "JSON"),
}


def text_of(document: object) -> str:
    return json.dumps(document, separators=(",", ":"))


def test_wrong_text_of_a_receipt_is_refused_alone_and_in_a_list(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        correct = text_of(receipt(1))
        for name, (old, new, reason) in CHANGES.items():
            assert old in correct
            wrong = correct.replace(old, new, 1)
            for body in (wrong, f"[{correct},{wrong}]"):
                answer = await world.post("/v1/receipts", body.encode())
                if answer.status_code == 200:  # one of a list is wrong, the other is kept
                    first, answered = answer.json()["results"]
                    assert first["status"] in (200, 201, 202, 422)
                else:
                    answered = answer.json()
                assert (answered["status"], answered["type"]) == (400, "malformed"), name
                assert reason in answered["detail"], name
        for encoded in (correct.encode("utf-16"), correct.encode("utf-8-sig"), correct.encode()[:-1] + b"\xff}"):
            assert (await world.post("/v1/receipts", encoded)).status_code == 400
        before = world.ledger.size
        kept = await world.post("/v1/receipts", correct.replace("{", '{"__proto__":{"act":"declined"},', 1).encode())
        assert kept.status_code in (200, 201, 422)
        assert world.ledger.size <= before + 1
        assert all("__proto__" not in each for each in await world.ledger.changes(-1, 100))

    served(sqlite_place, work)


def test_large_bodies_are_refused_in_time_that_grows_with_their_length(sqlite_place: LedgerPlace) -> None:
    sent = 0

    async def chunks(size: int) -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(size // 65_536):
            sent += 65_536
            yield b"[" * 65_536

    async def work(world: World) -> None:
        headers = {**JSON, "Authorization": f"Bearer {world.key}"}
        answer = await world.client.post("/v1/receipts", content=chunks(10_000_000), headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (413, "too-large")
        for start, part in (
            (b"", b"["),
            (b"[", b'{"a":'),
            (b'["', b"\\ud800"),
            (b"[", b'"a",'),
            (b"[", b"-"),
            (b"", b" "),
        ):
            durations = []
            for size in (500_000, 4_000_000):
                began = time.process_time()
                answer = await world.post("/v1/receipts", start + part * (size // len(part)))
                durations.append(time.process_time() - began)
                assert (answer.status_code, answer.json()["type"]) == (400, "malformed"), part
            assert durations[1] < 24 * durations[0] + 0.2, part  # 8 times the length

    served(sqlite_place, work)


@contextmanager
def locked(place: LedgerPlace, part: int = 0) -> Iterator[None]:
    """Lock a file of the database like another program that writes to it."""
    assert place.files
    other = sqlite3.connect(place.files[part], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


@pytest.mark.parametrize("part", [0, 1], ids=["log", "subjects"])
def test_locked_database_is_answered_with_503_while_everything_else_is_answered(
    part: int, sqlite_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inforce.ledger.storage.database._BUSY_SECONDS", 0.4)

    async def work(world: World) -> None:
        await world.post("/v1/receipts", world.receipt(subject="u_ben"))
        sent = world.receipt()
        writing: list[tuple[str, Any]] = [
            ("/v1/receipts", sent),
            ("/v1/receipts", [world.receipt(), world.receipt()]),
            ("/v1/links", {"subject": "u_mia", "linked": "visitor"}),
            ("/v1/subjects/hold", {"subject": "u_ben"}),
            ("/v1/subjects/erase", {"subject": "u_ben"}),
        ]
        with locked(sqlite_place, part):
            for path, body in writing:
                if part and path == "/v1/receipts" and isinstance(body, list):
                    continue
                waiting = asyncio.create_task(world.post(path, body))
                await asyncio.sleep(0.1)
                assert not waiting.done()
                assert (await world.client.get("/healthz")).status_code == 200
                assert (await world.post("/v1/decisions", {"subject": "u_ben"})).status_code == 200
                assert not waiting.done(), "the other requests waited for the database"
                answer = await waiting
                assert (answer.status_code, answer.json()["type"]) == (503, "unavailable"), path
                assert answer.headers["retry-after"] == "30"
                assert (await world.get("/readyz")).status_code == 503
        assert (await world.get("/readyz")).status_code == 200
        assert (await world.post("/v1/receipts", sent)).status_code == 201
        assert [each["subject"] for each in await world.ledger.changes(-1, 10)] == ["u_ben", "u_mia"]

    served(sqlite_place, work)


def test_checkpoint_of_a_locked_database_blocks_no_other_request(
    sqlite_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inforce.ledger.storage.database._BUSY_SECONDS", 0.4)

    async def work(world: World) -> None:
        await world.post("/v1/receipts", world.receipt())
        with locked(sqlite_place):
            waiting = asyncio.create_task(world.get("/v1/checkpoint"))
            await asyncio.sleep(0.1)
            assert (await world.client.get("/healthz")).status_code == 200
            assert not waiting.done()
            assert (await waiting).status_code == 503
        assert (await world.get("/v1/checkpoint")).status_code == 200

    served(sqlite_place, work)


def test_clients_that_wait_for_a_dead_writer_get_503(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        with locked(sqlite_place):
            waiting = [asyncio.create_task(world.post("/v1/receipts", world.receipt())) for _ in range(3)]
            await asyncio.sleep(0.1)
            world.ledger._writer._task.cancel()
        later = await world.post("/v1/receipts", world.receipt())
        for answer in (*await asyncio.wait_for(asyncio.gather(*waiting), 20), later):
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert (await world.get("/readyz")).status_code == 503
        assert (await world.client.get("/healthz")).status_code == 200

    served(sqlite_place, work)


def test_time_of_receipt_never_runs_backwards(sqlite_place: LedgerPlace) -> None:
    async def run() -> list[str]:
        now = [1_800_000_000_000]
        async with Ledger.open(sqlite_place, KEYS, SITE, clock=lambda: now[0]) as ledger:
            for number in range(3):
                await ledger.add([receipt(number)], "shop", ["unverified"])
                now[0] -= 3_600_000
            waiting = await ledger.waiting()
            assert (waiting.number, waiting.oldest) == (3, 0.0)
        async with Ledger.open(sqlite_place, KEYS, SITE, clock=lambda: now[0]) as ledger:
            await ledger.add([receipt(4)], "shop", ["verified"])
            return [each["received_at"] for each in await ledger.changes(-1, 10)]

    assert set(asyncio.run(run())) == {"2027-01-15T08:00:00.000Z"}
