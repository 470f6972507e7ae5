"""A long list of subjects gets the same answers as a decision for each of them."""

from __future__ import annotations

import asyncio
import itertools
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from inforce.client.testing import FakeAsyncPolicies, FakeVersion
from inforce.instant import format_instant
from inforce.ledger.due import AnswerGiven, DueGroups
from inforce.ledger.keys import SCOPES
from inforce.ledger.ledger import Ledger
from inforce.ledger.service.app import Service
from inforce.ledger.service.decisions import DUE_BYTES, DueList
from inforce.ledger.storage.database import LedgerPlace
from inforce.manifest import Manifest
from ledger.receipts import KEYS, SITE

NOW = datetime(2027, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LINES = {"Content-Type": "application/x-ndjson"}
STATED = ("id", "target_seq", "outcome", "reason", "deadline")


def published() -> FakeAsyncPolicies:
    """Return the client of a site with three policies: in force, announced, with a grace period, and for newcomers."""
    versions = {
        "terms": [
            FakeVersion(effective_at=NOW - 90 * DAY),
            FakeVersion(
                text="# B\n", effective_at=NOW - 20 * DAY, effective_at_new=NOW - 30 * DAY, enforce_at=NOW + DAY
            ),
            FakeVersion(text="# C\n", effective_at=NOW + 20 * DAY, published_at=NOW - DAY),
        ],
        "privacy": [
            FakeVersion(effective_at=NOW - 90 * DAY),
            FakeVersion(text="# B\n", change="notice", effective_at=NOW - 5 * DAY),
        ],
        "news": [FakeVersion(effective_at=NOW - 90 * DAY), FakeVersion(text="# B\n", effective_at=NOW - 3 * DAY)],
    }
    return FakeAsyncPolicies(versions, acts={"privacy": "acknowledge", "news": "consent"}, now=NOW)


class Listing:
    """A service, and the client that asks it."""

    def __init__(self, ledger: Ledger, policies: FakeAsyncPolicies, client: httpx2.AsyncClient) -> None:
        self.ledger, self.policies, self.client = ledger, policies, client

    async def due(self, *lines: object, least: str = "prompt") -> list[dict[str, Any]]:
        body = b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines)
        answer = await self.client.post(f"/v1/due?least={least}", content=body, headers=LINES)
        assert answer.status_code == 200
        return [json.loads(line) for line in answer.text.splitlines()]

    async def decision(self, asked: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = (await self.client.post("/v1/decisions", json=asked)).json()["decision"]
        return found


def listing(place: LedgerPlace, work: Any, policies: FakeAsyncPolicies | None = None) -> None:
    """Run `work` with a service at `place`."""

    async def run() -> None:
        site = policies or published()
        async with Ledger.open(place, KEYS, SITE) as ledger:
            key = ledger.app_keys.add("shop", SCOPES)
            transport = httpx2.ASGITransport(app=Service(ledger, site))
            headers = {"Authorization": f"Bearer {key}"}
            async with httpx2.AsyncClient(transport=transport, base_url="http://ledger", headers=headers) as client:
                await work(Listing(ledger, site, client))

    asyncio.run(run())


def histories() -> list[list[tuple[str, int, str, str]]]:
    """Return many histories of a subject: policy, number, act and verdict of each record."""
    one = [
        [("terms", seq, act, verdict)]
        for seq in (1, 2, 3)
        for act in ("accepted", "declined", "withdrawn", "acknowledged")
        for verdict in ("verified", "unverified", "contradicted")
    ]
    two = [
        [("news", first, acts[0], "verified"), ("news", second, acts[1], "verified")]
        for first, second in ((1, 1), (1, 2), (2, 1), (2, 2))
        for acts in itertools.product(("consented", "refused", "withdrawn"), repeat=2)
    ]
    across = [[*a, *b, ("privacy", 1, "acknowledged", "verified")] for a, b in itertools.product(one[:3], two[::5])]
    settled = [("terms", 2, "accepted", "verified"), ("news", 2, "refused", "verified"), across[0][-1]]
    return [[], *one, *two, *across, settled]


def expected(asked: dict[str, Any], decision: dict[str, Any], *outcomes: str) -> list[dict[str, Any]]:
    """Return the lines that the `decision` about one subject leads to: one, or none."""
    due = [{name: each[name] for name in STATED} for each in decision["policies"] if each["outcome"] in outcomes]
    return [{"subject": asked["subject"], "policies": due}] if due else []


async def keep(world: Listing, **histories: list[tuple[str, int, str, str]]) -> None:
    """Keep the records of each subject, one a day, so that some are dated in the future."""
    receipts, verdicts = [], []
    for subject, history in histories.items():
        for number, (policy, seq, act, verdict) in enumerate(history):
            receipt = json.loads(world.policies.receipt(policy, subject, act=act, seq=seq))
            receipts.append({**receipt, "at": format_instant(NOW - DAY + number * DAY)})
            verdicts.append(verdict)
    await world.ledger.add(receipts, "shop", verdicts)


def test_list_answers_what_each_decision_answers(place: LedgerPlace) -> None:
    async def work(world: Listing) -> None:
        joined = (None, NOW - 60 * DAY, NOW - 30 * DAY, NOW - 20 * DAY - timedelta(seconds=1), NOW - 20 * DAY, NOW)
        subjects = {f"u_{number}": history for number, history in enumerate(histories())}
        await keep(world, **subjects)
        asked: list[dict[str, Any]] = []
        for subject, since in zip([*subjects, *["stranger"] * len(joined)], itertools.cycle(joined), strict=False):
            asked.append({"subject": subject, **({"since": format_instant(since)} if since else {})})
        decisions = [(each, await world.decision(each)) for each in asked]
        for least, outcomes in (("prompt", ("prompt", "block")), ("notice", ("prompt", "block", "notice"))):
            lines = [line for each, decision in decisions for line in expected(each, decision, *outcomes)]
            assert await world.due(*asked, least=least) == lines
        assert 0 < len(await world.due(*asked)) < len(asked)

    listing(place, work)


def test_records_of_a_linked_visitor_count(place: LedgerPlace) -> None:
    async def work(world: Listing) -> None:
        accepted = [("terms", 2, "accepted", "verified")]
        await keep(world, v_1=accepted, v_2=accepted)
        await world.ledger.link("u_mia", "v_1")
        due = {line["subject"]: line["policies"] for line in await world.due("u_mia", "u_leo")}
        assert [policy["id"] for policy in due["u_mia"]] == ["privacy", "news"]
        assert [policy["id"] for policy in due["u_leo"]] == ["terms", "privacy", "news"]

    listing(place, work)


def test_a_settled_verdict_counts(sqlite_place: LedgerPlace) -> None:
    async def work(world: Listing) -> None:
        await keep(world, u_mia=[("terms", 2, "accepted", "unverified")])
        assert [policy["id"] for policy in (await world.due("u_mia"))[0]["policies"]] == ["privacy", "news"]
        await world.ledger.settle(0, "contradicted")
        assert [policy["id"] for policy in (await world.due("u_mia"))[0]["policies"]] == ["terms", "privacy", "news"]

    listing(sqlite_place, work)


def test_group_is_decided_once_and_again_under_another_manifest(
    sqlite_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(world: Listing) -> None:
        decisions = []
        check = world.policies.check

        async def counted(*arguments: Any, **named: Any) -> Any:
            decisions.append(arguments)
            return await check(*arguments, **named)

        monkeypatch.setattr(world.policies, "check", counted)
        body = b"".join(b'"u_%d"\n' % number for number in range(1_000))
        listed = DueList(world.ledger, world.policies, told=False)
        parts = listed.lines(body)
        first = (await anext(parts)).splitlines()
        world.policies.publish("extra", FakeVersion())
        rest = [line async for part in parts for line in part.splitlines()]
        assert (len(first), len(rest)) == (200, 800)
        assert "extra" not in first[0].decode()
        assert "extra" in rest[0].decode()
        assert len(decisions) == 2

    listing(sqlite_place, work)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("{", "is not JSON"),
        ("7", "expected an object"),
        ('{"subject": "u", "name": "x"}', "is not a field"),
        ('{"subject": "u", "subject": "v"}', "occurs twice"),
        ('{"subject": ""}', "expected a reference"),
        ('{"subject": "u", "since": "yesterday"}', "since: expected an RFC 3339 instant"),
        ('{"subject": "u", "since": 7}', "since: "),
        ('{"subject": "u", "audience": "all"}', "audience: expected a list"),
    ],
)
def test_line_that_cannot_be_read_is_named_and_the_others_are_answered(
    line: str, wrong: str, sqlite_place: LedgerPlace
) -> None:
    async def asked(world: Listing) -> None:
        answers = await world.due("u_mia", f"\n{line}\n".encode(), {"subject": "u_leo"})
        (bad,) = [each for each in answers if "line" in each]
        assert (bad["line"], bad["type"]) == (3, "malformed")
        assert wrong in bad["detail"]
        assert [each["subject"] for each in answers if "subject" in each] == ["u_mia", "u_leo"]

    listing(sqlite_place, asked)


