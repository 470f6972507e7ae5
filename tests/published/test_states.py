"""Every page states its status, and its head declares its relations to other pages."""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from typing import Any

import pytest

from html_text import article, attributes, head_links, visible
from published.links import broken_links

HOME = "https://policies.shop.example/"


@pytest.mark.parametrize(
    ("place", "title", "words"),
    [
        pytest.param(
            "terms/1/",
            "Terms & </script> 1 (Superseded)",
            "Superseded: this version applied from January 1, 2026 until July 1, 2026.",
            id="superseded",
        ),
        pytest.param(
            "terms/2/",
            "Terms & </script> 2 (Superseded)",
            "Superseded: this version was replaced before it applied.",
            id="overtaken",
        ),
        pytest.param(
            "terms/3/",
            "Terms & </script> 3 (July 1, 2026 to March 1, 2027)",
            "In force: this version applies from July 1, 2026 until March 1, 2027.",
            id="in force until another applies",
        ),
        pytest.param(
            "terms/4/",
            "Terms & </script> 4 (from March 1, 2027)",
            "Announced: this version applies from March 1, 2027.",
            id="announced",
        ),
        pytest.param(
            "terms/5/",
            "Terms & </script> 5 (Cancelled)",
            "Cancelled: this version was announced and never applies. It was unpopular.",
            id="cancelled",
        ),
        pytest.param(
            "shop/1/",
            "Shop 1 (Withdrawn)",
            "Withdrawn: this version applied from January 1, 2026 until January 15, 2027.",
            id="withdrawn with its policy",
        ),
    ],
)
def test_version_page_states_its_status_in_title_and_above_the_text(
    reading_site: Path, place: str, title: str, words: str
) -> None:
    page = (reading_site / place / "index.html").read_text("utf-8")

    assert f"<title>{escape(title)} – Example Shop</title>" in page
    assert visible(article(page)).startswith(words)


@pytest.mark.parametrize("place", ["terms/1/", "terms/2/", "terms/4/", "terms/5/", "shop/1/"])
def test_text_not_in_force_has_a_visible_label_and_symbol(reading_site: Path, place: str) -> None:
    page = (reading_site / place / "index.html").read_text("utf-8")

    (shown,) = re.findall(r'<div class="inforce-shown[^>]*>.*?<div class="inforce-text"', page, re.DOTALL)

    assert re.search(r"(Superseded|Announced|Cancelled|Withdrawn) · \d", visible(shown))
    assert "inforce-icon" in shown
    assert not re.search(r'data-state="in_force"|data-in="in_force"(?![^>]*hidden)', shown)


@pytest.mark.parametrize(
    ("place", "flips"),
    [
        pytest.param("terms/1/", [], id="a past version remains superseded"),
        pytest.param("terms/5/", [], id="cancelled permanently"),
        pytest.param("terms/3/", ["in_force 2026-07-01 2027-03-01 superseded"] * 2, id="in force, then superseded"),
        pytest.param("terms/4/", ["announced 2027-03-01 - -"] * 2, id="announced, then in force"),
        pytest.param(
            "terms/",
            [
                "in_force 2026-07-01 2027-03-01 superseded",
                "announced 2027-03-01 - -",
                "announced 2027-03-01 - -",
                "in_force 2026-07-01 2027-03-01 superseded",
            ],
            id="status, way to what follows, banner, text",
        ),
    ],
)
def test_page_contains_the_instants_at_which_its_words_change(reading_site: Path, place: str, flips: list[str]) -> None:
    page = (reading_site / place / "index.html").read_text("utf-8")
    names = ("data-state", "data-inforce-at", "data-inforce-end", "data-inforce-then")

    relations = [
        " ".join(tag.get(name, "-").partition("T")[0] for name in names)
        for tag in attributes(page)
        if "data-inforce-at" in tag
    ]

    assert relations == flips


def test_page_links_the_next_version_once_it_is_in_force(reading_site: Path) -> None:
    page = (reading_site / "terms/index.html").read_text("utf-8")

    (way,) = re.findall(r'<p class="inforce-successor"([^>]*)><a href="([^"]*)">([^<]*)', page)

    assert ("hidden" in way[0], way[1], way[2].startswith("Read version 4")) == (True, "4/", True)


def test_time_dependent_words_are_hidden_without_a_script(reading_site: Path) -> None:
    for page in reading_site.rglob("index.html"):
        text = visible(article(page.read_text("utf-8")))
        assert not re.search(r"\bnow\b|days? left|today", text), page


def test_every_page_declares_its_relations(reading_site: Path) -> None:
    relations = {
        place: {(rel, place_of) for rel, place_of in head_links(reading_site, place, HOME)}
        for place in ("terms/3/", "terms/", "terms/history/", "terms/changes/3...4/", "terms/1/since/")
    }

    everywhere = {
        ("latest-version", "terms/"),
        ("version-history", "terms/history/"),
        ("terms-of-service", "terms/"),
        ("timemap", "terms/timemap.link"),
    }
    assert all(everywhere <= links for links in relations.values())
    assert {("predecessor-version", "terms/2/"), ("successor-version", "terms/4/")} <= relations["terms/3/"]
    assert ("predecessor-version", "terms/2/") in relations["terms/"]
    assert all(("canonical", place) in links for place, links in relations.items())


def structured(page: str) -> Any:
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return json.loads(text)


def test_title_cannot_close_the_json_ld_script(reading_site: Path) -> None:
    about = structured((reading_site / "terms/4/index.html").read_text("utf-8"))

    assert about["name"] == "Terms & </script>"
    assert about["temporalCoverage"] == "2027-03-01T00:00:00Z/.."


def test_title_is_escaped_everywhere_in_the_theme(reading_site: Path) -> None:
    for page in reading_site.rglob("index.html"):
        text = page.read_text("utf-8")
        assert "Terms & <" not in text, page
        assert "&amp;amp;" not in text, page
        assert "&amp;lt;" not in text, page
    assert "Terms &amp; &lt;/script&gt;" in text.partition("md-nav--primary")[2].partition("</nav>")[0]


def test_every_page_disables_the_referrer(reading_site: Path) -> None:
    for page in reading_site.rglob("*.html"):
        if page.name in ("index.html", "404.html"):
            assert '<meta name="referrer" content="no-referrer">' in page.read_text("utf-8"), page


def test_history_has_a_table_for_every_chart(reading_site: Path) -> None:
    page = (reading_site / "terms/history/index.html").read_text("utf-8")
    picture, _, table = page.partition('id="sections-table"')

    drawn = sorted(re.findall(r'<a href="([^"]*#clause-[^"]*)" aria-label', picture))
    links = sorted(re.findall(r'<a href="([^"]*#clause-[^"]*)">', table))

    assert drawn == links == sorted(f"../changes/{old}...{old + 1}/#clause-use" for old in (1, 2, 3, 4))
    assert "Use: changed, " in visible(table)


def test_every_link_and_every_mark_resolves(reading_site: Path) -> None:
    assert broken_links(reading_site, HOME) == []


def test_every_mark_links_to_the_changed_words(reading_site: Path) -> None:
    page = (reading_site / "terms/changes/3...4/index.html").read_text("utf-8")

    (clause,) = re.findall(r'<div id="clause-use">.*?</div>', page, re.DOTALL)

    assert "40" in clause
    assert "30" in clause
