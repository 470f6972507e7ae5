"""The packages for frameworks with a ledger in place of a table: a real ledger, the apps of the documentation."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx2
import pytest

from client import django_shop
from client.framework_apps import WITH_LEDGER, load_with_ledger, visiting
from client.host import Host, hang_up, serving, silence
from client.receipts import receipt
from client.test_recipes import unexpiring, with_history
from inforce.client import AsyncPolicies, ReceiptProblemError
from inforce.client.frameworks import ledger as module
from inforce.client.frameworks.ledger import LedgerRecords
from inforce.client.frameworks.records import SqlRecords
from inforce.client.frameworks.replies import RefusedRequestError
from inforce.client.frameworks.starlette import Acceptance
from inforce.errors import HeldError, LedgerUnavailableError
from ledger.running import RunningLedger, running_ledger

RECEIPTS, RECORDS, DUE = "/policies/receipts", "/policies/records", "/policies/due"
_numbers = count(1)


@pytest.fixture(scope="module")
def site() -> Iterator[Host]:
    """A policy site that publishes terms to accept."""
    with Host() as host:
        host.at["/policies.json"] = serving(unexpiring)
        with_history(host)
        yield host


@pytest.fixture(scope="module")
def ledger(site: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLedger]:
    with running_ledger(tmp_path_factory.mktemp("ledger"), site.url) as running:
        yield running


@pytest.fixture
def shop(site: Host, ledger: RunningLedger, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The app of the documentation with a ledger."""
    return load_with_ledger(monkeypatch, site.url, ledger.address, ledger.key)


@pytest.fixture
def store(ledger: RunningLedger) -> LedgerRecords:
    return LedgerRecords(ledger.address, ledger.key)


def mine(**changes: Any) -> dict[str, Any]:
    """Return a new receipt of a new user who acts for themselves."""
    number = next(_numbers)
    own = {"id": f"01a2225b-8cf6-76f5-acf2-{number:012x}", "subject": f"u_{number}"}
    return receipt(actor=None, after=None, **{**own, **changes})


def statuses(*answers: httpx2.Response) -> list[int]:
    return [answer.status_code for answer in answers]


def test_integration_needs_at_most_twelve_lines() -> None:
    own = ("import os", "from fastapi import FastAPI", ")")
    assert len([line for line in WITH_LEDGER.splitlines() if line.strip() and line not in own]) <= 12


def test_user_is_blocked_until_the_ledger_has_the_acceptance(shop: Any, ledger: RunningLedger) -> None:
    sent = mine()

    async def visit(client: httpx2.AsyncClient) -> list[httpx2.Response]:
        return [
            await client.get("/api/orders"),
            await client.post(RECEIPTS, json=sent | {"auth": "mfa", "n": 7}),
            await client.post(RECEIPTS, json=sent),
            await client.get("/api/orders"),
            await client.get(RECORDS),
        ]

    blocked, created, replayed, opened, records = visiting(shop.app, visit, sent["subject"])

    assert statuses(blocked, created, replayed, opened) == [403, 201, 200, 200]
    assert created.json() == replayed.json()
    assert created.json()["verdict"] == "verified"
    (record,) = records.json()
    assert {**sent, "auth": "session", "caller": "shop", "verdict": "verified"}.items() <= record.items()
    asked = httpx2.post(
        f"{ledger.address}v1/decisions",
        json={"subject": sent["subject"]},
        headers={"Authorization": f"Bearer {ledger.key}"},
    ).json()
    assert asked["decision"]["outcome"] == "ok"


def test_problem_of_a_receipt_is_the_answer_of_the_package_or_of_the_ledger(shop: Any) -> None:
    sent = mine()
    changes = [{"id": 7}, {"subject": "u_noah"}, {"pad": "x" * 16_384}, {"act": "consented"}, {"seq": 99}]
    changes += [{"seq": 99, "serial": 9_999_999_999}, {"actor": {"ref": "u_noah", "capacity": "self"}}]
    bodies = [sent | {"id": mine()["id"]} | change for change in changes]

    async def visit(client: httpx2.AsyncClient) -> list[httpx2.Response]:
        answers = [await client.post(RECEIPTS, json=body) for body in (*bodies, sent, sent | {"act": "declined"})]
        return [*answers, await client.get("/api/orders")]

    *answers, opened = visiting(shop.app, visit, sent["subject"])

    assert statuses(*answers) == [400, 403, 413, 422, 422, 202, 403, 201, 409]
    assert answers[3].json()["kept"] is True
    assert answers[-1].headers["content-type"] == "application/problem+json"
    assert statuses(opened) == [200]


def test_receipts_of_a_visitor_count_for_the_user_who_signs_in_on_all_devices(shop: Any) -> None:
    sent, user = mine(), f"u_late{next(_numbers)}"

    async def visit(client: httpx2.AsyncClient) -> list[Any]:
        visitor = (await client.get("/visit")).text
        first = await client.post(RECEIPTS, json=sent | {"subject": visitor})
        before = await client.get(RECORDS)
        await client.get(f"/login/{user}")
        again = await client.post(RECEIPTS, json=sent | {"subject": visitor})
        client.cookies.clear()
        await client.get(f"/login/{user}")
        opened, after = await client.get("/api/orders"), await client.get(RECORDS)
        return [first, again, opened, *[[row["subject"], row["auth"]] for row in (before.json()[0], after.json()[0])]]

    first, again, opened, before, after = visiting(shop.app, visit, None)

    assert statuses(first, again, opened) == [201, 200, 200]
    assert (before[1], after) == ("none", [user, "none"])


