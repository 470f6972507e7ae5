"""The packages for Starlette and FastAPI, in the apps of their documentation: `gate`, `receipts`, `records`."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from client.framework_apps import EXAMPLES, load, visiting
from client.host import Host, hang_up, serving
from client.receipts import receipt
from client.test_recipes import OLD, unexpiring, with_history
from inforce.client import AsyncPolicies
from inforce.client.frameworks.records import SqlRecords
from inforce.client.frameworks.starlette import Acceptance

RECEIPT = receipt(actor=None)
RECEIPTS, RECORDS = "/policies/receipts", "/policies/records"


@pytest.fixture(params=EXAMPLES)
def shop(request: pytest.FixtureRequest, host: Host, monkeypatch: pytest.MonkeyPatch) -> Any:
    host.at["/policies.json"] = serving(unexpiring)
    with_history(host)
    return load(request.param, monkeypatch, host.url)


def statuses(shop: Any, *receipts: dict[str, Any], user: str | None = "u_mia") -> list[int]:
    async def visit(client: httpx2.AsyncClient) -> list[int]:
        return [(await client.post(RECEIPTS, json=each)).status_code for each in receipts]

    return list(visiting(shop.app, visit, user))


@pytest.mark.parametrize("framework", EXAMPLES)
def test_integration_needs_at_most_twelve_lines(framework: str) -> None:
    """`import os`, the framework's own import and the closing lines of a call are in every app."""
    own = ("import os", "from fastapi import FastAPI", "from starlette.applications import Starlette", ")")
    lines = [line for line in EXAMPLES[framework].splitlines() if line.strip() and line not in own]
    assert len(lines) <= 12


def test_user_is_blocked_until_the_terms_are_accepted(shop: Any) -> None:
    async def visit(client: httpx2.AsyncClient) -> list[httpx2.Response]:
        return [
            await client.get("/api/orders"),
            await client.get("/policies/due"),
            await client.get("/api/support"),
            await client.post(RECEIPTS, json=RECEIPT),
            await client.post(RECEIPTS, json=RECEIPT),
            await client.get("/api/orders"),
            await client.get(RECORDS),
        ]

    blocked, due, support, created, replayed, opened, records = visiting(shop.app, visit)

    assert (blocked.status_code, blocked.headers["content-type"]) == (403, "application/problem+json")
    (policy,) = blocked.json()["policies"]
    assert (policy["id"], policy["digests"]["en"]) == ("terms", RECEIPT["digest"])
    assert (due.json()["outcome"], support.text) == ("block", "open")
    assert [each.status_code for each in (created, replayed, opened)] == [201, 200, 200]
    assert created.json() == replayed.json()
    assert records.json() == [RECEIPT | {"received_at": created.json()["received_at"]}]
    assert records.headers["cache-control"] == "no-store"


def test_problem_is_answered_and_nothing_is_stored(shop: Any) -> None:
    changes = [{"id": 7}, {"subject": "u_noah"}, {"pad": "x" * 16_384}, {"act": "consented"}, {"seq": 99}]
    changes += [{"seq": 99, "serial": 9_999_999_999}, {"actor": {"ref": "u_noah", "capacity": "self"}}]

    assert statuses(shop, *(RECEIPT | change for change in changes)) == [400, 403, 413, 422, 422, 503, 403]
    assert visiting(shop.app, lambda client: client.get(RECORDS)).json() == []


def test_same_id_with_different_content_is_a_conflict(shop: Any) -> None:
    assert statuses(shop, RECEIPT, RECEIPT | {"act": "declined"}) == [201, 409]


def test_receipt_for_a_version_no_longer_in_the_manifest_is_stored(shop: Any) -> None:
    assert statuses(shop, OLD | {"actor": None}, OLD | {"digest": RECEIPT["digest"]}) == [201, 422]


def test_receipt_without_signing_in_is_rejected(shop: Any) -> None:
    assert statuses(shop, RECEIPT, user=None) == [401]


def test_receipt_that_a_form_of_another_site_could_send_is_rejected(shop: Any) -> None:
    async def visit(client: httpx2.AsyncClient) -> httpx2.Response:
        return await client.post(RECEIPTS, content=b"{}", headers={"content-type": "text/plain"})

    answer = visiting(shop.app, visit)

    assert (answer.status_code, answer.json()["type"]) == (415, "unsupported-media-type")


