"""Pages are in the reader's language, including right-to-left; translations are labelled as such."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from html_text import article, attributes, visible

HOME = "https://policies.shop.example/"


def page(site: Path, place: str) -> str:
    return (site / place / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    "place",
    [
        "terms/ar/",
        "terms/3/ar/",
        "terms/changes/3...4/ar/",
        "terms/3/since/ar/",
        "terms/history/ar/",
        "terms/changes/ar/",
    ],
)
def test_arabic_page_has_right_to_left_direction(reading_site: Path, place: str) -> None:
    html = page(reading_site, place)

    assert re.search(r'<html lang="ar"', html)
    assert re.search(r'<body dir="rtl"', html)
    words = re.sub(r"[^A-Za-z ]", "", visible(article(html)))
    english = set(words.split()) & {"In", "force", "Superseded", "Version", "version", "History", "changed", "from"}
    assert english == set()


def test_text_declares_language_and_direction_if_the_page_differs(reading_site: Path) -> None:
    texts = [tag for tag in attributes(page(reading_site, "terms/3/ar/")) if tag.get("class") == "inforce-text"]

    assert [(tag["lang"], tag["dir"]) for tag in texts] == [("ar", "rtl")]


@pytest.mark.parametrize(
    ("place", "languages"),
    [
        pytest.param("terms/", "ar de en", id="a policy"),
        pytest.param("terms/3/", "ar de en", id="a version"),
        pytest.param("terms/2/de/", "de en", id="a version in two languages"),
        pytest.param("terms/changes/2...3/", "de en", id="a redline"),
        pytest.param("terms/3/since/ar/", "ar de en", id="what changed since"),
        pytest.param("terms/history/de/", "ar de en", id="a history"),
        pytest.param("terms/changes/", "ar de en", id="comparisons"),
    ],
)
def test_page_declares_its_other_languages_and_a_default(reading_site: Path, place: str, languages: str) -> None:
    matches = re.findall(r'<link rel=" alternate" href="([^"]*)" hreflang="([^"]*)"', page(reading_site, place))
    tags = {tag: href.removeprefix(HOME) for href, tag in matches}

    assert sorted(tags) == sorted([*languages.split(), "x-default"])
    assert tags["x-default"] == tags["en"]
    assert all((reading_site / target / "index.html").is_file() for target in tags.values())
    assert place in tags.values()


def test_outdated_translation_has_a_note_and_links_the_binding_text(reading_site: Path) -> None:
    text = article(page(reading_site, "terms/4/de/"))

    assert "möglicherweise nicht auf dem neuesten Stand" in visible(text)
    assert re.search(r'<p class="inforce-mark"[^>]*>.*?href="\.\./">', text, re.DOTALL)


def test_current_translation_is_labelled_as_translation(reading_site: Path) -> None:
    assert "Dies ist eine Übersetzung" in visible(article(page(reading_site, "terms/3/de/")))
    assert "Übersetzung" not in visible(article(page(reading_site, "terms/3/")))


def test_version_page_marks_outdated_translations(reading_site: Path) -> None:
    assert "Deutsch (may be out of date)" in visible(article(page(reading_site, "terms/4/")))
    assert "Deutsch (may be out of date)" not in visible(article(page(reading_site, "terms/3/")))


def test_missing_translation_is_stated_with_a_link_to_the_binding_text(reading_site: Path) -> None:
    """The text of the imprint in force has no German translation."""
    policy, since = (article(page(reading_site, place)) for place in ("imprint/de/", "imprint/1/since/de/"))

    assert "Von dieser Fassung gibt es noch keine Übersetzung" in visible(policy)
    assert re.search(r'<p class="inforce-mark"[^>]*>[^<]*<a href="\.\./">', policy)
    assert re.search(r'<div class="inforce-text" lang="en" dir="ltr">', policy)
    assert "Fassung 2 gibt es in dieser Sprache noch nicht." in visible(since)
    assert re.search(r'<p class="inforce-mark"[^>]*>[^<]*<a href="\.\./">', since)


def test_history_in_another_language_links_its_redlines(reading_site: Path) -> None:
    html = page(reading_site, "terms/history/de/")

    assert '<a href="../../changes/2...3/de/">von Fassung 2</a>' in html
    assert '<a href="../../changes/1...2/">von Fassung 1</a>' in html


def test_arabic_change_matrix_runs_from_right_to_left(reading_site: Path) -> None:
    def place_of(site_page: str, label: str) -> float:
        (matches,) = re.findall(rf'x="([\d.]+)"[^>]*>{label}</text>', site_page)
        return float(matches)

    english, arabic = page(reading_site, "terms/history/"), page(reading_site, "terms/history/ar/")

    assert place_of(english, "3") < place_of(english, "4")
    assert place_of(arabic, "3") > place_of(arabic, "4")