def test_erased_user_is_new_and_the_receipt_is_final(shop: Any) -> None:
    sent = mine()

    async def visit(client: httpx2.AsyncClient) -> list[Any]:
        await client.post(RECEIPTS, json=sent)
        certificate = await shop.acceptance.forget(sent["subject"])
        return [certificate, await client.post(RECEIPTS, json=sent), await client.get("/api/orders")]

    certificate, again, blocked = visiting(shop.app, visit, sent["subject"])

    assert (certificate["count"], certificate["proven"]) == (1, True)
    assert statuses(again, blocked) == [410, 403]


def test_silent_ledger_blocks_no_user_and_loses_no_receipt(
    site: Host, ledger: RunningLedger, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "_PAUSE_SECONDS", 0.2)
    shop = load_with_ledger(monkeypatch, site.url, ledger.address, ledger.key)
    sent, visitor = mine(), {}

    async def visit(client: httpx2.AsyncClient) -> list[httpx2.Response]:
        blocked, before = await client.get("/api/orders"), await client.get(RECORDS)
        await asyncio.to_thread(ledger.stop)
        opened, silent = await client.get("/api/orders"), await client.post(RECEIPTS, json=sent)
        due, remembered = await client.get(DUE), await client.get(RECORDS)
        await client.get("/login/u_unknown")
        unknown = [await client.get(path) for path in (RECORDS, DUE, "/api/orders")]
        client.cookies.clear()
        visitor["id"] = (await client.get("/visit")).text
        await client.get(f"/login/{sent['subject']}")
        signed_in = await client.get("/api/orders")
        await asyncio.to_thread(ledger.start)
        await asyncio.sleep(0.25)
        late = [await client.post(RECEIPTS, json=body) for body in (sent, mine(subject=visitor["id"]))]
        client.cookies.clear()
        await client.get(f"/login/{sent['subject']}")
        after = [await client.get("/api/orders"), await client.get(RECORDS)]
        return [blocked, before, opened, silent, due, remembered, *unknown, signed_in, *late, *after]

    answers = visiting(shop.app, visit, sent["subject"])

    assert statuses(*answers) == [403, 200, 200, 503, 200, 200, 503, 503, 200, 200, 201, 201, 200, 200]
    assert answers[3].headers["retry-after"] == answers[6].headers["retry-after"] == "60"
    assert (answers[4].json()["outcome"], answers[5].json()) == ("block", [])
    assert len(answers[-1].json()) == 2  # the visitor was linked once the ledger answered
    assert not any(sent["subject"] in line or visitor["id"] in line for line in caplog.messages)
    assert any("does not answer" in line for line in caplog.messages)