def test_request_that_cannot_be_answered_is_refused(sqlite_place: LedgerPlace) -> None:
    async def work(world: Listing) -> None:
        async def status(path: str = "/v1/due", content: bytes = b"", **headers: str) -> tuple[int, str]:
            answer = await world.client.post(path, content=content, headers={**LINES, **headers})
            return answer.status_code, answer.json()["type"]

        assert await status("/v1/due?least=all") == (400, "malformed")
        assert await status(**{"Content-Type": "application/json"}) == (415, "unsupported-media-type")
        assert await status(**{"Content-Length": str(DUE_BYTES + 1)}) == (413, "too-large")

    listing(sqlite_place, work)


def test_list_without_a_manifest_is_unavailable(sqlite_place: LedgerPlace) -> None:
    async def work(world: Listing) -> None:
        answer = await world.client.post("/v1/due", content=b'"u_mia"\n', headers=LINES)
        assert (answer.status_code, answer.json()["type"]) == (503, "unavailable")
        assert "no-manifest" in answer.json()["detail"]

    listing(sqlite_place, work, FakeAsyncPolicies(None))


def manifest(**more: Any) -> Manifest:
    """Return the manifest of `published`, with `more` fields in the policy “terms”."""
    found = published().manifest
    assert found
    return replace(found, policies=[replace(found.policies[0], **more), *found.policies[1:]])


@pytest.mark.parametrize(
    "given",
    [
        [AnswerGiven(None, None, None, None)],
        [AnswerGiven("terms", 1, "accepted", "unverified")],
        [AnswerGiven("terms", 1, "withdrawn", "verified")],
        [AnswerGiven("terms", 1, "accepted", "verified"), AnswerGiven("terms", 2, "declined", "verified")],
    ],
)
def test_answers_whose_time_decides_have_no_group(given: list[AnswerGiven]) -> None:
    assert DueGroups(manifest()).group(given, None, ()) is None


def test_answer_that_expires_has_no_group() -> None:
    given = [AnswerGiven("terms", 1, "accepted", "verified")]
    assert DueGroups(manifest()).group(given, None, ()) is not None
    assert DueGroups(manifest(reask_seconds=60)).group(given, None, ()) is None
