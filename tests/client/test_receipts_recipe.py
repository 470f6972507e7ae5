"""Tests of the documented back end: a receipt is stored once, and only for a published text."""

from __future__ import annotations

import asyncio
import re
import types
from pathlib import Path
from typing import Any

import httpx2
import pytest

from client.host import Host, serving
from client.test_recipes import HOSTILE, OLD, unexpiring, with_history
from client.world import TEXT
from inforce.acceptance import check_record
from inforce.text import Digest

PAGE = Path(__file__).parents[2] / "docs" / "apps" / "backend.md"
RECEIPT: dict[str, Any] = {
    "id": "01a2225b-8cf6-76f5-acf2-8655b7060fe0",
    "policy": "terms",
    "seq": 2,
    "language": "en",
    "digest": str(Digest.of(TEXT)),
    "act": "accepted",
    "at": "2026-02-01T00:00:00Z",
    "subject": "u_mia",
    "serial": 1,
}


@pytest.fixture
def app(host: Host, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("POLICIES_SITE", host.url)
    monkeypatch.setenv("RECEIPTS", ":memory:")
    host.at["/policies.json"] = serving(unexpiring)
    with_history(host)
    module = types.ModuleType("shop_receipts")
    source = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[0]
    exec(compile(source, str(PAGE), "exec"), module.__dict__)  # noqa: S102 - trusted code of the documentation
    yield module.app
    module.__dict__["database"].close()


def post(app: Any, *receipts: dict[str, Any], user: str | None = "u_mia") -> tuple[list[int], list[dict[str, Any]]]:
    """Send `receipts`; return the statuses and the records that the page would then get."""

    async def sending() -> tuple[list[int], list[dict[str, Any]]]:
        headers = {"x-user": user} if user else {}
        transport = httpx2.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url="http://shop") as client,
        ):
            statuses = [
                (await client.post("/api/receipts", json=receipt, headers=headers)).status_code for receipt in receipts
            ]
            records = (await client.get("/api/records", headers=headers)).json()
            return statuses, [{name: record[name] for name in record if name != "received_at"} for record in records]

    return asyncio.run(sending())


def test_duplicate_receipt_is_stored_once(app: Any) -> None:
    assert post(app, RECEIPT, RECEIPT) == ([201, 201], [RECEIPT])


def test_same_id_with_different_content_is_a_conflict(app: Any) -> None:
    assert post(app, RECEIPT, RECEIPT | {"act": "declined"}) == ([201, 409], [RECEIPT])


@pytest.mark.parametrize(
    ("change", "status"),
    [
        pytest.param({"digest": "sha256:" + "0" * 64}, 422, id="a digest that was never published"),
        pytest.param({"seq": 99}, 422, id="a version that was never published"),
        pytest.param({"policy": "other"}, 422, id="a policy that was never published"),
        pytest.param({"seq": 99, "serial": 9_999_999_999}, 503, id="a version newer than this server knows"),
        pytest.param({"subject": "u_noah"}, 400, id="another user"),
        pytest.param({"act": "agreed"}, 400, id="an unknown act"),
        pytest.param({"id": 7}, 400, id="no id"),
        pytest.param({"at": "garbage"}, 400, id="an invalid time"),
        pytest.param({"act": "acknowledged"}, 422, id="an act that the policy does not require"),
    ],
)
def test_invalid_receipt_is_not_stored(app: Any, change: dict[str, Any], status: int) -> None:
    assert post(app, RECEIPT | change) == ([status], [])


@pytest.mark.parametrize(("body", "status"), HOSTILE)
def test_hostile_body_is_rejected_with_a_problem_document(app: Any, body: bytes, status: int) -> None:
    async def sending() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url="http://shop") as client,
        ):
            return await client.post("/api/receipts", content=body, headers={"x-user": "u_mia"})

    answer = asyncio.run(sending())

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_receipt_for_a_version_no_longer_in_the_manifest_is_stored(app: Any) -> None:
    wrong = [OLD | {"digest": RECEIPT["digest"]}, OLD | {"act": "accepted"}, OLD | {"version": "2019-01-01"}]
    wrong = [receipt | {"id": RECEIPT["id"]} for receipt in wrong]
    assert post(app, OLD, *wrong) == ([201, 422, 422, 422], [OLD])


def test_receipt_with_every_field_of_the_browser_client_is_stored(app: Any) -> None:
    surface = {"template": "policy-prompt/1", "label": "Accept", "language": "en", "opened": False, "screen": None}
    whole = RECEIPT | {"version": "2026-01-01", "base_seq": None, "surface": surface}
    assert post(app, whole) == ([201], [whole])


def test_time_of_receipt_is_set_by_the_server(app: Any) -> None:
    """A stored record can be read, and its time of receipt comes from the server."""

    async def sending() -> Any:
        transport = httpx2.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url="http://shop", headers={"x-user": "u_mia"}) as client,
        ):
            await client.post("/api/receipts", json=RECEIPT | {"received_at": "2001-01-01T00:00:00Z"})
            return (await client.get("/api/records")).json()

    [record] = asyncio.run(sending())

    check_record(record)
    assert record["received_at"] > "2026"


def test_receipt_without_signing_in_is_rejected(app: Any) -> None:
    assert post(app, RECEIPT, user=None)[0] == [401]


def test_browser_retries_if_the_server_has_no_manifest(app: Any, host: Host) -> None:
    """A receipt is rejected permanently only if it is certainly wrong."""
    host.at["/policies.json"] = serving(lambda _: b"")
    assert post(app, RECEIPT) == ([503], [])
