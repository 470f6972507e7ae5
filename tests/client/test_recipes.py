"""The recipes in the documentation, word for word: what they say is what they do."""

from __future__ import annotations

import asyncio
import json
import re
import types
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from client.host import Host, hang_up, serving
from client.world import TEXT, document
from inforce.client.problem import problem
from inforce.manifest import to_bytes
from inforce.text import Digest

APPS = Path(__file__).parent.parent.parent / "docs" / "apps"
ACCEPTED = {"policy": "terms", "seq": 2, "language": "en", "digest": str(Digest.of(TEXT))}
JOINED = "2026-01-10T00:00:00Z"

Load = Callable[[str], types.ModuleType]


def recipe(page: str) -> str:
    """Take the first Python of a page of the documentation."""
    return re.findall(r"```python\n(.*?)```", (APPS / page).read_text("utf-8"), re.DOTALL)[0]


@pytest.fixture
def load(host: Host, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Load recipes as modules of an app whose policy site is `host`."""
    monkeypatch.setenv("POLICIES_SITE", host.url)
    host.at["/policies.json"] = serving(unexpiring)

    def loaded(page: str) -> types.ModuleType:
        module = types.ModuleType("shop_policies")
        exec(compile(recipe(page), page, "exec"), module.__dict__)  # noqa: S102 - our own documentation
        return module

    return loaded


def unexpiring(site: str) -> bytes:
    """Write a manifest that does not expire while anybody runs these tests: recipes read the clock."""
    return to_bytes(document(site, expires_at="9998-01-01T00:00:00Z"))


class TestFastAPI:
    def test_the_app_starts_blocks_with_a_problem_and_opens_when_the_terms_are_accepted(self, load: Load) -> None:
        app = load("fastapi.md").app

        async def visit(client: httpx2.AsyncClient) -> list[httpx2.Response]:
            return [
                await client.get("/orders"),
                await client.get("/orders", headers={"authorization": ""}),
                await client.get("/support"),
                await client.get("/policies/due"),
                await client.post("/policies/answers", json={**ACCEPTED, "digest": "sha256:00"}),
                await client.post("/policies/answers", json={}),
                await client.post("/policies/answers", json=ACCEPTED),
                await client.get("/orders"),
            ]

        blocked, stranger, support, due, forged, empty, created, opened = asyncio.run(served(app, visit))

        assert (blocked.status_code, blocked.headers["content-type"]) == (403, "application/problem+json")
        (policy,) = blocked.json()["policies"]
        assert (policy["id"], policy["target_seq"], policy["digests"]["en"]) == ("terms", 2, ACCEPTED["digest"])
        assert (stranger.status_code, support.status_code, due.json()["outcome"]) == (200, 404, "block")
        assert (forged.status_code, empty.status_code, created.status_code) == (422, 422, 201)
        assert (opened.status_code, opened.json()) == (200, [])

    def test_the_app_starts_and_serves_without_its_policy_site(self, host: Host, load: Load) -> None:
        host.at["/policies.json"] = hang_up
        app = load("fastapi.md").app

        async def visit(client: httpx2.AsyncClient) -> httpx2.Response:
            return await client.get("/orders")

        assert asyncio.run(served(app, visit)).status_code == 200


async def served(app: Any, visit: Callable[[httpx2.AsyncClient], Any]) -> Any:
    """Start `app`, let somebody `visit` it, and stop it."""
    transport = httpx2.ASGITransport(app=app)
    headers = {"authorization": "Bearer token-of-mia", "accept-language": "de-AT, en;q=0.8, *"}
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://shop.example", headers=headers) as client,
    ):
        return await visit(client)


class Visitor:
    """A user as Django hands one to a middleware."""

    pk = 7
    is_authenticated = True
    date_joined = datetime.fromisoformat(JOINED)


class TestDjango:
    def test_the_middleware_blocks_with_a_problem_and_opens_when_the_terms_are_accepted(self, load: Load) -> None:
        shop, ask = load("django.md"), self.ask()

        blocked = ask(shop, "/orders/")
        support = ask(shop, "/support/")
        forged = shop.answer(self.request("/policies/answers", {**ACCEPTED, "digest": "sha256:00"}))
        created = shop.answer(self.request("/policies/answers", ACCEPTED))
        opened = ask(shop, "/orders/")

        assert (blocked.status_code, blocked["content-type"]) == (403, "application/problem+json")
        assert [policy["id"] for policy in json.loads(blocked.content)["policies"]] == ["terms"]
        assert (support.content, forged.status_code, created.status_code, opened.content) == (
            b"open",
            422,
            201,
            b"open",
        )

    def test_the_app_serves_without_its_policy_site(self, host: Host, load: Load) -> None:
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

    def request(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        from django.test import RequestFactory

        made = RequestFactory().post(path, data=json.dumps(body or {}), content_type="application/json")
        made.user, made.LANGUAGE_CODE = Visitor(), "de"
        return made


class TestProblems:
    def test_a_problem_names_only_what_is_due_and_where_to_read_it(self) -> None:
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
