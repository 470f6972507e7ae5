"""With a key, the browser verifies every text and redline from the signature; a republished site still works."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from browser.app_host import AppHost, policy, step, version
from browser.app_page import AppPage
from browser.watch import Watch
from inforce.signing import generate_key, sign

KEY = generate_key()
MANIFEST, OLD_TEXT, REDLINE = "/legal/policies.jws.json", "/legal/terms/2026-01/en.md", "2026-01...2026-02"
STEP = f"/legal/terms/changes/{REDLINE}/en.json"
TEXT, CHANGES = ["text", "terms", 1, "en"], ["changes", "terms", 1, 2, "en"]
CALL = """async ([name, ...given]) => {
  const texts = await import("/browser/texts.js"), { client } = document.querySelector("policy-prompt");
  return texts[name](client, ...given).catch((error) => error.reason);
}"""


@pytest.fixture
def app(page: Page) -> Iterator[AppPage]:
    """An app with a key, whose user accepted a version that the signed manifest no longer lists."""
    first = version(1, "# Terms\n\nBe kind.\n", "2026-01-01T00:00:00Z", unlisted=True)
    second = version(2, "# Terms\n\nBe very kind.\n", "2026-02-01T00:00:00Z")
    with AppHost(policies=[policy("terms", "none", first, second)]) as host:
        step(host, "terms", first, second)
        host.instead[MANIFEST] = lambda: (200, {"content-type": "application/json"}, sign(host.manifest(), [KEY]))
        yield AppPage(page=page, host=host)


def opened(app: AppPage) -> AppPage:
    app.open(manifest=app.host.site + "policies.jws.json", keys=json.dumps(KEY.public.to_jwk()))
    app.hears("decision", outcome="notice")
    app.host.asked.clear()
    return app


def call(app: AppPage, given: list[Any]) -> Any:
    return app.page.evaluate(CALL, given)


def test_old_text_and_its_redline_are_verified_from_the_signature(app: AppPage) -> None:
    opened(app)
    assert call(app, TEXT)["text"] == "# Terms\n\nBe kind.\n"
    assert [run["op"] for run in call(app, CHANGES)["runs"]] == ["delete", "insert"]
    assert "/legal/terms/versions.json" not in [path for _, path in app.host.asked]


def altered_text(host: AppHost) -> None:
    """Change an old text, and its digest in the unsigned list of versions."""
    other = version(1, "# Terms\n\nPay twice.\n", "2026-01-01T00:00:00Z")
    head = {"type": "policy-versions", "spec": "1.0", "site": host.site, "policy": "terms"}
    host.serve("/legal/terms/versions.json", json.dumps({**head, "versions": [other]}))
    host.serve(OLD_TEXT, "# Terms\n\nPay twice.\n")


def altered_redline(host: AppHost) -> None:
    host.pin()
    status, headers, body = host.instead[STEP]  # type: ignore[misc]  # it is no callable
    document = json.loads(body)
    document["runs"] = [{"op": "equal", "text": "Nothing changed."}]
    host.instead[STEP] = (status, headers, json.dumps(document).encode())


def digests_path(host: AppHost) -> str:
    (listed,) = json.loads(host.manifest())["policies"]
    return f"/legal/terms/versions.{listed['versions_digest'].removeprefix('sha256:')}.json"


def altered_digests(host: AppHost) -> None:
    host.serve(digests_path(host), host.digests(host.policies[0]).replace(b"2026-01-01T", b"2026-01-02T"))


def missing_digests(host: AppHost) -> None:
    host.serve(digests_path(host), b"", status=404)


def no_digest(host: AppHost) -> None:
    plain = json.loads(host.manifest())
    del plain["policies"][0]["versions_digest"]
    host.serve(MANIFEST, sign(json.dumps(plain).encode(), [KEY]))


@pytest.mark.parametrize(
    ("damage", "given", "reason"),
    [
        pytest.param(altered_text, TEXT, "digest", id="altered old text"),
        pytest.param(altered_redline, CHANGES, "digest", id="altered redline"),
        pytest.param(altered_digests, TEXT, "digest", id="altered digests"),
        pytest.param(altered_digests, CHANGES, "digest", id="altered digests, for a redline"),
        pytest.param(missing_digests, TEXT, "missing", id="missing digests"),
        pytest.param(no_digest, TEXT, "unproven", id="a manifest that names no digest"),
    ],
)
def test_changed_or_missing_file_is_rejected_after_one_manifest_refresh(
    app: AppPage, watch: Watch, damage: Callable[[AppHost], None], given: list[Any], reason: str
) -> None:
    if reason == "missing":
        watch.expect("404")
    damage(app.host)
    opened(app)
    app.page.clock.fast_forward(90_000)
    assert [call(app, given), call(app, given)] == [reason, reason]
    assert app.host.asked.count(("GET", MANIFEST)) == 1


@pytest.mark.parametrize("given", [TEXT, CHANGES])
def test_republished_site_works_after_one_refresh(app: AppPage, watch: Watch, given: list[Any]) -> None:
    watch.expect("404")
    opened(app)
    app.host.issued_at = "2026-11-20T06:00:01Z"
    step(app.host, "terms", *app.host.policies[0]["versions"], summary=[{"section": None, "text": "Another build."}])
    app.page.clock.fast_forward(90_000)
    assert call(app, given)["language"] == "en"
    assert app.host.asked.count(("GET", MANIFEST)) == 1


def test_unpublished_version_is_reported_as_missing(app: AppPage) -> None:
    assert call(opened(app), ["text", "terms", 9, "en"]) == "missing"
