"""Pages of corrected versions are accessible, fit a phone, and the history answers what applied on a day."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from amended import AT
from browser.conftest import Serve
from browser.faults import DESK, PHONE, faults

PAGES = {
    "home": "",
    "the policy": "terms/",
    "the history": "terms/history/",
    "a correction": "terms/1.1/",
    "a correction in Arabic": "terms/1.1/ar/",
    "a corrected version": "terms/1/",
    "comparisons": "terms/changes/",
}


@pytest.fixture(scope="module")
def site(amended_site: Path, serve: Serve) -> str:
    """The URL of the site, served under a path."""
    return serve(amended_site, below="/legal/policies/").url


@pytest.mark.parametrize("place", [pytest.param(place, id=name) for name, place in PAGES.items()])
def test_page_is_accessible_and_fits_a_narrow_phone(page: Page, site: str, place: str) -> None:
    page.clock.set_fixed_time(AT)
    page.set_viewport_size(PHONE)
    page.goto(site + place)
    assert faults(page, [DESK, PHONE]) == [], "accessibility"
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], "the page is wider than a phone"


def test_corrections_are_indented_in_the_reading_direction(page: Page, site: str) -> None:
    for language, side in (("", "paddingLeft"), ("ar/", "paddingRight")):
        page.goto(f"{site}terms/history/{language}")
        indents = page.evaluate(
            f"Array.from(document.querySelectorAll('.inforce-row th'), one => parseFloat(getComputedStyle(one).{side}))"
        )
        plain, nested = indents[0], indents[1]
        assert indents == [plain, nested, plain, nested, plain]
        assert nested > plain


@pytest.mark.parametrize(
    ("day", "version"), [("2027-01-31", "1"), ("2027-02-01", "1.1"), ("2027-02-28", "1.1"), ("2027-03-01", "2.1")]
)
def test_history_names_the_correction_that_applied_on_a_day(page: Page, site: str, day: str, version: str) -> None:
    page.clock.set_fixed_time(AT)
    page.goto(f"{site}terms/history/#on={day}")
    expect(page.locator(".inforce-picker [role=status] a")).to_have_text([version])


def test_page_of_an_old_build_shows_the_correction_in_force(page: Page, site: str) -> None:
    page.clock.set_fixed_time("2027-03-02T00:00:00Z")
    page.goto(site + "terms/")
    expect(page.locator(".inforce-announced strong:visible")).to_have_text("In force")
    expect(page.locator(".inforce-successor a:visible")).to_contain_text("Read version 2.1")
