"""The shared profile is reset for each test, except for `caches`, which these tests do not use."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from browser.conftest import Serve
from browser.static_site import StaticSite
from browser.watch import Watch

FILES = {"index.html": "<!doctype html><link rel=icon href=data:,><script src=cached.js></script>", "cached.js": ""}
FACTS = """async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
  document.cookie, innerWidth, matchMedia("(prefers-color-scheme: dark)").matches,
  matchMedia("(prefers-reduced-motion: reduce)").matches, matchMedia("(forced-colors: active)").matches,
  Date.now() > Date.UTC(2001, 0), window.changed ?? "unchanged", navigator.onLine]"""
NEW = [0, 0, 0, "", 1280, False, False, False, True, "unchanged", True]
CHANGE = """async () => {
  localStorage.x = sessionStorage.x = 1;
  document.cookie = "x=1";
  await new Promise((done) => { indexedDB.open("x").onsuccess = done; });
}"""


@pytest.fixture(scope="module")
def host(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> StaticSite:
    folder = tmp_path_factory.mktemp("profile")
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "_headers").write_text("/*\n  Cache-Control: max-age=3600\n", "utf-8")
    return serve(folder)


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_gets_an_empty_profile(page: Page, watch: Watch, host: StaticSite, turn: str) -> None:
    watch.expect("ERR_FAILED")
    host.asked.clear()
    page.goto(host.url)
    assert page.evaluate(FACTS) == NEW, turn
    assert "/cached.js" in host.asked

    page.evaluate(CHANGE)
    page.context.new_page().goto(host.url)
    page.add_init_script("window.changed = 1")
    page.context.add_init_script("window.changed = 2")
    page.context.route("**/*.js", lambda route: route.abort())
    page.clock.set_fixed_time("2000-01-01T00:00:00Z")
    page.set_viewport_size({"width": 320, "height": 640})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce", forced_colors="active")
    page.goto(host.url + "index.html#2")
    same = [place for place, pair in enumerate(zip(page.evaluate(FACTS), NEW, strict=True)) if pair[0] == pair[1]]
    assert same == [len(NEW) - 1], "otherwise this test shows nothing"
    page.context.set_offline(True)
