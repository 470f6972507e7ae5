"""Every kind of page of a long book and of a right-to-left book, for every kind of reader.

The book has a statement of 42 kB with 32 imported versions, and Arabic terms, and is served under a path. The `page`
and `plain` fixtures fail a test on an error, a violation of the security policy and a request to another host.
"""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Response, expect
from pypdf import PdfReader

from browser.conftest import Serve
from browser.faults import DESK, PHONE, faults
from browser.static_site import StaticSite
from built import build
from inforce.markdown import plain_text
from long_book import ANNOUNCED, AT, VERSIONS, committed, long_book

PAGES = {
    "home": "",
    "a long policy": "privacy/",
    "a long redline": "privacy/changes/{before}...{last}/",
    "what changed since a long version": "privacy/{before}/since/",
    "a long history": "privacy/history/",
    "many comparisons": "privacy/changes/",
    "a policy from right to left": "terms/",
    "a version from right to left": "terms/2025-01-15/",
    "a redline from right to left": "terms/changes/2025-01-15...2026-02-01/",
    "what changed since a version, from right to left": "terms/2025-01-15/since/",
    "a history from right to left": "terms/history/",
    "comparisons from right to left": "terms/changes/",
    "a translation": "terms/en/",
}
every_page = pytest.mark.parametrize("place", [pytest.param(place, id=name) for name, place in PAGES.items()])
At = Callable[[str], str]
BUDGET = 90_000  # bytes of a gzipped page with 42 kB of text, including all resources


@pytest.fixture(scope="module")
def long_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The long book, built while a version of each policy is announced."""
    folder = tmp_path_factory.mktemp("long")
    book = long_book(folder / "book", committed(folder / "source"))
    return build(book.root, folder / "site", AT)


@pytest.fixture(scope="module")
def labels(long_site: Path) -> dict[str, str]:
    """The labels of the version in force of the long statement, and of its predecessor."""
    texts = sorted(path.parent.name for path in long_site.glob("privacy/*/en.md"))
    assert len(texts) == VERSIONS + 1
    assert texts[-1] == ANNOUNCED
    return {"before": texts[-3], "last": texts[-2]}


@pytest.fixture(scope="module")
def host(long_site: Path, serve: Serve) -> StaticSite:
    """The site, served under a path."""
    return serve(long_site, below="/legal/policies/")


@pytest.fixture
def at(host: StaticSite, labels: dict[str, str]) -> At:
    """Return `at(place)`, which returns the URL of `place` with labels filled in."""
    return lambda place: host.url + place.format_map(labels)


def unfold(page: Page) -> None:
    """Expand all collapsed sections of `page`."""
    page.evaluate("document.querySelectorAll('article details').forEach(one => { one.open = true; })")


@every_page
def test_page_declares_its_language_and_passes_keyboard_and_axe_checks(page: Page, at: At, place: str) -> None:
    """Check the language, keyboard access and WCAG 2.2, A and AA, on desktop and phone, in light and dark mode."""
    page.set_viewport_size(DESK)
    page.goto(at(place))

    language, direction = ("ar", "rtl") if "terms" in place and "/en/" not in place else ("en", "ltr")
    expect(page.locator("html"), "the language of the page").to_have_attribute("lang", language)
    shown = page.evaluate("getComputedStyle(document.querySelector('article h1')).direction")
    assert shown == direction, "the direction of the heading"

    if place != PAGES["a long history"]:  # the history from right to left has the same kinds of controls, but fewer
        assert_keyboard_reaches_everything_in_order(page)
        page.goto(at(place))  # back to the top, with nothing focused

    page.emulate_media(reduced_motion="reduce")  # a colour in transition is neither the old nor the new one
    unfold(page)
    assert faults(page, [DESK, PHONE]) == [], "accessibility"
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], "the page is wider than a phone"
    # As the switch for dark mode does; another test checks on the sample that the mode follows the user's system.
    page.evaluate("document.body.setAttribute('data-md-color-scheme', 'slate')")
    assert faults(page, [DESK], colours_only=True) == [], "colours in the dark"


def assert_keyboard_reaches_everything_in_order(page: Page) -> None:
    """Press Tab to the end of `page`; WCAG 2.2, 2.1.1, 2.1.2, 2.4.3, 2.4.7 and 2.4.11."""
    wanted = page.evaluate(NUMBER)
    reached, unseen = [], []
    for _ in range(len(wanted) + 10):
        page.keyboard.press("Tab")
        number, shown = page.evaluate(FOCUSED)
        if number is None or (number == 0 and len(reached) > 1):  # focus left the last element
            break
        assert number >= 0, page.evaluate("document.activeElement.outerHTML")
        if wanted[number] not in reached[-1:]:  # a date field has several focusable parts
            reached.append(wanted[number])
        unseen += [] if shown else [wanted[number]]
    assert unseen == [], "focus that cannot be seen"
    assert reached == wanted, "the order of the keyboard"


def test_long_history_chart_scrolls_to_the_newest_version_on_a_desktop(page: Page, at: At) -> None:
    """Otherwise the long book is too short for the checks of this file."""
    page.set_viewport_size(DESK)
    page.goto(at("privacy/history/"))
    hidden, scrolled = page.locator("[data-inforce-newest]").evaluate(
        "scroller => [scroller.scrollWidth - scroller.clientWidth, scroller.scrollLeft]"
    )
    assert hidden > 0
    assert abs(hidden - scrolled) <= 1


NUMBER = """() => {
  const able = "a[href], button, input, select, textarea, summary, [tabindex]";
  const stop = one => Array.from(document.getElementsByName(one.name)).find((other, place, all) =>
    other.checked || !all.some(any => any.checked));  // of switches of one group the one that is on, or else the first
  window.reachable = Array.from(document.querySelectorAll(able)).filter(one =>
    one.tabIndex >= 0 && !one.disabled && one.type !== "hidden" && (one.type !== "radio" || one === stop(one)) &&
    one.checkVisibility({checkVisibilityCSS: true, contentVisibilityAuto: true}));
  return window.reachable.map((one, number) => `${number} ${one.outerHTML.slice(0, 120)}`);
}"""
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return [null, false];
  // The theme shows the focus of its switches at what is seen of them: the label that follows.
  const label = one.classList.contains("md-option") && one.nextElementSibling;
  const shown = Array.of(one, label || one).some(part => {
    const style = getComputedStyle(part), box = part.getBoundingClientRect();
    const marked = style.outlineStyle !== "none" || style.boxShadow !== "none";
    return marked && box.width > 1 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  });
  return [window.reachable.indexOf(one), shown];
}"""


