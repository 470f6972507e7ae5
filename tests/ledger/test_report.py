"""The report counts, for each version, what a decision for each user and the records of the log say."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from click.testing import CliRunner

from client.receipts import receipt
from inforce.cli.commands import inforce
from inforce.ledger.entries import to_instant
from inforce.ledger.ledger import Ledger
from inforce.ledger.service.decisions import decided
from inforce.ledger.service.report import version_reports
from inforce.ledger.storage.database import LedgerPlace
from inforce.text import Digest
from ledger.receipts import KEYS
from ledger.test_due import Listing, histories, keep, listing

TEXTS = {1: "# Terms\n\nWe keep our word.\n", 2: "# Terms\n\nWe keep it.\n"}
_POSITIVE = ("accepted", "acknowledged", "consented")


def test_report_counts_what_each_decision_answers(place: LedgerPlace) -> None:
    async def work(world: Listing) -> None:
        subjects = {f"u_{number}": history for number, history in enumerate(histories()) if history}
        await keep(world, **subjects)
        await world.ledger.link("u_1", "u_2")
        await keep(world, u_erased=[("terms", 1, "accepted", "verified")])
        await world.ledger.erase("u_erased")
        owing: Counter[tuple[str, int]] = Counter()
        for subject in subjects.keys() - {"u_2"}:
            first = min(record["received_at"] for record in await world.ledger.records(subject))
            decision, _ = await decided(world.ledger, world.policies, subject, first)
            owing.update(
                (each["id"], each["target_seq"] or 0)
                for each in decision["policies"]
                if each["outcome"] in ("prompt", "block")
            )
        reports = await version_reports(world.ledger, world.policies)
        assert {(each.policy, each.seq): each.owing for each in reports if each.owing} == dict(owing)
        kept = [(subject, *answer) for subject, history in subjects.items() for answer in history]
        kept.append(("u_erased", "terms", 1, "accepted", "verified"))
        for each in reports:
            of_version = [(subject, act) for subject, policy, seq, act, _ in kept if (policy, seq) == each[:2]]
            accepted = Counter(act for subject, act in set(of_version) if act in _POSITIVE)
            declined = Counter(act for subject, act in set(of_version) if act not in _POSITIVE)
            assert (each.accepted, each.declined, each.told) == (accepted.total(), declined.total(), 0)

    listing(place, work)


def test_users_who_were_told_are_counted_once(sqlite_place: LedgerPlace) -> None:
    async def work(world: Listing) -> None:
        notice = {"policy": "terms", "seq": 2, "channel": "email", "language": "en", "at": to_instant(0)}
        sent = [
            {**notice, "subject": subject, "step": step, "status": status}
            for subject in ("u_mia", "u_leo")
            for step in ("first", "reminder-1")
            for status in ("sent", "delivered")
        ]
        assert (await world.client.post("/v1/notices", json=sent)).status_code == 200
        (found,) = [each for each in await version_reports(world.ledger, world.policies) if each[:2] == ("terms", 2)]
        assert (found.told, found.accepted, found.owing) == (2, 0, 2)

    listing(sqlite_place, work)


def test_command_prints_a_table_or_csv(database: Path, address: str) -> None:
    async def fill() -> None:
        async with Ledger.open(LedgerPlace.parse(str(database)), KEYS) as ledger:
            for seq, subject in enumerate(("u_mia", "u_leo"), 1):
                changes = {
                    "id": f"01a2225b-8cf6-76f5-acf2-{seq:012x}",
                    "seq": seq,
                    "digest": str(Digest.of(TEXTS[seq])),
                }
                await ledger.add([receipt(subject=subject, **changes)], "shop", ["verified"])

    asyncio.run(fill())
    words = ["ledger", "report", "--database", str(database), "--site", address]
    csv = CliRunner().invoke(inforce, [*words, "--format", "csv"])
    assert csv.output == (
        "policy,seq,version,owing,accepted,declined,told\n"
        "news,1,2025-01-15,2,0,0,0\n"
        "terms,1,,0,1,0,0\n"
        "terms,2,2026-01-15,1,1,0,0\n"
    )
    table = CliRunner().invoke(inforce, words)
    assert table.exit_code == 0
    assert [line.split() for line in table.output.splitlines() if line.startswith("terms")] == [
        ["terms", "1", "0", "1", "0", "0"],
        ["terms", "2", "2026-01-15", "1", "1", "0", "0"],
    ]
    away = CliRunner().invoke(inforce, [*words[:-1], "http://127.0.0.1:9/"])
    assert "no manifest of the site" in str(away.exception)
