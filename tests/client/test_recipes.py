"""Tests of the documented recipes, executed from the pages."""

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

from client.host import Host, answer, hang_up, serving
from client.world import TEXT, digests_path, proven
from inforce.client.problem import problem
from inforce.manifest import to_bytes
from inforce.text import Digest

APPS = Path(__file__).parent.parent.parent / "docs" / "apps"
ACCEPTED = {
    "id": "01a2225b-8cf6-76f5-acf2-8655b7060fe0",
    "policy": "terms",
    "seq": 2,
    "act": "accepted",
    "at": "2026-02-01T00:00:00Z",
    "language": "en",
    "digest": str(Digest.of(TEXT)),
    "subject": "u_mia",
    "serial": 1,
}
OLD_TEXT = "# Terms\n\nWe kept our word.\n"
# Version 1 asked for another act than the policy does now.
OLD = ACCEPTED | {
    "id": "01a2225b-8cf6-76f5-acf2-8655b7060fe1",
    "seq": 1,
    "act": "acknowledged",
    "digest": str(Digest.of(OLD_TEXT)),
}


def written(**changes: Any) -> bytes:
    return json.dumps(ACCEPTED | changes).encode()


HOSTILE = [
    pytest.param(b"", 400, id="nothing"),
    pytest.param(b"{", 400, id="half an object"),
    pytest.param(b"[]", 400, id="a list"),
    pytest.param(b"null", 400, id="null"),
    pytest.param(b"\xff\xfe{}", 400, id="not UTF-8"),
    pytest.param(b"\x00" * 100, 400, id="NUL"),
    pytest.param(b"[" * 10_000, 400, id="deep nesting"),
    pytest.param(b'{"seq":' + b"9" * 10_000 + b"}", 400, id="a huge integer"),
    pytest.param(written(seq=2**53), 400, id="an integer beyond 2^53 - 1"),
    pytest.param(b'{"seq": 1e999}', 400, id="infinity"),
    pytest.param(written() + b" " * 16_384, 413, id="more than 16 KiB"),
    pytest.param(written(policy="terms\0"), 400, id="NUL in a policy"),
    pytest.param(written(policy="../terms"), 400, id="a path as a policy"),
    pytest.param(written(policy="\ud800"), 400, id="a lone surrogate"),
    pytest.param(written(policy=["terms"]), 400, id="a list as a policy"),
    pytest.param(written(language={"en": 1}), 400, id="an object as a language"),
    pytest.param(written(digest=None), 400, id="no digest"),
    pytest.param(written(at="garbage"), 400, id="an invalid time"),
    pytest.param(written(at=None), 400, id="no time"),
    pytest.param(written(act="agreed"), 400, id="an unknown act"),
    pytest.param(written(act=None), 400, id="no act"),
    pytest.param(written(id=7), 400, id="a number as an id"),
    pytest.param(written(serial="1"), 400, id="a text as a serial"),
    pytest.param(written(serial=None, seq=99), 422, id="no serial, and a version that was never published"),
    pytest.param(written(version={}), 400, id="an object as a version"),
    pytest.param(written(version="../../x"), 400, id="a path as a version"),
    pytest.param(written(version="2019-01-01"), 422, id="the label of another version"),
    pytest.param(written(base_seq=["x"]), 400, id="a list as the user's version"),
    pytest.param(written(base_seq=-1), 400, id="a negative version"),
    pytest.param(written(surface="x"), 400, id="a text as a surface"),
    pytest.param(written(surface={"template": ["x"]}), 400, id="a list in a surface"),
    pytest.param(written(surface={"template": "x" * 300}), 400, id="a long text in a surface"),
    pytest.param(written(subject="u_noah"), 400, id="another subject"),
    pytest.param(written(subject=None), 400, id="no subject"),
    pytest.param(written(act="acknowledged"), 422, id="an act that the policy does not require"),
    pytest.param(written(digest="sha256:" + "0" * 64), 422, id="a digest that was never published"),
    pytest.param(written(seq=99), 422, id="a version that was never published"),
    pytest.param(written(policy="other"), 422, id="a policy that was never published"),
    pytest.param(written(language="de"), 422, id="a language that was never published"),
    pytest.param(written(seq=99, serial=9_999_999_999), 503, id="a version newer than this server knows"),
]
PATHS = [
    *[(path, True) for path in ("/support", "/support/", "/support/tickets/7", "/policies/due", "/account/export")],
    *[(path, False) for path in ("/supportive-orders", "/support-orders", "/logoutx", "/policies.json", "/orders")],
    *[(path, False) for path in ("/support/../orders", "/support/./x", "/support/..", "//support", "/support//orders")],
    *[(path, False) for path in ("/orders/support", "/account", "/Support", "support", "", "/", "/support%2f..")],
    *[
        (path, False)
        for path in ("/support\\..\\orders", "/support/%2e%2e/orders", "/support/..;/orders", "/support?/x")
    ],
]
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


