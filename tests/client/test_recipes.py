"""Tests of the documented recipes, executed from the pages."""

from __future__ import annotations

import json
import re
import types
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from client.host import Host, answer, hang_up, serving
from client.receipts import receipt
from client.world import digests_path, proven
from inforce.client.problem import problem
from inforce.manifest import to_bytes
from inforce.text import Digest

APPS = Path(__file__).parent.parent.parent / "docs" / "apps"
ACCEPTED = receipt()
OLD_TEXT = "# Terms\n\nWe kept our word.\n"
# Version 1 asked for another act than the policy does now.
OLD = ACCEPTED | {
    "id": "01a2225b-8cf6-76f5-acf2-8655b7060fe1",
    "seq": 1,
    "version": "2025-01-01",
    "act": "acknowledged",
    "digest": str(Digest.of(OLD_TEXT)),
}


JOINED = "2026-01-10T00:00:00Z"

Load = Callable[[str], types.ModuleType]


def recipe(page: str) -> str:
    """Return the first Python block of a page of the documentation."""
    return re.findall(r"```python\n(.*?)```", (APPS / page).read_text("utf-8"), re.DOTALL)[0]


@pytest.fixture
def load(host: Host, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Load recipes as modules of an app whose policy site is `host`."""
    monkeypatch.setenv("POLICIES_SITE", host.url)
    host.at["/policies.json"] = serving(unexpiring)
    with_history(host)

    def loaded(page: str) -> types.ModuleType:
        module = types.ModuleType("shop_policies")
        exec(compile(recipe(page), page, "exec"), module.__dict__)  # noqa: S102 - trusted code of the documentation
        return module

    return loaded


def unexpiring(site: str) -> bytes:
    """Return a manifest that does not expire during the tests, because recipes read the clock."""
    return to_bytes(with_digests(site)[0])


def with_digests(site: str) -> tuple[dict[str, Any], bytes]:
    older = {"seq": 1, "version": "2025-01-01", "act": "acknowledge", "digests": {"en": OLD["digest"]}}
    return proven(site, older, expires_at="9998-01-01T00:00:00Z")


def with_history(host: Host) -> None:
    """Serve the digests that prove version 1, which the manifest no longer lists."""
    stated, digests = with_digests(host.url)
    host.at[digests_path(stated)] = answer(digests)
    host.at["/terms/2025-01-01/en.md"] = serving(lambda _: OLD_TEXT.encode())


class Visitor:
    """A user as Django passes one to a middleware."""

    pk = 7
    is_authenticated = True
    date_joined = datetime.fromisoformat(JOINED)


MINE = ACCEPTED | {"subject": "user:7"}


class Stranger:
    """A visitor who has not signed in, as Django passes one to a view."""

    pk = None
    is_authenticated = False


class TestDjango:
    def test_receipt_is_stored_once(self, load: Load) -> None:
        ask, shop = self.ask(), load("django.md")
        blocked = ask(shop, "/orders/").status_code

        statuses = [
            shop.answer(self.request("/policies/answers", MINE | {"act": act})).status_code
            for act in ("declined", "declined", "accepted")
        ]

        assert (blocked, statuses, ask(shop, "/orders/").status_code) == (403, [201, 201, 409], 403)
        assert [(record["act"], record["subject"]) for record in shop.RECORDS.values()] == [("declined", "user:7")]

    def test_receipt_without_signing_in_is_rejected(self, load: Load) -> None:
        self.ask()
        shop, request = load("django.md"), self.request("/policies/answers", MINE | {"subject": "user:None"})
        request.user = Stranger()

        assert (shop.answer(request).status_code, shop.RECORDS) == (401, {})

    def test_receipt_for_a_version_no_longer_in_the_manifest_is_stored(self, load: Load) -> None:
        self.ask()
        shop = load("django.md")
        shop.policies.refresh()

        bodies = [OLD | {"subject": "user:7"}, OLD | {"subject": "user:7", "digest": ACCEPTED["digest"]}]
        statuses = [shop.answer(self.request("/policies/answers", body)).status_code for body in bodies]

        assert (statuses, [record["seq"] for record in shop.RECORDS.values()]) == ([201, 422], [1])

    def test_middleware_blocks_with_a_problem_document_until_the_terms_are_accepted(self, load: Load) -> None:
        shop, ask = load("django.md"), self.ask()

        blocked = ask(shop, "/orders/")
        support = ask(shop, "/support/")
        forged = shop.answer(self.request("/policies/answers", {**MINE, "digest": "sha256:" + "0" * 64}))
        created = shop.answer(self.request("/policies/answers", MINE))
        opened = ask(shop, "/orders/")

        assert (blocked.status_code, blocked["content-type"]) == (403, "application/problem+json")
        assert [policy["id"] for policy in json.loads(blocked.content)["policies"]] == ["terms"]
        assert (support.content, forged.status_code, created.status_code, opened.content) == (
            b"open",
            422,
            201,
            b"open",
        )

    def test_app_serves_without_its_policy_site(self, host: Host, load: Load) -> None:
        host.at["/policies.json"] = hang_up

        assert self.ask()(load("django.md"), "/orders/").content == b"open"

    def ask(self) -> Callable[[types.ModuleType, str], Any]:
        from django.conf import settings
        from django.http import HttpResponse

        if not settings.configured:
            settings.configure()

        def asked(shop: types.ModuleType, path: str) -> Any:
            return shop.policies_first(lambda _: HttpResponse(b"open"))(self.request(path))

        return asked

    def request(self, path: str, body: Mapping[str, Any] | bytes = b"{}") -> Any:
        from django.test import RequestFactory

        data = body if isinstance(body, bytes) else json.dumps(body)
        made = RequestFactory().post(path, data=data, content_type="application/json")
        made.user, made.LANGUAGE_CODE = Visitor(), "de"
        return made


class TestProblems:
    def test_problem_document_lists_only_due_policies_and_their_urls(self) -> None:
        decision: Any = {
            "outcome": "block",
            "policies": [
                {"id": "terms", "outcome": "block", "reason": "reaccept", "target_seq": 2, "base_seq": 1}
                | {"language": "en", "deadline": "2026-01-01T00:00:00Z"},
                {"id": "privacy", "outcome": "ok", "reason": "current", "target_seq": 1, "base_seq": 1}
                | {"language": "en", "deadline": None},
            ],
        }

        body = problem(decision, None, "https://policies.shop.example/")

        assert (body["status"], [policy["id"] for policy in body["policies"]]) == (403, ["terms"])
        assert body["policies"][0]["page"] == "https://policies.shop.example/"
        assert body["policies"][0]["deadline"] == "2026-01-01T00:00:00Z"
