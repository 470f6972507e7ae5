"""The published sample: no requests to other hosts, accessibility, and correct statements at any time.

It is served under a path. The `page` fixture fails a test on an error, a violation of the security policy and a request
to another host.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Serve
from browser.faults import DESK, PHONE, faults

PAGES = {
    "home": "",
    "a policy": "privacy/",
    "a version": "privacy/2025-01-01/",
    "a redline": "privacy/changes/2024-03-01...2025-01-01/",
    "what changed since a version": "privacy/2025-01-01/since/",
    "the history": "privacy/history/",
    "comparisons": "privacy/changes/",
    "a policy in Chinese": "privacy/zh-Hans/",
    "a version in Chinese": "privacy/2025-01-01/zh-Hans/",
    "a redline in Chinese": "privacy/changes/2024-03-01...2025-01-01/zh-Hans/",
    "what changed since a version, in Chinese": "privacy/2025-01-01/since/zh-Hans/",
}
every_page = pytest.mark.parametrize("place", [pytest.param(place, id=name) for name, place in PAGES.items()])
APPLIES = "2031-02-28T16:00:00Z"  # when the announced version of the sample takes effect


@pytest.fixture(scope="module")
def site(sample_site: Path, serve: Serve) -> str:
    """The URL of the sample, served under a path."""
    return serve(sample_site, below="/legal/policies/").url


@every_page
def test_page_is_accessible_and_fits_a_narrow_phone(page: Page, site: str, place: str) -> None:
    """WCAG 2.2, levels A and AA, including reflow at 320 CSS pixels; pages in Chinese differ only in their text."""
    page.set_viewport_size(PHONE)
    page.goto(site + place)
    assert faults(page, [PHONE] if "zh-Hans" in place else [DESK, PHONE]) == [], "accessibility"
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], "the page is wider than a phone"


@pytest.mark.parametrize(
    "place", [pytest.param(place, id=name) for name, place in PAGES.items() if "zh-Hans" not in place]
)
def test_contrast_is_sufficient_in_dark_mode(page: Page, site: str, place: str) -> None:
    """WCAG 2.2, 1.4.1 and 1.4.3; in a new context, because the theme stores the scheme of the first visit."""
    page.emulate_media(color_scheme="dark")
    page.goto(site + place)
    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"
    assert faults(page, [DESK, PHONE], colours_only=True) == []


def test_wide_table_can_be_scrolled_by_keyboard(page: Page, site: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(site + "privacy/")
    table = page.locator(".md-typeset__scrollwrap").first
    expect(table).to_have_attribute("tabindex", "0")
    page.set_viewport_size(DESK)
    expect(table).not_to_have_attribute("tabindex", "0")


@pytest.mark.parametrize(
    ("place", "words"),
    [
        pytest.param("", ["In force: version 2026-01-15.1", "Announced: version 2031-03-01 applies from"], id="home"),
        pytest.param("privacy/", ["In force: this text, version 2026-01-15.1", "delete"], id="a policy"),
        pytest.param("privacy/2025-01-01/", ["Superseded: this version applied from", "SHA-256"], id="a version"),
        pytest.param("privacy/2031-03-01/", ["Announced: this version applies from March 1, 2031"], id="announced"),
        pytest.param(
            "privacy/changes/2024-03-01...2025-01-01/",
            ["added: ", "deleted: ", "What changed, in the publisher’s words"],
            id="a redline",
        ),
        pytest.param("privacy/2025-01-01/since/", ["added: ", "To the announced text: 2031-03-01"], id="since"),
        pytest.param("privacy/history/", ["2024-03-01", "Superseded", "In force", "Announced"], id="the history"),
        pytest.param("privacy/changes/", ["To 2025-01-01", "from 2024-03-01"], id="comparisons"),
        pytest.param("privacy/zh-Hans/", ["现行有效", "本译文依据其他版本译出"], id="a policy in Chinese"),
        pytest.param(
            "privacy/changes/2024-03-01...2025-01-01/zh-Hans/", ["新增：", "删除："], id="a redline in Chinese"
        ),
    ],
)
def test_all_texts_are_readable_without_javascript(plain: Page, site: str, place: str, words: list[str]) -> None:
    plain.goto(site + place)
    text = " ".join(plain.inner_text("article").split())
    assert [word for word in words if word.strip() not in text] == []
    assert "No longer in force" not in text


def test_without_javascript_statements_are_correct_before_and_after_the_effective_instant(
    plain: Page, site: str
) -> None:
    """The statements contain dates, but neither “now” nor the number of days left."""
    plain.goto(site + "privacy/")
    text = " ".join(plain.inner_text("article").split())
    assert "version 2026-01-15.1, applies from February 3, 2026 until March 1, 2031." in text
    assert "version 2031-03-01 applies from March 1, 2031." in text
    assert not re.search("days? left", text)


def test_without_javascript_only_working_controls_are_shown(plain: Page, site: str) -> None:
    plain.goto(site + "privacy/changes/")
    expect(plain.locator("[data-inforce-picker]")).to_be_hidden()
    plain.get_by_role("link", name="from 2024-03-01").last.click()
    expect(plain.get_by_role("heading", level=1).first).to_have_text("Privacy Policy: what changed")


def test_statements_update_at_the_effective_instant(page: Page, site: str) -> None:
    page.clock.install(time="2031-02-28T15:59:30Z")
    page.goto(site + "privacy/")
    status, announced = page.locator(".inforce-status"), page.locator(".inforce-announced")
    expect(status.locator("strong:visible")).to_have_text("In force")
    expect(announced.locator("strong:visible")).to_have_text("Announced")
    expect(announced.locator(".inforce-days")).to_have_text("(1 day left)")

    page.clock.fast_forward("01:00")

    expect(status.locator("strong:visible")).to_have_text("No longer in force")
    expect(announced.locator("strong:visible")).to_have_text("In force")
    expect(announced.locator(".inforce-days")).to_be_hidden()


@pytest.mark.parametrize(
    ("place", "before", "after"),
    [
        pytest.param("", ["In force", "Announced"], ["No longer in force", "In force"], id="home"),
        pytest.param("privacy/", ["In force", "Announced"], ["No longer in force", "In force"], id="a policy"),
        pytest.param("privacy/zh-Hans/", ["现行有效", "已公布，待生效"], ["已失效", "现行有效"], id="in Chinese"),
    ],
)
def test_page_of_an_old_build_shows_the_current_state(
    page: Page, site: str, place: str, before: list[str], after: list[str]
) -> None:
    for at, words in (("2031-02-28T15:59:59Z", before), (APPLIES, after)):
        page.clock.set_fixed_time(at)
        page.goto(site + place)
        assert page.locator("[data-inforce-at] strong:visible").all_inner_texts() == words


def test_search_finds_words_of_the_text_in_force(page: Page, site: str) -> None:
    page.set_viewport_size(DESK)
    page.goto(site)
    # Typed key by key, since the search listens to key events.
    page.get_by_role("textbox", name="Search").press_sequentially("guardian")
    result = page.locator(".md-search-result__item").first
    expect(result).to_contain_text("guardian")
    result.get_by_role("link").first.click()
    page.wait_for_url(f"{site}privacy/")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("2024-03-01", "2025-09-01", id="older first"),
        pytest.param("2025-09-01", "2024-03-01", id="newer first"),
    ],
)
def test_two_versions_can_be_compared_in_either_order(page: Page, site: str, old: str, new: str) -> None:
    page.goto(site + "privacy/changes/")
    page.get_by_role("combobox", name="From").select_option(old)
    page.get_by_role("combobox", name="to", exact=True).select_option(new)
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url(f"{site}privacy/changes/2024-03-01...2025-09-01/")


def test_comparison_of_a_version_with_itself_shows_a_message(page: Page, site: str) -> None:
    page.goto(site + "privacy/changes/")
    page.get_by_role("combobox", name="From").select_option("2031-03-01")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("status")).to_contain_text("There is no comparison of these two")


def test_choice_of_light_or_dark_mode_persists(page: Page, site: str) -> None:
    page.set_viewport_size(DESK)
    page.goto(site)
    page.locator("label[title='Switch to dark mode']").click()
    page.goto(site + "privacy/2025-01-01/")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
