"""Pages of an old build stay correct at every instant; a history answers what applied when, and leads to words."""

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
    """The address of the book with a version in each state, below a folder."""
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
def test_a_version_says_what_it_is_when_its_page_is_opened(
    page: Page, site: str, place: str, at: str, state: str, words: str
) -> None:
    page.clock.set_fixed_time(at)
    page.goto(site + place)
    status = page.locator(".inforce-status")
    assert status.get_attribute("data-state") == state
    assert words in " ".join(status.inner_text().split())
    shown = page.locator(".inforce-ribbon__words:visible")
    assert shown.count() == (0 if state == "in_force" else 1)


def test_after_the_instant_the_old_page_leads_to_the_text_that_applies(page: Page, site: str) -> None:
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
def test_a_policy_of_which_nothing_applied_yet_flips_too(page: Page, site: str, place: str) -> None:
    card = "article" if place else "section[aria-labelledby=policy-club]"
    for at, words in ((BEFORE, ["Not in force before March 1, 2027", "Announced"]), (APPLIES, ["In force"] * 2)):
        page.clock.set_fixed_time(at)
        page.goto(site + place)
        assert page.locator(f"{card} .inforce-state strong:visible").all_inner_texts() == words


def test_what_changed_since_a_version_says_which_text_is_in_force(page: Page, site: str) -> None:
    for at, words in (
        (BEFORE, ["To the text in force: 3", "To the announced text: 4"]),
        (APPLIES, ["To version 3, which applied from", "To the text in force: 4"]),
    ):
        page.clock.set_fixed_time(at)
        page.goto(site + "terms/1/since/")
        found = page.locator("article h2[data-inforce-at]").all_inner_texts()
        assert [one.startswith(start) for one, start in zip(found, words, strict=True)] == [True, True], found


def test_a_history_flips_the_states_of_its_rows(page: Page, site: str) -> None:
    for at, states in (
        (BEFORE, ["Cancelled", "Announced", "In force", "Superseded", "Superseded"]),
        (APPLIES, ["Cancelled", "In force", "Superseded", "Superseded", "Superseded"]),
    ):
        page.clock.set_fixed_time(at)
        page.goto(site + "terms/history/")
        found = page.locator(".inforce-cell-state").all_inner_texts()
        assert [one.split("\n")[0].strip() for one in found] == states


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
def test_a_history_answers_what_applied_on_a_day(page: Page, site: str, day: str, answer: str) -> None:
    page.goto(site + "terms/history/")
    page.get_by_label("What applied on").fill(day)
    assert " ".join(page.get_by_role("status").inner_text().split()) == answer
    assert page.url.endswith(f"#on={day}")


def test_an_answer_can_be_passed_on_by_its_address(page: Page, site: str) -> None:
    page.goto(site + "terms/history/#on=2026-08-01")
    expect(page.get_by_role("status")).to_have_text("In force on August 1, 2026: 3")
    page.get_by_role("status").get_by_role("link").click()
    page.wait_for_url(f"{site}terms/3/")


def test_a_mark_of_the_picture_is_reached_by_keyboard_and_leads_to_the_words(page: Page, site: str) -> None:
    page.goto(site + "terms/history/")
    mark = page.get_by_role("link", name="Use, 4: changed")
    mark.first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}terms/changes/3...4/#clause-use")
    expect(page.locator("#clause-use ins").first).to_contain_text("40")


def test_the_table_that_the_picture_offers_instead_is_unfolded_where_one_goes_to_it(page: Page, site: str) -> None:
    page.goto(site + "terms/history/")
    page.get_by_role("link", name="Skip the picture").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#sections-table table")).to_be_visible()


@pytest.mark.parametrize("place", ["", "terms/", "terms/4/"])
def test_the_days_left_move_nothing(page: Page, site: str, place: str) -> None:
    page.add_init_script(SHIFTS)
    page.clock.set_fixed_time(BEFORE)
    page.goto(site + place)
    expect(page.locator(".inforce-days").first).to_have_text("(days left: 1)")
    heights = []
    for text in ("", "(days left: 1)"):
        days = page.locator(".inforce-days").first
        days.evaluate("(one, text) => { one.textContent = text; }", text)
        heights.append(page.evaluate("document.documentElement.scrollHeight"))
    assert heights[0] == heights[1]
    assert page.evaluate("window.shifted || 0") < 0.01


def test_data_for_search_engines_is_no_breach_of_the_security_policy(page: Page, site: str) -> None:
    """The `page` fixture fails on a report; the element is there and holds data, not a script that was stopped."""
    page.goto(site + "terms/3/")
    assert (
        page.evaluate("JSON.parse(document.querySelector('[type=\"application/ld+json\"]').textContent).version") == "3"
    )


def test_an_arabic_history_is_read_from_right_to_left_and_fits_a_phone(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(site + "terms/history/ar/")
    assert page.evaluate("getComputedStyle(document.querySelector('article')).direction") == "rtl"
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_page_that_slept_through_the_instant_flips_when_it_is_looked_at_again(page: Page, site: str) -> None:
    page.clock.set_fixed_time(BEFORE)
    page.goto(site + "terms/4/")
    page.clock.set_fixed_time(APPLIES)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".inforce-status")).to_have_attribute("data-state", "in_force")
