"""The components in Next and in templates of Vue: the documented examples, run by `make frameworks` (two minutes)."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from browser.app_host import AppHost, policy, version
from browser.app_page import NOON
from browser.test_components_js import examples, install

PROJECT = Path(sys.prefix) / "next"  # Turbopack accepts no links to packages outside the project


def run(*command: str) -> str:
    process = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    output = process.stdout + process.stderr
    assert process.returncode == 0, output
    return output


@pytest.fixture(scope="module")
def project() -> Path:
    assert (PROJECT / "node_modules").is_dir(), "Next is not installed: run “make frameworks”, which installs it"
    shutil.rmtree(PROJECT / "node_modules" / "@inforce-policies", ignore_errors=True)
    install(PROJECT / "node_modules")
    shutil.copytree(Path(__file__).parent / "next", PROJECT, dirs_exist_ok=True)
    code = examples("react.md")
    layout, account = code["app/layout.tsx"], '"use client";\n' + code["src/Account.tsx"]
    (PROJECT / "app" / "layout.tsx").write_text(layout.replace("https://policies.shop.example/", "/legal/"), "utf-8")
    (PROJECT / "app" / "account.tsx").write_text(account, "utf-8")
    return PROJECT


@pytest.fixture(scope="module")
def url(project: Path) -> Iterator[str]:
    """The address of the app that Next has built and serves."""
    output = run("node", "node_modules/next/dist/bin/next", "build")
    assert "Compiled successfully" in output
    assert re.findall(r"^ *(?:⚠|.*\bwarning\b).*", output, re.MULTILINE | re.IGNORECASE) == []
    command = ["node", "node_modules/next/dist/bin/next", "start", "--hostname", "127.0.0.1", "--port", "0"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        yield next(found[0] for line in server.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
        server.terminate()


def test_next_renders_hydrates_and_sends_the_answer(page: Page, url: str) -> None:
    terms = policy("terms", "accept", version(1, "# Terms\n\nBe kind.", "2026-01-01T00:00:00Z"))
    with AppHost(policies=[terms]) as host:

        def policies(route: Route) -> None:
            path = route.request.url.removeprefix(url)
            body = host.manifest(site=f"{url}/legal/") if path == "/legal/policies.json" else host._answer(path)[2]
            kind = "application/json" if path.endswith(".json") else "text/markdown"
            route.fulfill(body=body.replace(host.site.encode(), f"{url}/legal/".encode()), content_type=kind)

        receipts = []
        page.route(f"{url}/legal/**", policies)
        page.route(f"{url}/api/records", lambda route: route.fulfill(body="[]", content_type="application/json"))
        page.route(
            f"{url}/api/receipts",
            lambda route: (receipts.append(route.request.post_data_json), route.fulfill(status=201)),
        )
        page.clock.install(time=NOON)
        page.goto(url)
        prompt = page.locator("policy-prompt")
        prompt.locator("[part~=accept]").click()
        expect(page.get_by_text("Terms of service: ok")).to_be_visible()
        expect(prompt.get_by_role("dialog")).to_have_count(0)
        assert [receipt["act"] for receipt in receipts] == ["accepted"]


def test_vue_templates_are_strict(project: Path) -> None:
    folder = project / "vue"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(Path(__file__).parent / "apps" / "vue", folder)
    for path, code in examples("vue.md").items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(code, "utf-8")
    (folder / "Wrong.vue").write_text(
        '<script setup lang="ts">\nimport { PolicyPrompt } from "@inforce-policies/browser/vue";\n</script>\n'
        '<template>\n  <PolicyPrompt :manifest="1" @receipt="(event: number) => event" />\n</template>\n'
    )
    (folder / "tsconfig.json").write_text('{"extends": "../tsconfig.json", "include": ["."]}')
    program = ["node", "node_modules/vue-tsc/bin/vue-tsc.js", "--noEmit", "-p", "vue"]
    process = subprocess.run(program, cwd=project, capture_output=True, text=True, check=False)
    errors = re.findall(r"^(\S+?)\(\d+,\d+\): error (\w+)", process.stdout, re.MULTILINE)
    assert errors == [("vue/Wrong.vue", "TS2322"), ("vue/Wrong.vue", "TS2322")], process.stdout