def words(page: Page) -> str:
    """Return the text of the article of `page`, independent of line breaks."""
    return " ".join(page.inner_text("article").split())


def follow(page: Page, within: str, name: str) -> Locator:
    """Click the first link called `name` in `within`, and return the article of the target page."""
    page.locator(within).get_by_role("link", name=name, exact=True).first.click()
    return page.locator("article")


def test_without_javascript_current_and_announced_versions_are_shown(plain: Page, at: At) -> None:
    plain.goto(at(""))
    assert "version 2031-03-01 applies from March 1, 2031." in words(plain)
    follow(plain, "article", "Privacy Statement")
    assert re.search(r"In force: this text, version \S+, applies from May 29, 2026 until March 1, 2031.", words(plain))
    assert "We keep less." in plain.locator("article").text_content()
    follow(plain, "article", "Read the announced text")
    assert "Announced: this version applies from March 1, 2031." in words(plain)


def test_without_javascript_the_version_on_a_day_and_its_changes_can_be_found(plain: Page, at: At) -> None:
    plain.goto(at("privacy/"))
    follow(plain, "article", "History")
    row = plain.get_by_role("row").filter(has_text="February 22, 2020").first
    applied = row.get_by_role("rowheader").inner_text()
    row.get_by_role("link", name=applied).first.click()
    assert "Superseded: this version applied from February 22, 2020" in words(plain)
    plain.go_back()
    row.get_by_role("link", name="from ").first.click()
    assert "deleted: " in words(plain)
    assert "added: " in words(plain)