class TestFastAPI:
    @pytest.mark.parametrize(("body", "status"), HOSTILE)
    def test_hostile_body_is_rejected_with_a_problem_document_and_not_stored(
        self, load: Load, body: bytes, status: int
    ) -> None:
        shop = load("fastapi.md")

        async def visit(client: httpx2.AsyncClient) -> httpx2.Response:
            return await client.post("/policies/answers", content=body)

        answer = asyncio.run(served(shop.app, visit))

        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert (answer.json()["status"], shop.RECORDS) == (status, [])

    def test_receipt_is_stored_once(self, load: Load) -> None:
        shop = load("fastapi.md")

        async def visit(client: httpx2.AsyncClient) -> list[httpx2.Response]:
            bodies = [written(act="declined"), written(act="declined"), written(act="accepted")]
            return [await client.post("/policies/answers", content=body) for body in bodies] + [
                await client.get("/orders")
            ]

        statuses = [answer.status_code for answer in asyncio.run(served(shop.app, visit))]

        assert statuses == [201, 201, 409, 403]
        assert [(record["act"], record["subject"]) for record in shop.RECORDS] == [("declined", "u_mia")]

    def test_receipt_without_signing_in_is_rejected(self, load: Load) -> None:
        shop = load("fastapi.md")

        async def visit(client: httpx2.AsyncClient) -> httpx2.Response:
            return await client.post("/policies/answers", json=ACCEPTED, headers={"authorization": "Bearer other"})

        assert (asyncio.run(served(shop.app, visit)).status_code, shop.RECORDS) == (401, [])

    def test_receipt_for_a_version_no_longer_in_the_manifest_is_stored(self, load: Load) -> None:
        shop = load("fastapi.md")

        async def visit(client: httpx2.AsyncClient) -> list[int]:
            bodies = [OLD | {"act": "accepted"}, OLD, OLD | {"digest": ACCEPTED["digest"]}]
            return [(await client.post("/policies/answers", json=body)).status_code for body in bodies]

        assert asyncio.run(served(shop.app, visit)) == [422, 201, 422]
        assert [record["seq"] for record in shop.RECORDS] == [1]

    @pytest.mark.parametrize(("path", "is_open"), PATHS)
    def test_open_paths_match_only_complete_segments(self, load: Load, path: str, is_open: bool) -> None:
        assert load("fastapi.md").is_open(path) is is_open

    @pytest.mark.parametrize(
        "path", ["/supportive-orders", "/support/%2e%2e/orders", "/support%3F/orders", "//support"]
    )
    def test_blocked_user_cannot_bypass_the_block_with_an_unusual_path(self, load: Load, path: str) -> None:
        async def visit(client: httpx2.AsyncClient) -> httpx2.Response:
            return await client.get(f"http://shop.example{path}")

        assert asyncio.run(served(load("fastapi.md").app, visit)).status_code == 403

    def test_app_blocks_with_a_problem_document_until_the_terms_are_accepted(self, load: Load) -> None:
        app = load("fastapi.md").app

        async def visit(client: httpx2.AsyncClient) -> list[httpx2.Response]:
            return [
                await client.get("/orders"),
                await client.get("/orders", headers={"authorization": ""}),
                await client.get("/support"),
                await client.get("/policies/due"),
                await client.post("/policies/answers", json={**ACCEPTED, "digest": "sha256:" + "0" * 64}),
                await client.post("/policies/answers", json={}),
                await client.post("/policies/answers", json=ACCEPTED),
                await client.get("/orders"),
            ]

        blocked, stranger, support, due, forged, empty, created, opened = asyncio.run(served(app, visit))

        assert (blocked.status_code, blocked.headers["content-type"]) == (403, "application/problem+json")
        (policy,) = blocked.json()["policies"]
        assert (policy["id"], policy["target_seq"], policy["digests"]["en"]) == ("terms", 2, ACCEPTED["digest"])
        assert (stranger.status_code, support.status_code, due.json()["outcome"]) == (200, 404, "block")
        assert (forged.status_code, empty.status_code, created.status_code) == (422, 400, 201)
        assert (opened.status_code, opened.json()) == (200, [])

    def test_app_starts_and_serves_without_its_policy_site(self, host: Host, load: Load) -> None:
        host.at["/policies.json"] = hang_up
        app = load("fastapi.md").app

        async def visit(client: httpx2.AsyncClient) -> httpx2.Response:
            return await client.get("/orders")

        assert asyncio.run(served(app, visit)).status_code == 200