def test_endless_body_is_read_up_to_the_limit(shop: Any) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b" " * 4096

    async def visit(_: httpx2.AsyncClient) -> list[Any]:
        chunks, messages = endless(), []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": await anext(chunks), "more_body": True}

        async def send(message: Any) -> None:
            messages.append(message)

        headers = [(b"content-type", b"application/json")]
        scope = {"type": "http", "method": "POST", "path": RECEIPTS, "headers": headers, "query_string": b""}
        shop.acceptance._subject_of = lambda _: "u_mia"
        await shop.app(scope, receive, send)
        return messages

    assert (visiting(shop.app, visit, None)[0]["status"], sent) == (413, 5)


def test_receipts_of_a_visitor_belong_to_the_user_who_signs_in(shop: Any) -> None:
    async def visit(client: httpx2.AsyncClient) -> list[Any]:
        visitor = (await client.get("/visit")).text
        mine = RECEIPT | {"subject": visitor}
        first = await client.post(RECEIPTS, json=mine)
        before = await client.get(RECORDS)
        await client.get("/login/u_mia")
        opened = await client.get("/api/orders")
        late = await client.post(RECEIPTS, json=OLD | {"subject": visitor, "actor": None})
        after = await client.get(RECORDS)
        client.cookies.clear()
        await client.get("/login/u_mia")
        elsewhere = await client.get("/api/orders")
        await client.get("/login/u_noah")
        foreign = await client.post(RECEIPTS, json=mine)
        answers = [first, opened, late, elsewhere, foreign]
        subjects = [{row["subject"] for row in rows.json()} for rows in (before, after)]
        return [[each.status_code for each in answers], subjects, visitor]

    codes, subjects, visitor = visiting(shop.app, visit, None)

    assert codes == [201, 200, 201, 200, 403]
    assert subjects == [{visitor}, {"u_mia"}]


def test_refusal_of_a_visitor_does_not_count_for_the_user(shop: Any) -> None:
    async def visit(client: httpx2.AsyncClient) -> list[Any]:
        visitor = (await client.get("/visit")).text
        await client.post(RECEIPTS, json=RECEIPT | {"subject": visitor, "act": "declined"})
        await client.get("/login/u_mia")
        (policy,) = (await client.get("/policies/due")).json()["policies"]
        return [policy["outcome"], policy["reason"], (await client.get(RECORDS)).json()[0]["subject"] == visitor]

    assert visiting(shop.app, visit, None) == ["block", "first-time", True]


