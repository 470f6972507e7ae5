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
from client.receipts import receipt
from client.test_recipes import OLD, unexpiring, with_history

PAGE = Path(__file__).parents[2] / "docs" / "apps" / "backend.md"
RECEIPT = receipt()


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


def post(
    app: Any, *receipts: dict[str, Any], user: str | None = "u_mia", visitor: str | None = None
) -> tuple[list[int], list[dict[str, Any]]]:
    """Send `receipts`; return the statuses and the records that the page would then get."""

    async def sending() -> tuple[list[int], list[dict[str, Any]]]:
        headers = {name: value for name, value in (("x-user", user), ("x-visitor", visitor)) if value}
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


def test_problem_is_answered_and_nothing_is_stored(app: Any) -> None:
    changes = [{"id": 7}, {"subject": "u_noah"}, {"pad": "x" * 16_384}, {"act": "consented"}, {"seq": 99}]
    changes += [{"seq": 99, "serial": 9_999_999_999}]

    assert post(app, *(RECEIPT | change for change in changes)) == ([400, 403, 413, 422, 422, 503], [])


def test_problem_is_a_problem_document(app: Any) -> None:
    async def sending() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://shop") as client:
            return await client.post("/api/receipts", content=b"{", headers={"x-user": "u_mia"})

    answer = asyncio.run(sending())

    assert (answer.headers["content-type"], answer.json()["type"]) == ("application/problem+json", "malformed")


def test_receipt_of_the_session_before_signing_in_is_linked(app: Any) -> None:
    anonymous = RECEIPT | {"subject": "visitor", "id": OLD["id"]}

    assert post(app, anonymous, user=None, visitor="visitor") == ([201], [anonymous])
    assert post(app, RECEIPT, visitor="visitor") == ([201], [anonymous, RECEIPT])
    assert post(app, anonymous) == ([403], [RECEIPT])


def test_receipt_for_a_version_no_longer_in_the_manifest_is_stored(app: Any) -> None:
    assert post(app, OLD, OLD | {"id": RECEIPT["id"], "digest": RECEIPT["digest"]}) == ([201, 422], [OLD])


def test_receipt_without_signing_in_is_rejected(app: Any) -> None:
    assert post(app, RECEIPT, user=None)[0] == [401]


def test_browser_retries_if_the_server_has_no_manifest(app: Any, host: Host) -> None:
    """A receipt is rejected permanently only if it is certainly wrong."""
    host.at["/policies.json"] = serving(lambda _: b"")
    assert post(app, RECEIPT) == ([503], [])