async def served(app: Any, visit: Callable[[httpx2.AsyncClient], Any]) -> Any:
    """Start `app`, run `visit`, and stop it."""
    transport = httpx2.ASGITransport(app=app)
    headers = {"authorization": "Bearer token-of-mia", "accept-language": "de-AT, en;q=0.8, *"}
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://shop.example", headers=headers) as client,
    ):
        return await visit(client)


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
    @pytest.mark.parametrize(("body", "status"), HOSTILE)
    def test_hostile_body_is_rejected_with_a_problem_document_and_not_stored(
        self, load: Load, body: bytes, status: int
    ) -> None:
        self.ask()
        shop = load("django.md")
        shop.policies.refresh()

        answer = shop.answer(self.request("/policies/answers", body.replace(b"u_mia", b"user:7")))

        assert (answer.status_code, answer["content-type"]) == (status, "application/problem+json")
        assert (json.loads(answer.content)["status"], shop.RECORDS) == (status, [])

    def test_receipt_is_stored_once(self, load: Load) -> None:
        ask, shop = self.ask(), load("django.md")
        blocked = ask(shop, "/orders/").status_code

        statuses = [
            shop.answer(self.request("/policies/answers", MINE | {"act": act})).status_code
            for act in ("declined", "declined", "accepted")
        ]

        assert (blocked, statuses, ask(shop, "/orders/").status_code) == (403, [201, 201, 409], 403)
        assert [(record["act"], record["subject"]) for record in shop.RECORDS] == [("declined", "user:7")]

    def test_receipt_without_signing_in_is_rejected(self, load: Load) -> None:
        self.ask()
        shop, request = load("django.md"), self.request("/policies/answers", MINE | {"subject": "user:None"})
        request.user = Stranger()

        assert (shop.answer(request).status_code, shop.RECORDS) == (401, [])

    def test_receipt_for_a_version_no_longer_in_the_manifest_is_stored(self, load: Load) -> None:
        self.ask()
        shop = load("django.md")
        shop.policies.refresh()

        bodies = [OLD | {"subject": "user:7"}, OLD | {"subject": "user:7", "digest": ACCEPTED["digest"]}]
        statuses = [shop.answer(self.request("/policies/answers", body)).status_code for body in bodies]

        assert (statuses, [record["seq"] for record in shop.RECORDS]) == ([201, 422], [1])

    @pytest.mark.parametrize(("path", "is_open"), PATHS)
    def test_open_paths_match_only_complete_segments(self, load: Load, path: str, is_open: bool) -> None:
        self.ask()
        assert load("django.md").is_open(path) is is_open

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
