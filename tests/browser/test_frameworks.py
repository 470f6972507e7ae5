"""The packages for frameworks end to end: the app of the documentation on a real server, its page in Chromium."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Page, expect

from browser.app_host import AppHost, policy, version
from browser.watch import Watch
from client import django_shop
from client.framework_apps import load

TERMS = policy("terms", "accept", version(1, "# Terms\n\nWe keep it.\n", "2026-01-01T00:00:00Z"))
SUBJECT = "u_mia"


@contextmanager
def running(app: Any) -> Iterator[str]:
    """Serve `app` until the end of the block; yield its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", access_log=False))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def host() -> Iterator[AppHost]:
    """A policy site that allows the pages of each origin."""
    with AppHost(policies=[TERMS]) as opened:
        allow_pages(opened)
        yield opened


@pytest.fixture(params=["starlette", "fastapi", "django"])
def shop(
    request: pytest.FixtureRequest, host: AppHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The address of a shop that uses a framework."""
    start = running_django if request.param == "django" else running_starlette
    with start(request.param, host.site, tmp_path / "records.db", monkeypatch) as address:
        yield address


@contextmanager
def running_starlette(name: str, site: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with running(load(name, monkeypatch, site, str(file)).app) as address:
        yield address


@contextmanager
def running_django(_: str, site: str, file: Path, __: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the project of the documentation for Django."""
    with ThreadPoolExecutor(1) as thread:  # Django refuses to use a database where Playwright runs its event loop
        settings = thread.submit(django_shop.project, file).result()
    from django.core.asgi import get_asgi_application
    from django.test import override_settings

    policies = settings["INFORCE_POLICIES"] | {"SITE": site}
    with override_settings(INFORCE_POLICIES=policies), running(get_asgi_application()) as address:
        yield address


def allow_pages(host: AppHost) -> None:
    """Let the pages of other origins read the policies, as a policy site does."""
    (listed,) = json.loads(host.manifest())["policies"]
    digests = f"terms/versions.{listed['versions_digest'].removeprefix('sha256:')}.json"
    paths = ["policies.json", "terms/2026-01/en.md", digests]
    for path in paths:
        status, headers, body = host._file(f"/legal/{path}")
        host.instead[f"/legal/{path}"] = (status, {**headers, "access-control-allow-origin": "*"}, body)


def calls(page: Page, address: str) -> Callable[..., list[Any]]:
    """Return a function that sends a request of the signed-in user, and returns the status and the problem."""

    def call(path: str, body: Any = None, **headers: str) -> list[Any]:
        token = page.evaluate("({ ...document.querySelector('policy-prompt').dataset })")
        proof = {token["header"]: token["token"]} if token else {}
        sent = {"content-type": "application/json", **proof, **headers}
        data = body if isinstance(body, str) else json.dumps(body)
        method = page.request.get if body is None else page.request.post
        answer = method(address + path, **({} if body is None else {"data": data, "headers": sent}))
        problem = answer.headers["content-type"] == "application/problem+json"
        return [answer.status, answer.json()["type"].rpartition("#")[2] if problem else ""]

    return call


def test_user_is_blocked_accepts_and_continues(shop: str, page: Page, watch: Watch) -> None:
    watch.expect("403")  # the page of a blocked user, with Django
    page.request.get(f"{shop}/login/{SUBJECT}")
    call = calls(page, shop)
    page.goto(shop)
    assert call("/api/orders") == [403, "due"]

    with page.expect_response("**/policies/receipts") as posted:
        page.get_by_role("button", name="I accept", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("heading", name="Shop")).to_be_visible()

    assert call("/api/orders") == [200, ""]
    receipt = posted.value.request.post_data_json
    (record,) = page.request.get(f"{shop}/policies/records").json()
    assert {name: record[name] for name in receipt} == receipt
    assert posted.value.status == 201
    hostile = {
        "stored already": receipt,
        "other content": receipt | {"act": "declined"},
        "foreign subject": receipt | {"subject": "u_noah"},
        "wrong digest": receipt | {"digest": f"sha256:{64 * '0'}"},
        "wrong act": receipt | {"act": "consented"},
        "not JSON": "{",
        "too large": " " * 20_000,
    }
    assert {name: call("/policies/receipts", body) for name, body in hostile.items()} == {
        "stored already": [200, ""],
        "other content": [409, "id-conflict"],
        "foreign subject": [403, "subject-mismatch"],
        "wrong digest": [422, "digest-contradicts"],
        "wrong act": [422, "act-mismatch"],
        "not JSON": [400, "malformed"],
        "too large": [413, "too-large"],
    }
    assert call("/policies/receipts", "{}", **{"content-type": "text/plain"}) == [415, "unsupported-media-type"]
    assert len(page.request.get(f"{shop}/policies/records").json()) == 1
    page.request.get(f"{shop}/login/u_noah")
    assert call("/api/orders") == [403, "due"]
