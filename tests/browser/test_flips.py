"""Pages of an old build are correct at every instant; the history shows when each version applied, with links."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Serve

APPLIES = "2027-03-01T00:00:00Z"
BEFORE = "2027-02-28T23:59:59Z"
LATER = "2030-01-01T00:00:00Z"
SHIFTS = """
new PerformanceObserver(list => list.getEntries().forEach(one => {
  window.shifted = (window.shifted || 0) + one.value;
})).observe({type: "layout-shift", buffered: true});
"""


@pytest.fixture(scope="module")
def site(reading_site: Path, serve: Serve) -> str:
    """The URL of the book with a version in each state, served under a path."""
    return serve(reading_site, below="/legal/").url


@pytest.mark.parametrize(
    ("place", "at", "state", "words"),
    [
        pytest.param("terms/4/", BEFORE, "announced", "Announced: this version applies from", id="announced"),
        pytest.param("terms/4/", APPLIES, "in_force", "In force: this version applies since", id="it applies"),
        pytest.param("terms/3/", BEFORE, "in_force", "In force: this version applies from", id="in force"),
        pytest.param("terms/3/", APPLIES, "superseded", "Superseded: this version applied from", id="superseded"),
        pytest.param("terms/1/", LATER, "superseded", "Superseded: this version applied from", id="long over"),
        pytest.param("terms/5/", LATER, "cancelled", "Cancelled: this version was announced", id="cancelled"),
        pytest.param("terms/2/", LATER, "overtaken", "Superseded: this version was replaced", id="superseded"),
    ],
)
def test_version_page_shows_its_state_at_the_time_of_viewing(
    page: Page, site: str, place: str, at: str, state: str, words: str
) -> None:
    page.clock.set_fixed_time(at)
    page.goto(site + place)
    status = page.locator(".inforce-status")
    assert status.get_attribute("data-state") == state
    assert words in " ".join(status.inner_text().split())
    shown = page.locator(".inforce-ribbon__words:visible")
    assert shown.count() == (0 if state == "in_force" else 1)


def test_old_page_links_to_the_text_in_force_after_the_instant(page: Page, site: str) -> None:
    page.clock.set_fixed_time(BEFORE)
    page.goto(site + "terms/")
    expect(page.locator(".inforce-successor")).to_be_hidden()
    expect(page.locator(".inforce-ribbon__words:visible")).to_have_count(0)
    page.clock.set_fixed_time(APPLIES)
    page.reload()
    expect(page.locator(".inforce-ribbon__words:visible")).to_contain_text("Superseded · 3")
    page.locator(".inforce-successor").get_by_role("link").click()
    page.wait_for_url(f"{site}terms/4/")
    expect(page.locator(".inforce-status strong:visible")).to_have_text("In force")


@pytest.mark.parametrize("place", ["club/", ""])
def test_policy_page_without_a_version_in_force_updates_too(page: Page, site: str, place: str) -> None:
    card = "article" if place else "section[aria-labelledby=policy-club]"
    for at, words in ((BEFORE, ["Not in force before March 1, 2027", "Announced"]), (APPLIES, ["In force"] * 2)):
        page.clock.set_fixed_time(at)
        page.goto(site + place)
        assert page.locator(f"{card} .inforce-state strong:visible").all_inner_texts() == words


def test_since_page_identifies_the_text_in_force(page: Page, site: str) -> None:
    for at, words in (
        (BEFORE, ["To the text in force: 3", "To the announced text: 4"]),
        (APPLIES, ["To version 3, which applied from", "To the text in force: 4"]),
    ):
        page.clock.set_fixed_time(at)
        page.goto(site + "terms/1/since/")
        texts = page.locator("article h2[data-inforce-at]").all_inner_texts()
        assert [text.startswith(start) for text, start in zip(texts, words, strict=True)] == [True, True], texts


def test_history_updates_the_states_of_its_rows(page: Page, site: str) -> None:
    for at, states in (
        (BEFORE, ["Cancelled", "Announced", "In force", "Superseded", "Superseded"]),
        (APPLIES, ["Cancelled", "In force", "Superseded", "Superseded", "Superseded"]),
    ):
        page.clock.set_fixed_time(at)
        page.goto(site + "terms/history/")
        texts = page.locator(".inforce-cell-state").all_inner_texts()
        assert [text.split("\n")[0].strip() for text in texts] == states


@pytest.mark.parametrize(
    ("day", "answer"),
    [
        pytest.param("2025-12-31", "No version was in force on December 31, 2025.", id="before the first"),
        pytest.param("2026-01-01", "In force on January 1, 2026: 1", id="the first day"),
        pytest.param("2026-06-30", "In force on June 30, 2026: 1", id="the last day of one"),
        pytest.param("2026-07-01", "In force on July 1, 2026: 3", id="the first day of the next"),
        pytest.param("2026-09-02", "In force on September 2, 2026: 3", id="not the one that was overtaken"),
        pytest.param("2027-03-01", "In force on March 1, 2027: 4", id="a day to come"),
    ],
)
def test_history_shows_what_applied_on_a_day(page: Page, site: str, day: str, answer: str) -> None:
    page.goto(site + "terms/history/")
    page.get_by_label("What applied on").fill(day)
    assert " ".join(page.get_by_role("status").inner_text().split()) == answer
    assert page.url.endswith(f"#on={day}")


def test_url_of_a_history_query_can_be_shared(page: Page, site: str) -> None:
    page.goto(site + "terms/history/#on=2026-08-01")
    expect(page.get_by_role("status")).to_have_text("In force on August 1, 2026: 3")
    page.get_by_role("status").get_by_role("link").click()
    page.wait_for_url(f"{site}terms/3/")


def test_chart_marks_are_keyboard_accessible_and_link_to_the_text(page: Page, site: str) -> None:
    page.goto(site + "terms/history/")
    mark = page.get_by_role("link", name="Use · 4: changed")
    mark.first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}terms/changes/3...4/#clause-use")
    expect(page.locator("#clause-use ins").first).to_contain_text("40")


def test_table_for_the_chart_is_expanded_when_its_link_is_followed(page: Page, site: str) -> None:
    page.goto(site + "terms/history/")
    page.get_by_role("link", name="Skip the picture").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#sections-table table")).to_be_visible()


@pytest.mark.parametrize("place", ["", "terms/", "terms/4/"])
def test_remaining_days_cause_no_layout_shift(page: Page, site: str, place: str) -> None:
    page.add_init_script(SHIFTS)
    page.clock.set_fixed_time(BEFORE)
    page.goto(site + place)
    expect(page.locator(".inforce-days").first).to_have_text("(1 day left)")
    heights = []
    for text in ("", "(1 day left)"):
        days = page.locator(".inforce-days").first
        days.evaluate("(one, text) => { one.textContent = text; }", text)
        heights.append(page.evaluate("document.documentElement.scrollHeight"))
    assert heights[0] == heights[1]
    assert page.evaluate("window.shifted || 0") < 0.01


def test_structured_data_does_not_violate_the_security_policy(page: Page, site: str) -> None:
    """The `page` fixture fails on a report; the element exists and contains data, not a blocked script."""
    page.goto(site + "terms/3/")
    assert (
        page.evaluate("JSON.parse(document.querySelector('[type=\"application/ld+json\"]').textContent).version") == "3"
    )


def test_arabic_history_is_right_to_left_and_fits_a_phone(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(site + "terms/history/ar/")
    assert page.evaluate("getComputedStyle(document.querySelector('article')).direction") == "rtl"
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_page_hidden_at_the_effective_instant_updates_when_shown(page: Page, site: str) -> None:
    page.clock.set_fixed_time(BEFORE)
    page.goto(site + "terms/4/")
    page.clock.set_fixed_time(APPLIES)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".inforce-status")).to_have_attribute("data-state", "in_force")
