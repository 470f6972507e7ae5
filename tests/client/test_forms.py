"""Tests of acceptance with an HTML form, and of the documented sign-up page."""

from __future__ import annotations

import asyncio
import re
import types
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import httpx2
import pytest

from client.host import Host, answer, serving
from client.test_recipes import APPS, recipe, unexpiring
from client.world import PATIENT, START, Clock, manifest
from inforce.acceptance import check_record
from inforce.acceptance.receipt import read_receipt
from inforce.client import AsyncPolicies, Policies, ReceiptProblemError
from inforce.client.forms import uuid7


class Inputs(HTMLParser):
    """The inputs of a page by name."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.named: dict[str, dict[str, str | None]] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        fields = dict(attrs)
        if tag == "input":
            self.named[str(fields["name"])] = fields


@pytest.fixture
def app(host: Host, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("POLICIES_SITE", host.url)
    host.at["/policies.json"] = serving(unexpiring)
    module = types.ModuleType("shop_sign_up")
    exec(compile(recipe("sign-up.md"), "sign-up.md", "exec"), module.__dict__)  # noqa: S102 - trusted code
    return module


def visit(app: Any, *changes: dict[str, str] | None) -> list[httpx2.Response]:
    """Open the page, and send its form with each of `changes`; None unticks the boxes."""

    async def visiting() -> list[httpx2.Response]:
        transport = httpx2.ASGITransport(app=app.app)
        headers = {"accept-language": "de, en;q=0.5"}
        async with httpx2.AsyncClient(transport=transport, base_url="http://shop", headers=headers) as client:
            page = await client.get("/sign-up")
            inputs = Inputs(page.text).named
            sent = {name: fields.get("value") or "" for name, fields in inputs.items()} | {"email": "mia@shop.example"}
            answers = [page]
            for change in changes:
                boxes = {name for name, fields in inputs.items() if fields["type"] == "checkbox" and change is None}
                form = {name: value for name, value in {**sent, **(change or {})}.items() if name not in boxes}
                answers.append(await client.post("/sign-up", data=form))
            records = await client.get("/api/records", headers={"x-user": "u_1"})
            return [*answers, records]

    return asyncio.run(visiting())


def test_account_is_created_with_the_record_of_the_text_that_the_form_showed(app: Any, host: Host) -> None:
    page, created, records = visit(app, {})

    assert f'href="{host.url}terms/2026-01-01/"' in page.text
    assert (created.status_code, created.headers["location"]) == (303, "/welcome")
    (record,) = records.json()
    check_record(record)
    read_receipt(record)
    fields = Inputs(page.text).named
    hidden = {name: fields[f"terms.{name}"]["value"] for name in ("id", "version", "language", "digest")}
    assert {name: record[name] for name in hidden} == hidden
    assert (record["seq"], record["act"], record["subject"], record["base_seq"]) == (2, "accepted", "u_1", None)
    assert record["surface"] == {
        "template": "form/1",
        "label": "I accept the terms",
        "outcome": "block",
        "channel": "web",
    }
    assert record["manifest_digest"].startswith("sha256:")
    decision = asyncio.run(AsyncPolicies(host.url, limits=PATIENT).check([record], "u_1"))
    assert (decision["outcome"], decision["reason"]) == ("ok", "current")


def test_account_is_not_created_without_the_answer_or_with_another_text(app: Any) -> None:
    zeros = {"terms.digest": "sha256:" + "0" * 64}
    _, *refused, records = visit(app, None, zeros, {"terms.seq": "99"}, {"terms.seq": "٢"}, {"terms.act": "agreed"})

    assert [each.status_code for each in refused] == 5 * [400]
    assert all('<p role="alert">' in each.text for each in refused)
    assert (records.json(), app.USERS) == ([], {})


def test_sign_up_continues_without_the_policy_site(app: Any, host: Host) -> None:
    host.at["/policies.json"] = answer(b"", status=500)

    _, created, records = visit(app, {})

    assert (created.status_code, records.json()) == (303, [])


def test_fields_that_the_server_sets_cannot_be_sent(host: Host, clock: Clock) -> None:
    host.at["/policies.json"] = serving(manifest)
    policies = Policies(host.url, limits=PATIENT, clock=clock)
    (form,) = policies.forms(policies.check([], "u_1"))
    extra = {f"terms.{name}": "2001-01-01T00:00:00Z" for name in ("at", "received_at", "device_at", "auth", "subject")}

    record = policies.record_form({**form.fields, **extra, form.answer_field: form.act}, "terms", "u_1")

    assert (record["subject"], record["at"], record["received_at"]) == (
        "u_1",
        "2026-09-20T06:00:00Z",
        "2026-09-20T06:00:00.000Z",
    )
    assert not {"device_at", "auth"} & set(record)


def test_form_of_another_policy_has_no_answer(host: Host, clock: Clock) -> None:
    host.at["/policies.json"] = serving(manifest)
    policies = Policies(host.url, limits=PATIENT, clock=clock)
    (form,) = policies.forms(policies.check([], "u_1"))

    with pytest.raises(ReceiptProblemError) as raised:
        policies.record_form({**form.fields, form.answer_field: form.act}, "privacy", "u_1")

    assert raised.value.status == 400


def test_new_ids_are_ordered_by_time_and_differ() -> None:
    ids = [uuid7(START + timedelta(milliseconds=number // 10)) for number in range(100)]

    assert len(set(ids)) == 100
    assert all(
        re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", each) for each in ids
    )
    assert [each[:13] for each in ids] == sorted(each[:13] for each in ids)
    assert int(ids[0][:13].replace("-", ""), 16) == int(START.timestamp() * 1000)


def test_page_names_every_hidden_field(host: Host, clock: Clock) -> None:
    host.at["/policies.json"] = serving(manifest)
    policies = Policies(host.url, limits=PATIENT, clock=clock)
    (form,) = policies.forms(policies.check([], "u_1"))
    page = (APPS / "sign-up.md").read_text("utf-8")

    assert [name for name in form.fields if f"`{name.removeprefix('terms.')}`" not in page] == []
