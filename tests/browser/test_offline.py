"""A site from `inforce build --offline`, read from the disk: every page and every link.

The `page` fixture fails a test on an error, a violation of the security policy and a request to another host.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from book_builder import BookBuilder
from browser.watch import settled
from built import MKDOCS_YML, build, scaffold

TEXT = "# Privacy\n\nSee [your rights](#rights).\n\n## Rights {#rights}\n\nAsk us within %s days.\n"
PLACES = (
    *("", "privacy/", "privacy/de/", "privacy/history/", "privacy/changes/"),
    *("privacy/2026-01-15/", "privacy/2026-01-15/since/", "privacy/changes/2026-01-15...2027-03-01/de/"),
)


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with an announced version and a translation, built for offline use in a folder whose name has a space."""
    folder = tmp_path_factory.mktemp("a disk")
    book = scaffold(BookBuilder(folder / "book", languages="en, de"))
    policy = book.policy("privacy", kind="privacy")
    policy.version("2026-01-15", en=TEXT % 10, de=TEXT % 10)
    policy.version(
        "2027-03-01", meta={"published": "2026-06-01", "effective": "2027-03-01"}, en=TEXT % 20, de=TEXT % 20
    )
    book.write("mkdocs.yml", MKDOCS_YML.replace("inforce]", "inforce: {offline: true}]"))
    return build(book.root, folder / "site", "2026-12-01T00:00:00Z")


@pytest.mark.parametrize("place", [pytest.param(place, id=place or "home") for place in PLACES])
def test_offline_page_loads_its_style_and_scripts(page: Page, disk: Path, place: str) -> None:
    page.goto((disk / place / "index.html").as_uri())
    settled(page)
    expect(page.locator("article h1").first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.md-header')).position") == "sticky"
    expect(page.locator("html")).to_have_class(re.compile(r"\bjs\b"))
    expect(page.get_by_role("textbox", name="Search")).to_have_count(0)


def test_every_offline_link_leads_to_a_file(page: Page, disk: Path) -> None:
    broken = []
    for place in PLACES:
        page.goto((disk / place / "index.html").as_uri())
        # The href of SVG links is an object, so the attribute is read instead.
        links = page.locator("a[href]").evaluate_all(
            "all => all.map(one => new URL(one.getAttribute('href'), document.baseURI).href.split('#')[0])"
        )
        files = {link: Path(unquote(urlsplit(link).path)) for link in links if link.startswith("file:")}
        broken += [link for link, file in files.items() if not file.is_file()]
    assert broken == []


def test_reader_can_follow_links_from_the_text_in_force_to_the_changes(page: Page, disk: Path) -> None:
    page.goto((disk / "index.html").as_uri())
    page.locator("article").get_by_role("link", name="Privacy").first.click()
    expect(page.locator(".inforce-status strong:visible").first).to_have_text("In force")
    page.locator("article").get_by_role("link", name="See what changes, word by word").click()
    expect(page.locator(".inforce-redline ins").first).to_contain_text("20")
    page.locator("article").get_by_role("link", name="Read the text in force").first.click()
    page.get_by_role("link", name="your rights").click()
    assert page.url.endswith("/privacy/index.html#rights")
