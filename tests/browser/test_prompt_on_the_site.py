"""The published site contains the browser files, and a page that previews the questions to users."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from browser.conftest import Serve
from browser.watch import Watch
from built import ROOT, build

AT = "2026-11-01T00:00:00Z"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of this repository, including the documentation, as built on 1 November 2026."""
    return build(ROOT, tmp_path_factory.mktemp("documentation") / "site", AT)


@pytest.fixture
def trying(page: Page, site: Path, serve: Serve) -> Page:
    """The preview page, served under a path, on the day of the build."""
    page.clock.install(time=AT)
    page.goto(serve(site, below="/legal/policies/").url + "apps/try/")
    expect(page.locator("#outcome")).to_contain_text("The app would say")
    return page


def test_links_of_the_documentation_have_targets(site: Path) -> None:
    """A link without a target fails the build, as tests/test_docs_pages.py tests."""
    assert (site / "editors/index.html").is_file()


def test_site_publishes_the_browser_files_with_their_digests(site: Path) -> None:
    listed = json.loads((site / "browser" / "files.json").read_text("utf-8"))["files"]
    assert {"decide.js", "client.js", "prompt.js", "texts.js", "messages/de.js"} <= set(listed)
    for name, file in listed.items():
        assert (site / "browser" / name).stat().st_size == file["bytes"]


def test_app_can_load_and_pin_the_files_of_the_site(page: Page, site: Path, serve: Serve, watch: Watch) -> None:
    """If a pinned file differs by one byte, the browser does not run it."""
    watch.expect("favicon.ico", "Failed to find a valid digest")
    host = serve(site)
    page.goto(host.url + "schema/policy-manifest-1.json")
    integrity = json.loads((site / "browser/files.json").read_text("utf-8"))["files"]["prompt.js"]["integrity"]
    load = """([src, integrity]) => new Promise((done) => {
      const script = document.createElement("script");
      script.onload = () => done(true);
      script.onerror = () => done(false);
      Object.assign(script, { type: "module", crossOrigin: "anonymous", src, integrity });
      document.documentElement.append(script);
    })"""
    assert page.evaluate(load, [host.url + "browser/client.js", integrity]) is False
    assert page.evaluate(load, [host.url + "browser/prompt.js", integrity]) is True
    assert page.evaluate("customElements.get('policy-prompt') !== undefined")


def test_editor_can_preview_the_questions_of_a_date(trying: Page) -> None:
    expect(trying.locator("#due tr", has_text="terms")).to_contain_text("first-time")
    for name in ("terms", "cookies", "privacy"):
        options = trying.locator(f"select[name={name}] option")
        trying.locator(f"select[name={name}]").select_option(index=options.count() - 1)
    trying.locator("select[name=privacy]").select_option(label="2026-01-15.1 (number 5)")
    expect(trying.locator("#outcome")).to_contain_text("“notice”, because: upcoming")
    trying.locator("input[name=at]").fill("2031-03-01T12:00")
    expect(trying.locator("#outcome")).to_contain_text("“stale”")  # the manifest of 2026 has expired by then
    trying.locator("input[name=at]").fill("2026-11-02T12:00")
    trying.get_by_role("button", name="Show what the user sees").click()
    bar = trying.get_by_role("region", name="About our policies")
    expect(bar).to_contain_text("A new version applies from")
    bar.get_by_role("button", name="Read").click()
    dialog = trying.get_by_role("dialog", name="What changes")
    dialog.get_by_text("What changed, word by word").first.click()
    expect(dialog.locator("ins").first).to_be_visible()
    expect(dialog.get_by_role("heading", name="Privacy Policy", exact=True)).to_be_visible()


def test_preview_in_another_language_uses_that_language(trying: Page) -> None:
    trying.locator("input[name=languages]").fill("zh-CN")
    trying.get_by_role("button", name="Show what the user sees").click()
    dialog = trying.locator("policy-prompt").get_by_role("dialog")
    expect(dialog).to_contain_text("使用条款")
    expect(dialog.get_by_role("button", name="我接受", exact=True)).to_be_enabled()
    dialog.get_by_role("button", name="我接受", exact=True).click()
    dialog.get_by_role("button", name="稍后").click()
    dialog.get_by_role("button", name="稍后").click()  # the consents
    expect(dialog).to_have_count(0)


def test_preview_of_a_block_can_be_closed(trying: Page) -> None:
    trying.get_by_role("button", name="Show what the user sees").click()
    trying.get_by_role("button", name="Leave the preview").click()
    expect(trying.locator("policy-prompt")).to_have_count(0)


def test_preview_page_is_accessible(trying: Page) -> None:
    trying.evaluate(Axe().axe_script)
    rules = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    violations = trying.evaluate(
        "(runOnly) => axe.run({ runOnly, resultTypes: ['violations'] }).then((x) => x.violations)", rules
    )
    assert [f"{violation['id']}: {node['target']}" for violation in violations for node in violation["nodes"]] == []