def test_without_javascript_a_text_can_be_verified_and_the_language_changed(plain: Page, at: At) -> None:
    plain.goto(at("terms/2025-01-15/"))
    expect(plain.locator(".inforce-digest")).to_have_text(re.compile("[0-9a-f]{64}"))
    file = plain.locator(".inforce-facts a[type='text/markdown']").first
    answer = plain.request.get(file.evaluate("one => one.href"))
    assert answer.ok
    assert "نحتفظ" in answer.text()
    plain.get_by_role("link", name="English").first.click()
    assert "Kept." in words(plain)
    plain.goto(at("privacy/{before}/since/"))
    assert "To the text in force" in words(plain)


@pytest.mark.parametrize(
    "place",
    [
        pytest.param("privacy/changes/{before}...{last}/", id="a long redline"),
        pytest.param("terms/changes/2025-01-15...2026-02-01/", id="a redline from right to left"),
    ],
)
def test_printed_changes_are_marked_by_a_line_and_a_word(page: Page, at: At, place: str) -> None:
    page.goto(at(place))
    page.emulate_media(media="print")
    drawn = page.locator(".inforce-redline :is(ins, del)").evaluate_all(
        """all => all.map(one => [one.tagName, getComputedStyle(one).textDecorationLine,
             one.querySelector(".inforce-sr").getBoundingClientRect().width > 2])"""
    )
    assert len(drawn) > 4
    assert {tuple(mark) for mark in drawn} == {("INS", "underline", True), ("DEL", "line-through", True)}


def test_printed_redline_contains_all_marks_and_the_whole_text(
    page: Page, at: At, long_site: Path, labels: dict[str, str]
) -> None:
    page.goto(at("privacy/changes/{before}...{last}/"))
    spoken = page.locator(".inforce-redline :is(ins, del) .inforce-sr").all_text_contents()
    paper = PdfReader(io.BytesIO(page.pdf()))
    printed = re.sub(r"\s", "", "".join(sheet.extract_text() for sheet in paper.pages))
    for word in ("added:", "deleted:"):
        assert printed.count(word) >= [spoken_word.strip() for spoken_word in spoken].count(word) > 0
    text = plain_text((long_site / "privacy" / labels["last"] / "en.md").read_text("utf-8"))
    headings = [line for line in text.splitlines() if line and " " not in line]
    assert len(headings) > 10
    assert [heading for heading in headings if heading not in printed] == []


def test_long_page_is_within_its_size_limit_and_loads_its_text_first(
    page: Page, at: At, long_site: Path, labels: dict[str, str]
) -> None:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(at("privacy/"), wait_until="networkidle")
    weights = {answer.url: min(len(body := answer.body()), len(gzip.compress(body))) for answer in answers}
    assert sum(weights.values()) <= BUDGET, weights
    text = (long_site / "privacy" / labels["last"] / "en.md").read_text("utf-8")
    assert len(text) > 40_000
    sentences = [line.removeprefix("- ") for line in text.splitlines() if line.endswith(".")]
    first = answers[0].text()
    assert [sentence for sentence in sentences if sentence not in first] == []


@pytest.mark.parametrize("size", [pytest.param(DESK, id="on a desk"), pytest.param(PHONE, id="on a phone")])
@pytest.mark.parametrize(
    "place",
    [
        pytest.param("", id="home"),
        pytest.param("privacy/", id="a policy"),
        pytest.param("terms/", id="from right to left"),
    ],
)
def test_banner_causes_no_layout_shift(page: Page, at: At, place: str, size: dict[str, int]) -> None:
    """Layout shift (https://wicg.github.io/layout-instability/), from the first paint until all scripts have run."""
    page.set_viewport_size(size)
    page.add_init_script(
        "window.shifts = []; new PerformanceObserver(list => window.shifts.push(...list.getEntries()"
        ".map(one => [one.value, one.sources.map(source => source.node && source.node.outerHTML)])))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(at(place), wait_until="networkidle")
    expect(page.locator(".inforce-announced").first).to_be_visible()
    page.wait_for_timeout(200)
    assert page.evaluate("window.shifts") == []