def test_app_keeps_receipts_and_decides_while_the_policy_site_is_down(
    shop: Any, site: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = mine(digest=f"sha256:{64 * '7'}", seq=9, serial=9_999_999_999)
    monkeypatch.setitem(site.at, "/policies.json", hang_up)

    answers = visiting(shop.app, lambda client: client.post(RECEIPTS, json=sent), sent["subject"])

    assert (answers.status_code, answers.json()["verdict"]) == (202, "unverified")


class TestStore:
    """`LedgerRecords`, without a framework."""

    def test_one_request_waits_for_a_silent_ledger_and_the_others_fail_at_once(
        self, host: Host, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "_SECONDS", 0.05)
        host.at["/v1/subjects/records"] = silence
        store, asked = LedgerRecords(host.url, "k"), []
        original = store._http.stream
        monkeypatch.setattr(store._http, "stream", lambda *given, **more: asked.append(1) or original(*given, **more))
        for _ in range(5):
            with pytest.raises(LedgerUnavailableError):
                store.records("u_mia")
        assert len(asked) == 1

    @pytest.mark.parametrize("scopes", [("read",), ("write",), ()])
    def test_answer_about_the_key_is_no_answer_to_the_browser(
        self, ledger: RunningLedger, scopes: tuple[str, ...], caplog: pytest.LogCaptureFixture
    ) -> None:
        key = ledger.add_key(f"app{next(_numbers)}", scopes) if scopes else "unknown"
        store, sent = LedgerRecords(ledger.address, key), mine()
        if "write" in scopes:
            assert store.forward(sent, sent["subject"]).status == 201
            with pytest.raises(LedgerUnavailableError, match="scope read"):
                store.current(sent["subject"])
        else:
            with pytest.raises(ReceiptProblemError) as problem:
                store.forward(sent, sent["subject"])
            assert problem.value.status == 503
        assert caplog.messages

    @pytest.mark.parametrize("body", [b"", b"{}", b'["x"]', b"[{}]", b"<html>", b"[" * 100_000])
    def test_answer_of_another_service_is_no_answer(self, body: bytes, store: LedgerRecords) -> None:
        with pytest.raises(LedgerUnavailableError):
            posting(store, 200, body).current("u_mia")

    def test_newest_records_are_asked_for_and_recent_ones_are_not(self, store: LedgerRecords) -> None:
        sent = mine()
        user = sent["subject"]
        assert (store.recent(user), store.recent(user)) == ([], [])
        assert store.forward(sent, user).status == 201
        assert [record["id"] for record in store.recent(user)] == [sent["id"]]

    def test_only_the_last_users_are_remembered(self, store: LedgerRecords, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "_MOST_KNOWN", 2)
        for user in ("u_x", "u_y", "u_z"):
            store.current(user)
        assert list(store._known) == ["u_y", "u_z"]

    def test_record_of_a_form_is_stored_or_refused(self, store: LedgerRecords) -> None:
        sent = mine()
        store.add(sent | {"received_at": "2026-02-01T00:00:00Z"}, sent["subject"])
        with pytest.raises(RefusedRequestError) as refused:
            store.add(sent | {"act": "declined"}, sent["subject"])
        assert refused.value.reply.status == 409

    def test_held_user_is_not_erased(self, store: LedgerRecords) -> None:
        user = mine()["subject"]
        store.forward(mine(subject=user), user)
        store._ask("subjects/hold", {"subject": user, "reason": "a claim"}, (200,))
        with pytest.raises(HeldError):
            store.forget(user)

    @pytest.mark.parametrize(
        ("address", "key"),
        [("http://ledger.shop.example/", "k"), ("", "k"), ("https://l.example/", ""), ("https://l.example/", "é")],
    )
    def test_address_without_encryption_and_a_missing_key_are_refused(self, address: str, key: str) -> None:
        with pytest.raises(ValueError, match="expected"):
            LedgerRecords(address, key)

    @pytest.mark.parametrize("options", [{}, {"records": SqlRecords.sqlite(":memory:"), "ledger": "https://l.example"}])
    def test_acceptance_needs_either_a_table_or_a_ledger(self, options: dict[str, Any]) -> None:
        with pytest.raises(TypeError, match="either"):
            Acceptance(AsyncPolicies("https://policies.shop.example/"), subject_of=lambda _: None, **options)


def posting(store: LedgerRecords, status: int, body: bytes) -> LedgerRecords:
    """Let `store` get this answer to every request."""
    store._http = httpx2.Client(
        base_url="http://127.0.0.1/v1/",
        transport=httpx2.MockTransport(lambda _: httpx2.Response(status, content=body)),
    )
    return store


class TestDjango:
    """The app for Django, with the settings of its documentation."""

    @pytest.fixture
    def shop(self, site: Host, ledger: RunningLedger, tmp_path: Any) -> Iterator[Any]:
        from django.core.management import call_command
        from django.test import Client, override_settings

        settings = django_shop.project(tmp_path / "shop.sqlite3")
        policies = {"INFORCE_POLICIES": settings["INFORCE_POLICIES"] | {"SITE": site.url}, "os": os}
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LEDGER", ledger.address)
            patch.setenv("LEDGER_KEY", ledger.key)
            exec(django_shop.WITH_LEDGER, policies)  # noqa: S102 - trusted code of the documentation
        with override_settings(INFORCE_POLICIES=policies["INFORCE_POLICIES"]):
            yield Client()
            call_command("flush", interactive=False, verbosity=0)

    def test_user_is_blocked_until_the_ledger_has_the_acceptance(
        self, shop: Any, ledger: RunningLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from inforce.client.frameworks.django.acceptance import forget_user
        from inforce.client.frameworks.django.configuration import configuration
        from inforce.client.frameworks.django.models import PolicyRecord

        kept = PolicyRecord.objects.count()  # by tests of apps with the own table
        shop.get("/")
        visitor = shop.session["inforce_policies"]["visitor"]
        user = shop.get(f"/login/name{next(_numbers)}").content.decode()
        sent = mine(subject=user)

        def post(body: Any) -> int:
            return int(shop.post(RECEIPTS, json.dumps(body), content_type="application/json").status_code)

        forget_user(user)  # another test of this module may have had a user with this number
        assert shop.get("/api/orders").status_code == 403
        assert [post(sent), post(sent), post(sent | {"act": "declined"})] == [201, 200, 409]
        assert shop.get("/api/orders").status_code == 200
        assert post(mine(subject=visitor)) == 201
        assert {row["subject"] for row in shop.get(RECORDS).json()} == {user}
        assert PolicyRecord.objects.count() == kept

        ledger.stop()
        assert (post(mine(subject=user)), shop.get(DUE).json()["outcome"]) == (503, "ok")
        assert shop.get("/api/orders").status_code == 200
        monkeypatch.setattr(module, "_KNOWN_SECONDS", 0.0)
        assert [shop.get(path).status_code for path in (DUE, RECORDS, "/api/orders")] == [503, 503, 200]
        ledger.start()
        client: Any = configuration().ledger
        client._silent_until = None
        assert forget_user(user)["count"] == 2
        assert shop.get("/api/orders").status_code == 403