@pytest.mark.parametrize(
    "path", ["/api/supportive", "/api/support/%2e%2e/orders", "/api/support%3F/orders", "//api/support"]
)
def test_unusual_path_does_not_bypass_the_gate(host: Host, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    host.at["/policies.json"] = serving(unexpiring)
    app = load("starlette", monkeypatch, host.url).app

    assert visiting(app, lambda client: client.get(f"http://shop.example{path}")).status_code == 403


def test_visitors_preflight_requests_and_streams_pass_the_gate(shop: Any) -> None:
    async def visit(client: httpx2.AsyncClient) -> list[int]:
        stranger = await client.get("/api/orders")
        await client.get("/login/u_mia")
        preflight = await client.options("/api/orders")
        await client.post(RECEIPTS, json=RECEIPT)
        return [stranger.status_code, preflight.status_code, (await client.get("/api/stream")).text]

    assert visiting(shop.app, visit, None) == [200, 405, "012"]


def test_gate_closes_the_websocket_of_a_blocked_user(shop: Any) -> None:
    sent = []

    async def visit(_: httpx2.AsyncClient) -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            sent.append(message["type"])

        shop.acceptance._subject_of = lambda _: "u_mia"
        scope = {"type": "websocket", "path": "/api/live", "headers": [], "query_string": b"", "subprotocols": []}
        await shop.acceptance.gate(shop.app)(scope, receive, send)

    visiting(shop.app, visit, None)

    assert sent == ["websocket.close"]


def test_files_of_the_browser_client_are_served(shop: Any) -> None:
    async def visit(client: httpx2.AsyncClient) -> list[int]:
        file = await client.get("/policies/browser/prompt.js")
        etag = {"if-none-match": file.headers["etag"]}
        again = await client.get("/policies/browser/prompt.js", headers=etag)
        paths = ("messages/de.js", "files.json", "../book.py", "absent.js")
        others = [await client.get(f"/policies/browser/{path}") for path in paths]
        return [each.status_code for each in (file, again, *others)]

    assert visiting(shop.app, visit) == [200, 304, 200, 404, 404, 404]


def test_app_starts_and_serves_without_its_policy_site(shop: Any, host: Host) -> None:
    host.at["/policies.json"] = hang_up

    assert visiting(shop.app, lambda client: client.get("/api/orders")).status_code == 200
    assert statuses(shop, RECEIPT) == [503]


def test_start_does_not_wait_for_a_silent_policy_site(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent() -> None:
        await asyncio.sleep(60)

    policies = AsyncPolicies("https://policies.shop.example/")
    monkeypatch.setattr(policies, "refresh", silent)
    monkeypatch.setattr("inforce.client.frameworks.starlette._START_SECONDS", 0.01)
    acceptance = Acceptance(policies, SqlRecords.sqlite(":memory:"), lambda _: None)

    async def start() -> int:
        async with acceptance.lifespan():
            return len(asyncio.all_tasks())

    assert asyncio.run(start()) == 3


def test_fastapi_describes_the_routes_and_the_gate(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = load("fastapi", monkeypatch, host.url).app.openapi()["paths"]

    assert {path for path in paths if path.startswith("/policies")} == {RECEIPTS, RECORDS, "/policies/due"}
    receipts = paths[RECEIPTS]["post"]
    assert {"200", "201", "400", "401", "403", "409", "413", "415", "422", "503"} == set(receipts["responses"])
    assert "digest" in receipts["requestBody"]["content"]["application/json"]["schema"]["required"]
    assert "application/problem+json" in paths["/api/orders"]["get"]["responses"]["403"]["content"]


class TestSqlRecords:
    @pytest.fixture(params=["memory", "file", "other driver"])
    def store(self, request: pytest.FixtureRequest, tmp_path: Path) -> SqlRecords:
        if request.param == "memory":
            return SqlRecords.sqlite(":memory:")
        if request.param == "file":
            return SqlRecords.sqlite(tmp_path / "records.db")

        @contextmanager
        def connect() -> Iterator[Any]:
            connection = sqlite3.connect(tmp_path / "other.db", factory=PercentConnection)
            try:
                with connection:
                    yield connection
            finally:
                connection.close()

        return SqlRecords(connect)

    def test_record_is_stored_once_and_returned_in_order(self, store: SqlRecords) -> None:
        first, second = {"id": "2", "text": "é"}, {"id": "1", "text": "?"}

        assert [store.add(each, "u_mia") for each in (first, second, first | {"text": "other"})] == [None, None, first]
        assert (store.records("u_mia"), store.records("u_noah")) == ([first, second], [])

    def test_linked_records_belong_to_the_user(self, store: SqlRecords) -> None:
        store.add({"id": "1"}, "v_1")
        store.link("v_1", "u_mia")

        assert (store.records("v_1"), store.records("u_mia")) == ([], [{"id": "1"}])

    def test_table_that_another_process_is_creating_is_no_error(self) -> None:
        store, failures = SqlRecords.sqlite(":memory:"), [sqlite3.IntegrityError("duplicate key")]
        connect = store._connect

        def fails_first() -> Any:
            if failures:
                raise failures.pop()
            return connect()

        store._connect = fails_first

        assert store.records("u_mia") == []

    def test_record_is_found_by_another_process(self, tmp_path: Path) -> None:
        SqlRecords.sqlite(tmp_path / "shared.db").add({"id": "1"}, "u_mia")

        assert SqlRecords.sqlite(tmp_path / "shared.db").records("u_mia") == [{"id": "1"}]


class PercentConnection(sqlite3.Connection):
    """A connection that marks parameters in the way of psycopg."""

    def cursor(self, *_: Any, **__: Any) -> Any:
        return super().cursor(PercentCursor)


class PercentCursor(sqlite3.Cursor):
    def execute(self, statement: str, parameters: Any = ()) -> Any:
        assert "?" not in statement
        return super().execute(statement.replace("%s", "?"), parameters)
