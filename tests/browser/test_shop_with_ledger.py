"""The example in docs/ledger/example.md: a policy site, a ledger, an app with FastAPI, and users in Chromium."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, expect

from browser.app_host import AppHost, policy, step, version
from browser.test_frameworks import running
from browser.watch import Watch
from client.framework_apps import load_with_ledger
from ledger import test_evidence
from ledger.running import RunningLedger, running_ledger

only_cryptography = test_evidence.only_cryptography  # a fixture
JOINED = "2026-01-01T00:00:00Z"
FIRST = version(1, "# Terms of Use\n\nBe kind.\n", JOINED)
SECOND = version(2, "# Terms of Use\n\nBe kind and fair.\n", "2026-11-20T00:00:00Z")
NEWS = policy("news", "consent", version(1, "# Newsletter\n\nOnce a month.\n", JOINED))
ACT = "(act) => document.querySelector('policy-prompt').client.act('news', act)"


def publish(host: AppHost, issued_at: str, *versions: dict[str, object]) -> None:
    """Publish `versions` of the terms, and the newsletter; pages of other origins can read the site."""
    host.issued_at, host.policies = issued_at, [policy("terms", "accept", *versions), NEWS]
    host.instead.clear()
    if len(versions) == 2:
        step(host, "terms", FIRST, SECOND)
    listed = {each["id"]: each["versions_digest"] for each in json.loads(host.manifest())["policies"]}
    paths = [f"{name}/versions.{digest.removeprefix('sha256:')}.json" for name, digest in listed.items()]
    texts = [f"{each['id']}/{new['version']}/en.md" for each in host.policies for new in each["versions"]]
    for path in ["policies.json", *paths, *texts, *(key.removeprefix("/legal/") for key in host.instead)]:
        status, headers, body = host._answer(f"/legal/{path}")
        host.instead[f"/legal/{path}"] = (status, {**headers, "access-control-allow-origin": "*"}, body)


@pytest.fixture
def host() -> Iterator[AppHost]:
    with AppHost() as opened:
        publish(opened, "2026-11-10T06:00:00Z", FIRST)
        yield opened


@pytest.fixture
def ledger(host: AppHost, tmp_path: Path) -> Iterator[RunningLedger]:
    with running_ledger(tmp_path, host.site) as opened:
        yield opened


@contextmanager
def shop(page: Page, host: AppHost, ledger: RunningLedger, user: str) -> Iterator[tuple[str, object]]:
    """Start the app of the documentation, sign `user` in, open its page, and yield its address and `acceptance`."""
    with pytest.MonkeyPatch.context() as patch:
        module = load_with_ledger(patch, host.site, ledger.address, ledger.key)
    with running(module.app) as address:
        page.request.get(f"{address}/login/{user}")
        page.goto(address)
        yield address, module.acceptance
        page.goto("about:blank")


def answered(page: Page, button: str) -> int:
    """Press `button` of the prompt, and return the status of the answer of the app."""
    with page.expect_response("**/policies/receipts") as posted:
        page.get_by_role("button", name=button, exact=True).click()
    return posted.value.status


def test_user_from_sign_up_to_erasure_and_evidence_about_another_user(
    page: Page, watch: Watch, host: AppHost, ledger: RunningLedger, only_cryptography: Path, tmp_path: Path
) -> None:
    watch.expect("403")  # the request of a blocked user

    with shop(page, host, ledger, "u_noah") as (address, _):  # another user
        assert answered(page, "I accept") == 201
    with shop(page, host, ledger, "u_mia") as (address, _):
        assert page.request.get(f"{address}/api/orders").status == 403
        assert [answered(page, "I accept"), answered(page, "I agree")] == [201, 201]
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert page.request.get(f"{address}/api/orders").status == 200

    publish(host, "2026-11-20T06:00:00Z", FIRST, SECOND)
    ledger.stop()
    ledger.start()
    with shop(page, host, ledger, "u_mia") as (address, acceptance):
        expect(page.get_by_role("dialog").locator("ins")).to_contain_text("and fair")
        assert page.request.get(f"{address}/api/orders").status == 403
        assert answered(page, "I accept") == 201
        with page.expect_response("**/policies/receipts") as posted:
            page.evaluate(ACT, "withdrawn")
        assert posted.value.status == 201
        kept = [(each["policy"], each["act"], each["seq"], each["base_seq"]) for each in ledger.records("u_mia")]
        assert kept == [
            ("terms", "accepted", 1, None),
            ("news", "consented", 1, None),
            ("terms", "accepted", 2, 1),
            ("news", "withdrawn", 1, 1),
        ]
        certificate = acceptance.ledger.forget("u_mia")  # type: ignore[attr-defined]
        assert (certificate["count"], certificate["proven"], ledger.records("u_mia")) == (4, True, [])

    (record,) = ledger.records("u_noah")
    headers = {"Authorization": f"Bearer {ledger.key}"}
    pack = httpx2.get(f"{ledger.address}v1/receipts/{record['id']}/evidence", headers=headers, timeout=60)
    assert pack.status_code == 200
    with zipfile.ZipFile(io.BytesIO(pack.content)) as archive:
        archive.extractall(tmp_path / "evidence")
    program = tmp_path / "evidence" / "verify.py"
    words = [sys.executable, "-I", "-S", "-c", test_evidence.ONLY_CRYPTOGRAPHY, str(only_cryptography), str(program)]
    checked = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "u_mia" not in " ".join(file.read_text("utf-8", "replace") for file in program.parent.iterdir())
