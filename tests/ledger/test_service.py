"""The service answers apps: statuses, problems, scopes, decisions, and the log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from inforce.client.receipts import ReceiptProblem, ReceiptProblemError
from inforce.client.testing import FakeAsyncPolicies, FakeVersion
from inforce.errors import LedgerUnavailableError
from inforce.ledger.keys import SCOPES, is_signed
from inforce.ledger.ledger import Ledger
from inforce.ledger.log.proof import LogProof
from inforce.ledger.service.app import Service
from inforce.ledger.service.openapi import openapi
from inforce.ledger.service.problems import PROBLEMS
from inforce.ledger.service.routes import ROUTES
from inforce.ledger.service.verdicts import Verdicts
from inforce.ledger.storage.database import LedgerPlace
from ledger.receipts import KEYS, ORIGIN, SITE

JSON = {"Content-Type": "application/json"}


class World:
    """A service of a site with two policies, and a key with all scopes."""

    def __init__(self, ledger: Ledger, policies: FakeAsyncPolicies, key: str, client: httpx2.AsyncClient) -> None:
        self.ledger, self.policies, self.key, self.client = ledger, policies, key, client

    def receipt(self, policy: str = "terms", subject: str = "u_mia", **more: Any) -> dict[str, Any]:
        return {**json.loads(self.policies.receipt(policy, subject)), **more}

    async def post(self, path: str, document: object, **headers: str) -> httpx2.Response:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        sent = {**JSON, "Authorization": f"Bearer {self.key}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        return await self.client.post(path, content=body, headers=sent)

    async def get(self, path: str, key: str | None = None) -> httpx2.Response:
        return await self.client.get(path, headers={"Authorization": f"Bearer {key or self.key}"})


def served(place: LedgerPlace, work: Callable[[World], Awaitable[None]], **options: Any) -> None:
    """Run `work` with a service at `place`, which has the `options`."""

    async def run() -> None:
        versions = {"terms": [FakeVersion(), FakeVersion(text="# Terms\n\nNew.\n")], "news": [FakeVersion()]}
        policies = FakeAsyncPolicies(versions, acts={"news": "consent"})
        async with Ledger.open(place, KEYS, SITE) as ledger:
            key = ledger.app_keys.add("shop", SCOPES)
            service = Service(ledger, policies, **options)
            transport = httpx2.ASGITransport(app=service)
            async with httpx2.AsyncClient(transport=transport, base_url="http://ledger.example") as client:
                await work(World(ledger, policies, key, client))

    asyncio.run(run())


def test_receipt_is_answered_by_its_state(place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        first = world.receipt()
        answer = await world.post("/v1/receipts", first)
        assert answer.status_code == 201
        assert (answer.json()["n"], answer.json()["verdict"]) == (0, "verified")
        again = await world.post("/v1/receipts", {**first, "received_at": "2027-01-01T00:00:00Z", "n": 7})
        assert (again.status_code, again.json()) == (200, answer.json())
        other = await world.post("/v1/receipts", {**first, "act": "declined"})
        assert (other.status_code, other.json()["type"]) == (409, "id-conflict")
        await world.post("/v1/subjects/erase", {"subject": "u_mia"})
        gone = await world.post("/v1/receipts", first)
        assert (gone.status_code, gone.json()["type"]) == (410, "erased")

    served(place, work)


def test_receipt_that_contradicts_the_site_is_kept_and_never_counts(place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        wrong = await world.post("/v1/receipts", world.receipt(digest="sha256:" + 64 * "0"))
        assert (wrong.status_code, wrong.json()["type"], wrong.json()["kept"]) == (422, "digest-contradicts", True)
        act = await world.post("/v1/receipts", world.receipt(act="consented"))
        assert (act.status_code, act.json()["type"]) == (422, "act-mismatch")
        decided = (await world.post("/v1/decisions", {"subject": "u_mia"})).json()
        assert decided["decision"]["outcome"] == "block"
        assert [record["verdict"] for record in decided["records"]] == ["contradicted", "contradicted"]

    served(place, work)


def test_receipt_is_kept_while_the_site_is_down_and_settled_later(
    place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(world: World) -> None:
        with monkeypatch.context() as down:

            async def unavailable(*_: object) -> None:
                raise ReceiptProblemError(ReceiptProblem.UNAVAILABLE, "no connection")

            down.setattr(world.policies, "check_receipt", unavailable)
            answers = [await world.post("/v1/receipts", world.receipt()) for _ in range(2)]
            wrong = await world.post("/v1/receipts", world.receipt(digest="sha256:" + 64 * "0"))
            assert [each.status_code for each in (*answers, wrong)] == [202, 202, 202]
            decided = (await world.post("/v1/decisions", {"subject": "u_mia"})).json()
            assert [p["outcome"] for p in decided["decision"]["policies"] if p["id"] == "terms"] == ["ok"]
        service = Service(world.ledger, world.policies)
        assert await service.parts.verdicts.settle(world.ledger) == 3
        assert (await world.get("/v1/unverified")).json() == {"entries": [], "next": -1}
        kept = (await world.post("/v1/decisions", {"subject": "u_mia"})).json()["records"]
        assert [record["verdict"] for record in kept] == ["verified", "verified", "contradicted"]
        counting = (await world.post("/v1/subjects/records", {"subject": "u_mia"})).json()
        assert [record["verdict"] for record in counting] == ["verified", "verified"]

    served(place, work)


def test_settling_passes_erased_records_and_goes_on_after_an_error(
    sqlite_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(world: World) -> None:
        for number, subject in enumerate(("u_mia", "u_ben")):
            receipts = [world.receipt(subject=subject)]
            assert [each.n for each in await world.ledger.add(receipts, "shop", ["unverified"])] == [number]
        await world.ledger.erase("u_mia")
        verdicts = Verdicts(world.policies)
        calls = 0

        async def unverified(ledger: Ledger, after: int, limit: int) -> Any:
            nonlocal calls
            calls += 1
            if calls == 1:
                raise LedgerUnavailableError("the database is locked")
            return await original(ledger, after, limit)

        original = Ledger.unverified
        monkeypatch.setattr(Ledger, "unverified", unverified)
        monkeypatch.setattr("inforce.ledger.service.verdicts._SETTLE_SECONDS", 0.0)
        task = asyncio.create_task(verdicts.keep_settling(world.ledger))
        while not (records := await world.ledger.records("u_ben")) or records[0]["verdict"] != "verified":
            await asyncio.sleep(0)
            assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    served(sqlite_place, work)


def test_log_that_was_set_back_is_a_problem_and_not_a_fault(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        world.ledger.signs = False
        answer = await world.get("/v1/checkpoint")
        assert (answer.status_code, answer.json()["type"]) == (503, "unavailable")
        assert "does not extend" in answer.json()["detail"]
        assert (await world.post("/v1/receipts", world.receipt())).status_code == 201

    served(sqlite_place, work)


def test_records_of_a_linked_visitor_are_those_of_the_account(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        await world.post("/v1/receipts", world.receipt(subject="visitor"))
        await world.post("/v1/links", {"subject": "u_mia", "linked": "visitor"})
        records = (await world.post("/v1/subjects/records", {"subject": "u_mia"})).json()
        assert [record["subject"] for record in records] == ["u_mia"]

    served(sqlite_place, work)


def test_batch_has_a_result_for_each_receipt(place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        one = world.receipt()
        batch = [one, one, {**one, "act": "declined"}, {"id": "x"}, 7, world.receipt(digest="sha256:" + 64 * "0")]
        answer = await world.post("/v1/receipts", batch)
        assert answer.status_code == 200
        results = answer.json()["results"]
        assert [result["status"] for result in results] == [201, 200, 409, 400, 400, 422]
        assert [result.get("id") for result in results[:4]] == [one["id"]] * 3 + ["x"]
        many = [world.receipt(subject=f"u_{i}") for i in range(1_000)]
        assert {result["status"] for result in (await world.post("/v1/receipts", many)).json()["results"]} == {201}
        for wrong in ([], [*many, one]):
            assert (await world.post("/v1/receipts", wrong)).status_code == 400

    served(place, work)


MALFORMED = {
    "no JSON": b"{",
    "duplicate field": b'{"id":"a","id":"b"}',
    "escaped duplicate field": b'{"id":"a","\\u0069d":"b"}',
    "a number too large": b'{"seq":1e999}',
    "a fraction": b'{"seq":1.5}',
    "true as a number": b'{"seq":true}',
    "byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"id":"a"}'.encode("utf-16"),
    "lone surrogate": b'{"id":"\\ud800"}',
    "deep nesting": b"[" * 3_000 + b"]" * 3_000,
    "NUL": b'{"subject":"\\u0000"}',
    "text": b'"receipt"',
    "nothing": b"",
    "prototype": b'{"__proto__":{"id":"a"}}',
}


def test_malformed_body_is_refused_with_a_reason(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        for name, body in MALFORMED.items():
            for path in ("/v1/receipts", "/v1/decisions", "/v1/subjects/records", "/v1/links"):
                answer = await world.post(path, body)
                assert (answer.status_code, answer.json()["type"]) == (400, "malformed"), (name, path)
                assert answer.json()["detail"]
        assert world.ledger.size == 0

    served(sqlite_place, work)


INVALID = (
    *(("act", "unknown"), ("seq", True), ("seq", 0), ("seq", 2**53 - 1 + 1), ("subject", "\x00"), ("subject", "")),
    *(("id", "1"), ("type", "other"), ("spec", "2.0"), ("at", "yesterday"), ("policy", "../terms")),
    *(("subject", "x" * 257), ("language", "en en"), ("digest", "sha256:1"), ("actor", {"ref": "a"})),
)


def test_invalid_field_is_named(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        for field, value in INVALID:
            answer = await world.post("/v1/receipts", {**world.receipt(), field: value})
            assert answer.status_code == 400, field
            assert field in answer.json()["detail"] or value == 2**53
        assert world.ledger.size == 0

    served(sqlite_place, work)


def test_date_in_the_future_and_long_before_is_kept(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        for at in ("2099-01-01T00:00:00Z", "1970-01-01T00:00:00Z"):
            assert (await world.post("/v1/receipts", world.receipt(at=at))).status_code == 201
        decided = (await world.post("/v1/decisions", {"subject": "u_mia"})).json()["decision"]
        assert "future-record" in next(each["flags"] for each in decided["policies"] if each["id"] == "terms")

    served(sqlite_place, work)


def test_large_body_is_refused_before_it_is_read(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        answers = [
            await world.post("/v1/receipts", b"[" + b" " * 10_000_000),
            await world.post("/v1/receipts", {**world.receipt(), "more": "x" * 20_000}),
            await world.post("/v1/links", {"subject": "x" * 20_000}),
        ]
        assert [(each.status_code, each.json()["type"]) for each in answers] == [(413, "too-large")] * 3
        odd = await world.post("/v1/receipts", world.receipt(), Content_Type="text/plain")
        assert (odd.status_code, odd.json()["type"]) == (415, "unsupported-media-type")

    served(sqlite_place, work)


def test_key_is_needed_and_its_scope_decides(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        keys = {scope: world.ledger.app_keys.add(f"app {scope}", [scope]) for scope in SCOPES}
        for route in ROUTES:
            path = route.path.replace("{id}", "x").replace("{path:path}", "0/000").replace("{ref:path}", "u_mia")
            options: dict[str, Any] = {} if route.method == "GET" else {"content": b"{}"}
            method = partial(world.client.request, route.method, path, **options)
            without = await method(headers=JSON)
            if not route.scope:
                assert without.status_code == 200, path
                continue
            assert (without.status_code, without.json()["type"]) == (401, "unauthenticated"), path
            assert without.headers["www-authenticate"] == "Bearer"
            for scope, key in keys.items():
                answer = await method(headers={**JSON, "Authorization": f"Bearer {key}"})
                assert (answer.status_code == 403) == (scope != route.scope), (path, scope)

    served(sqlite_place, work)


def test_receipt_of_another_caller_is_not_shown(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        sent = world.receipt()
        await world.post("/v1/receipts", sent)
        other = world.ledger.app_keys.add("blog", ["read"])
        auditor = world.ledger.app_keys.add("auditor", ["read", "audit"])
        for path in (f"/v1/receipts/{sent['id']}", f"/v1/receipts/{sent['id']}/proof"):
            assert [(await world.get(path, key)).status_code for key in (world.key, other, auditor)] == [200, 404, 200]

    served(sqlite_place, work)


def test_proof_of_a_receipt_leads_to_the_checkpoint(place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        sent = world.receipt()
        kept = (await world.post("/v1/receipts", sent)).json()
        proof = await world.get(f"/v1/receipts/{sent['id']}/proof")
        note = await world.get("/v1/checkpoint")
        assert proof.content.endswith(note.content)
        assert LogProof.parse(proof.content).index == kept["n"]
        assert LogProof.parse(proof.content).note.verified([KEYS.verifier(ORIGIN)], is_signed)
        tile = await world.get("/v1/tile/0/000.p/1")
        record = (await world.get(f"/v1/receipts/{sent['id']}")).json()
        assert f"sha256:{tile.content.hex()}" == record["leaf"]
        assert (await world.get("/v1/tile/0/001")).status_code == 404

    served(place, work)


def test_list_continues_after_its_cursor_while_records_arrive(place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        await world.post("/v1/receipts", [world.receipt() for _ in range(5)])
        numbers: list[int] = []
        after = -1
        while entries := (page := (await world.get(f"/v1/changes?after={after}&limit=2")).json())["entries"]:
            numbers += [entry["n"] for entry in entries]
            after = page["next"]
            if len(numbers) == 2:
                await world.post("/v1/receipts", world.receipt())
        assert numbers == list(range(6))
        lines = (await world.get("/v1/export?after=3")).text.splitlines()
        assert [json.loads(line)["n"] for line in lines] == [4, 5]
        for wrong in ("after=x", "limit=0", "limit=1001", "after=-2", "limit=1e3"):
            assert (await world.get(f"/v1/changes?{wrong}")).status_code == 400

    served(place, work)


def test_decision_uses_linked_answers_and_circumstances(place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        await world.post("/v1/receipts", world.receipt(subject="visitor"))
        assert (await world.post("/v1/links", {"subject": "u_mia", "linked": "visitor"})).status_code == 201
        asked = {"subject": "u_mia", "since": "2027-01-01T00:00:00Z", "languages": ["en"], "audience": [], "seen": {}}
        decided = (await world.post("/v1/decisions", asked)).json()["decision"]
        assert {each["id"]: each["outcome"] for each in decided["policies"]} == {"terms": "ok", "news": "prompt"}
        for wrong in (
            *({"subject": ""}, {}, {"subject": "u", "languages": "en"}, {"subject": "u", "since": "x"}),
            *({"subject": "u", "other": 1}, {"subject": "u", "seen": {"terms": "1"}}, {"subject": 7}),
        ):
            assert (await world.post("/v1/decisions", wrong)).status_code == 400, wrong
        assert (await world.post("/v1/links", {"subject": "u", "linked": "u"})).status_code == 400

    served(place, work)


def test_hold_answers_an_erasure_with_423(place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        await world.post("/v1/receipts", world.receipt())
        assert (await world.post("/v1/subjects/hold", {"subject": "u_mia", "reason": "case 7"})).json() == {
            "held": True
        }
        held = await world.post("/v1/subjects/erase", {"subject": "u_mia"})
        assert (held.status_code, held.json()["type"]) == (423, "held")
        await world.post("/v1/subjects/hold", {"subject": "u_mia", "on": False})
        erased = await world.post("/v1/subjects/erase", {"subject": "u_mia"})
        assert erased.status_code == (200 if place.files else 202)
        assert erased.json()["count"] == 1
        assert "u_mia" not in erased.text

    served(place, work)


def test_reference_in_a_path_is_one_encoded_segment(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        async def send(method: str, path: str, **options: Any) -> httpx2.Response:
            headers = {**JSON, "Authorization": f"Bearer {world.key}"}
            return await world.client.request(method, f"/v1/subjects/{path}", headers=headers, **options)

        for subject in ("u_mia", "a/b", "a/records", "mia%2Fweber", "ü né?#;=&+", "..", "records"):
            await world.post("/v1/receipts", world.receipt(subject=subject))
            path = quote(subject, safe="").replace(".", "%2E")
            posted = await world.post("/v1/subjects/records", {"subject": subject})
            named = await send("GET", f"{path}/records")
            assert (named.status_code, named.json()) == (200, posted.json()), subject
            assert len(posted.json()) == 1
            assert (await send("PUT", f"{path}/hold", json={"reason": "case 7"})).json() == {"held": True}
            assert (await send("DELETE", path)).status_code == 423
            assert (await send("PUT", f"{path}/hold", json={"on": False})).json() == {"held": False}
            assert (await send("DELETE", path)).json()["count"] == 1, subject
            assert (await send("GET", f"{path}/records")).json() == []
        size = world.ledger.size
        for method, path, status in (
            *(("GET", "a/b/records", 404), ("DELETE", "a/b", 404), ("DELETE", "a/hold", 404)),
            *(
                ("GET", "%ff/records", 400),
                ("GET", "%00/records", 400),
                ("DELETE", "", 400),
                ("GET", "x" * 257 + "/records", 400),
            ),
        ):
            assert (await send(method, path)).status_code == status, path
        assert world.ledger.size == size

    served(sqlite_place, work)


def test_receipt_of_an_erased_user_is_gone_and_its_proof_is_not(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        sent = world.receipt()
        kept = (await world.post("/v1/receipts", sent)).json()
        await world.post("/v1/subjects/erase", {"subject": "u_mia"})
        gone = await world.get(f"/v1/receipts/{sent['id']}")
        assert (gone.status_code, gone.json()["type"], gone.json()["n"]) == (410, "erased", kept["n"])
        proof = await world.get(f"/v1/receipts/{sent['id']}/proof")
        assert LogProof.parse(proof.content).index == kept["n"]

    served(sqlite_place, work)


def test_database_that_fails_is_answered_with_503(sqlite_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(world: World) -> None:
        async def fail(*_: object) -> None:
            raise LedgerUnavailableError("the disk is full")

        monkeypatch.setattr(Ledger, "add", fail)
        monkeypatch.setattr(Ledger, "records", fail)
        for path, body in (("/v1/receipts", world.receipt()), ("/v1/decisions", {"subject": "u"})):
            answer = await world.post(path, body)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
            assert answer.json()["type"] == "unavailable"

    served(sqlite_place, work)


def test_pages_of_listed_origins_may_call(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
        allowed = await world.client.options("/v1/receipts", headers=asked)
        assert allowed.headers["access-control-allow-origin"] == "https://shop.example"
        other = await world.client.options("/v1/receipts", headers={**asked, "Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in other.headers
        assert (await world.post("/v1/receipts", world.receipt(), Origin="https://shop.example")).status_code == 201

    served(sqlite_place, work, origins=("https://shop.example",))


def test_description_has_every_route_and_problem(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        described = (await world.client.get("/openapi.json")).json()
        assert described == openapi()
        listed = {(method.upper(), path) for path, item in described["paths"].items() for method in item}
        assert listed == {(route.method, route.pattern) for route in ROUTES}
        assert described["components"]["schemas"]["Problem"]["properties"]["type"]["enum"] == list(PROBLEMS)

    served(sqlite_place, work)


def test_unknown_address_and_method_are_problems(sqlite_place: LedgerPlace) -> None:
    async def work(world: World) -> None:
        assert (await world.get("/v1/nothing")).json()["type"] == "not-found"
        other = await world.get("/v1/decisions")
        assert (other.json()["type"], other.headers["allow"]) == ("method-not-allowed", "POST")

    served(sqlite_place, work)
