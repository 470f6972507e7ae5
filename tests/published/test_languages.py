"""Pages speak their reader's language, from right to left too; no translation passes for the binding text."""

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
def test_an_arabic_page_is_arabic_from_right_to_left(reading_site: Path, place: str) -> None:
    found = page(reading_site, place)

    assert re.search(r'<html lang="ar"', found)
    assert re.search(r'<body dir="rtl"', found)
    words = re.sub(r"[^A-Za-z ]", "", visible(article(found)))
    english = set(words.split()) & {"In", "force", "Superseded", "Version", "version", "History", "changed", "from"}
    assert english == set()


def test_a_text_says_its_own_language_and_direction_where_the_page_has_another(reading_site: Path) -> None:
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
def test_a_page_names_itself_in_other_languages_and_for_everybody_else(
    reading_site: Path, place: str, languages: str
) -> None:
    found = re.findall(r'<link rel=" alternate" href="([^"]*)" hreflang="([^"]*)"', page(reading_site, place))
    tags = {tag: href.removeprefix(HOME) for href, tag in found}

    assert sorted(tags) == sorted([*languages.split(), "x-default"])
    assert tags["x-default"] == tags["en"]
    assert all((reading_site / target / "index.html").is_file() for target in tags.values())
    assert place in tags.values()


def test_a_translation_of_another_text_says_that_it_may_lag_and_links_the_binding_text(reading_site: Path) -> None:
    found = article(page(reading_site, "terms/4/de/"))

    assert "möglicherweise nicht auf dem neuesten Stand" in visible(found)
    assert re.search(r'<p class="inforce-mark"[^>]*>.*?href="\.\./">', found, re.DOTALL)


def test_a_true_translation_says_that_it_is_one(reading_site: Path) -> None:
    assert "Dies ist eine Übersetzung" in visible(article(page(reading_site, "terms/3/de/")))
    assert "Übersetzung" not in visible(article(page(reading_site, "terms/3/")))


def test_a_version_says_which_of_its_translations_may_lag(reading_site: Path) -> None:
    assert "Deutsch (may be out of date)" in visible(article(page(reading_site, "terms/4/")))
    assert "Deutsch (may be out of date)" not in visible(article(page(reading_site, "terms/3/")))


def test_what_is_missing_in_a_language_is_said_with_the_way_to_the_binding_text(reading_site: Path) -> None:
    """Of the text of the imprint in force there is no German translation any more."""
    policy, since = (article(page(reading_site, place)) for place in ("imprint/de/", "imprint/1/since/de/"))

    assert "Von dieser Fassung gibt es noch keine Übersetzung" in visible(policy)
    assert re.search(r'<p class="inforce-mark"[^>]*>[^<]*<a href="\.\./">', policy)
    assert re.search(r'<div class="inforce-text" lang="en" dir="ltr">', policy)
    assert "Fassung 2 gibt es in dieser Sprache noch nicht." in visible(since)
    assert re.search(r'<p class="inforce-mark"[^>]*>[^<]*<a href="\.\./">', since)


def test_a_history_in_another_language_links_redlines_in_it_where_there_are_some(reading_site: Path) -> None:
    found = page(reading_site, "terms/history/de/")

    assert '<a href="../../changes/2...3/de/">von 2</a>' in found
    assert '<a href="../../changes/1...2/">von 1</a>' in found


def test_time_runs_from_right_to_left_in_the_picture_of_an_arabic_history(reading_site: Path) -> None:
    def place_of(site_page: str, label: str) -> float:
        (found,) = re.findall(rf'x="([\d.]+)"[^>]*>{label}</text>', site_page)
        return float(found)

    english, arabic = page(reading_site, "terms/history/"), page(reading_site, "terms/history/ar/")

    assert place_of(english, "3") < place_of(english, "4")
    assert place_of(arabic, "3") > place_of(arabic, "4")
