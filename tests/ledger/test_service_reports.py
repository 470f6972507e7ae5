"""What the service reports: the log and the metrics, without anything about a user; and the limit of requests."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest

from inforce.errors import LedgerUnavailableError
from inforce.ledger.keys import LedgerKeys
from inforce.ledger.ledger import Ledger
from inforce.ledger.service.problems import ProblemError
from inforce.ledger.service.rate import RateLimit
from inforce.ledger.storage.database import LedgerPlace
from ledger.receipts import SITE, receipt
from ledger.test_service import World, served
from ledger.test_service_tokens import claims, register, signed

REFERENCE = "mia.weber@example.org"
SAMPLE = re.compile(r'inforce_ledger_\w+(\{\w+="[^"\\]*"(,\w+="[^"\\]*")*\})? [0-9.e+-]+')


def test_log_and_metrics_name_no_user(tmp_path: Path) -> None:
    database = tmp_path / "ledger.db"

    async def create() -> str:
        secrets = LedgerKeys.generate()
        secrets.write(tmp_path / "ledger.keys.json")
        async with Ledger.open(LedgerPlace.parse(str(database)), secrets, SITE) as ledger:
            return ledger.app_keys.add("shop", ["write", "read", "erase", "export", "audit"])

    key = asyncio.run(create())
    words = ["serve", "--database", str(database), "--site", "http://127.0.0.1:1/", "--port", "0"]
    log = tmp_path / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "inforce.cli", "ledger", *words], stdout=subprocess.PIPE, stderr=errors, text=True
        )
    assert process.stdout
    try:
        address = process.stdout.readline().rpartition(" ")[2].strip()
        metrics = _with_references_everywhere(address, key)
        process.send_signal(signal.SIGTERM)
        printed = process.communicate(timeout=20)[0]
    finally:
        process.kill()
        process.wait()
    written = log.read_text("utf-8")
    for text in (metrics, printed, written):
        assert "mia" not in text.lower()
        assert key[:15] not in text
    lines = [json.loads(line) for line in written.splitlines()]
    assert {tuple(line) for line in lines} == {("time", "method", "route", "status", "ms", "caller")}
    assert [(line["method"], line["route"], line["status"], line["caller"]) for line in lines[:4]] == [
        ("POST", "/v1/receipts", 202, "shop"),
        ("POST", "/v1/receipts", 400, "shop"),
        ("POST", "/v1/receipts", 401, ""),
        ("GET", "/v1/receipts/{id}", 404, "shop"),
    ]
    assert ("GET", "", 404) in {(line["method"], line["route"], line["status"]) for line in lines}


def _with_references_everywhere(address: str, key: str) -> str:
    """Send the reference in every part of a request, and return the metrics."""
    with httpx2.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=20) as client:
        client.post("v1/receipts", json=receipt(1, subject=REFERENCE))
        client.post("v1/receipts", json=receipt(2, subject=REFERENCE, act=REFERENCE))
        client.post("v1/receipts", json=receipt(3), headers={"Authorization": f"Bearer {REFERENCE}"})
        client.get(f"v1/receipts/{REFERENCE}")
        client.get(f"v1/changes?after={REFERENCE}")
        client.get(f"{REFERENCE}?{REFERENCE}#{REFERENCE}", headers={"X-User": REFERENCE, "Referer": REFERENCE})
        client.request("PATCH", f"v1/subjects/{REFERENCE}")
        client.post("v1/decisions", content=REFERENCE, headers={"Content-Type": "application/json"})
        client.post("v1/decisions", content=b"", headers={"Content-Type": REFERENCE})
        client.post("v1/links", json={"subject": REFERENCE, "linked": f"visitor of {REFERENCE}"})
        client.post("v1/subjects/records", json={"subject": REFERENCE})
        client.post("v1/subjects/hold", json={"subject": REFERENCE, "on": False, "reason": REFERENCE})
        client.post("v1/subjects/erase", json={"subject": REFERENCE})
        return client.get("metrics").text


def test_metrics_count_requests_entries_and_what_waits(place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        await world.ledger.add([world.receipt(), world.receipt()], "shop", ["unverified", "verified"])
        await world.post("/v1/receipts", world.receipt())
        await world.post("/v1/receipts", b"{")
        answer = await world.get("/metrics")
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        lines = answer.text.splitlines()
        assert all(line.startswith("# ") or SAMPLE.fullmatch(line) for line in lines)
        labels = '{method="POST",route="/v1/receipts",status="%d"}'
        for sample in (
            f"inforce_ledger_requests_total{labels % 201} 1",
            f"inforce_ledger_requests_total{labels % 400} 1",
            "inforce_ledger_entries 3",
            "inforce_ledger_unverified 1",
            "inforce_ledger_commits_total 2",
            "inforce_ledger_committed_entries_total 3",
        ):
            assert sample in lines, sample
        values = {line.partition(" ")[0]: float(line.partition(" ")[2]) for line in lines if line[0] != "#"}
        assert values["inforce_ledger_oldest_unverified_seconds"] >= 0
        assert values["inforce_ledger_commit_seconds_total"] > 0
        await world.ledger.settle(0, "verified")
        assert "inforce_ledger_unverified 0" in (await world.get("/metrics")).text.splitlines()

    served(place, work)


def test_caller_that_sends_too_much_is_told_when_to_continue(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        register(world)
        other = world.ledger.app_keys.add("blog", ["write", "read"])
        answers = [await world.post("/v1/decisions", {"subject": "u_mia"}) for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]
        assert (answers[2].json()["type"], answers[2].headers["retry-after"]) == ("rate", "1")
        assert (await world.post("/v1/receipts", world.receipt())).status_code == 429
        for bearer in (other, signed(claims()), signed(claims("u_ben"))):
            asked = {"subject": "u_ben" if bearer == signed(claims("u_ben")) else "u_mia"}
            assert (await world.post("/v1/decisions", asked, Authorization=f"Bearer {bearer}")).status_code == 200
        assert (await world.client.get("/healthz")).status_code == 200

    served(sqlite_place, work, rate=2)


def test_rate_is_refilled_with_time() -> None:
    now = 0.0
    limit = RateLimit(2, lambda: now)
    for at, permitted in ((0.0, 2), (0.1, 0), (0.5, 1), (10.0, 2)):
        now = at
        for _ in range(permitted):
            limit.take("shop")
        with pytest.raises(ProblemError, match="at most 2 requests per second"):
            limit.take("shop")


def test_fault_is_answered_and_logged_without_its_message(
    sqlite_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    log: list[str] = []

    async def work(world: World) -> None:
        def fail(*_: object) -> Any:
            raise KeyError(REFERENCE)

        monkeypatch.setattr(Ledger, "add", fail)
        monkeypatch.setattr(Ledger, "records", fail)
        for path, body in (("/v1/receipts", world.receipt()), ("/v1/subjects/records", {"subject": REFERENCE})):
            answer = await world.post(path, body)
            assert (answer.status_code, answer.json()["type"]) == (500, "failed")
            line = json.loads(log[-1])
            assert (line["route"], line["status"], line["fault"]) == (path, 500, "KeyError")
            assert re.fullmatch(r"test_service_reports\.py:\d+", line["at"])
            assert REFERENCE not in log[-1] + answer.text

        def unavailable(*_: object) -> Any:
            raise LedgerUnavailableError("the disk is full")

        monkeypatch.setattr(Ledger, "add", unavailable)
        assert (await world.post("/v1/receipts", world.receipt())).status_code == 503
        assert "fault" not in json.loads(log[-1])

    served(sqlite_place, work, log=log.append)
