"""The page fixture detects problems, and the static host behaves like one."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import BrowserContext, Page

from browser.conftest import Serve
from browser.static_site import parse_headers
from browser.watch import Watch, settled

QUIET = "<!doctype html><html lang=en><link rel=icon href=data:,><title>Quiet</title><p id=text>Hello"
STRICT = "/*\n  Content-Security-Policy: default-src 'none'; script-src 'self'; img-src data:\n"


def site(folder: Path, **files: str) -> Path:
    """Write `files` into `folder`; a double underscore in a name represents a dot."""
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, "utf-8")
    return folder


def test_page_without_problems_passes(page: Page, serve: Serve, tmp_path: Path) -> None:
    page.goto(serve(site(tmp_path, index__html=QUIET, _headers=STRICT)).url)
    assert page.inner_text("#text") == "Hello"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        pytest.param("<script src=loud.js></script>", "console: out loud", id="an error on the console"),
        pytest.param("<script src=thrown.js></script>", "uncaught: ", id="an uncaught exception"),
        pytest.param("<script>1</script>", "security policy: script-src-elem", id="a script that the policy stops"),
        pytest.param("<img src=missing.png>", "404", id="a file that is not there"),
        pytest.param("<img src=https://example.org/x.png>", "request to another host", id="a request to another host"),
    ],
)
def test_problem_is_reported(
    context: BrowserContext, watch: Watch, serve: Serve, tmp_path: Path, body: str, sentence: str
) -> None:
    policy = "/*\n  Content-Security-Policy: script-src 'self'\n"
    site(tmp_path, loud__js="console.error('out loud')", thrown__js="throw new Error('thrown')", _headers=policy)
    page = context.new_page()
    page.goto(serve(site(tmp_path, index__html=QUIET + body)).url)
    settled(page)
    assert sentence in "\n".join(watch.unforeseen())


def test_expected_problem_passes(page: Page, watch: Watch, serve: Serve, tmp_path: Path) -> None:
    watch.expect("404")
    page.goto(serve(site(tmp_path, index__html=QUIET + "<img src=missing.png>")).url)


def test_site_served_under_a_path_responds_only_there(serve: Serve, tmp_path: Path) -> None:
    served = serve(site(tmp_path, index__html=QUIET), below="/legal/")
    answers = [httpx2.get(served.url).status_code, httpx2.get(served.url.replace("/legal/", "/")).status_code]
    assert (answers, served.asked) == ([200, 404], ["/legal/", "/"])


def test_headers_file_is_applied(serve: Serve, tmp_path: Path) -> None:
    rules = "/*\n  X-Everywhere: yes\n/:policy/feed.xml\n  Cache-Control: max-age=3600\n"
    (tmp_path / "privacy").mkdir()
    site(tmp_path / "privacy", feed__xml="<feed/>")
    answer = httpx2.get(serve(site(tmp_path, _headers=rules)).url + "privacy/feed.xml")
    assert (answer.headers["X-Everywhere"], answer.headers["Cache-Control"]) == ("yes", "max-age=3600")


def test_headers_file_is_parsed_into_rules() -> None:
    text = "# all\n/*\n  A: 1\n  B: x: y\n\n/policies.json\n  C: 2\n"
    assert parse_headers(text) == (("/*", (("A", "1"), ("B", "x: y"))), ("/policies.json", (("C", "2"),)))
