"""Pages, feeds and comparisons of a built site state what was corrected and by which version."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from html_text import article, visible
from published.links import broken_links

HOME = "https://policies.shop.example/"


def page(site: Path, place: str) -> str:
    return (site / place / "index.html").read_text("utf-8")


def words(site: Path, place: str) -> str:
    return visible(article(page(site, place)))


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        pytest.param(
            "", "In force: version 1.1, from February 1, 2027 until March 1, 2027. Correction of 1", id="home"
        ),
        pytest.param("", "Announced: version 2.1 applies from March 1, 2027. Correction of 2", id="home, announced"),
        pytest.param("terms/", "applies from February 1, 2027 until March 1, 2027. Correction of 1", id="the policy"),
        pytest.param("terms/1.1/", "Correction of 1 The spelling of “service”. An answer to version 1,", id="why"),
        pytest.param("terms/1.1/", "such as an acceptance, also counts for this version.", id="what counts"),
        pytest.param("terms/1.1/ar/", "تصحيح الإصدار ⁨1⁩", id="in Arabic"),
        pytest.param("terms/1.1/ar/", "لا يغيّر هذا التصحيح النص بهذه اللغة.", id="a language that did not change"),
        pytest.param("terms/1/", "Superseded: this version applied from January 1, 2026", id="the corrected version"),
        pytest.param("terms/1/", "This version was corrected by 1.1.", id="its correction"),
        pytest.param("terms/2/", "Superseded: this version was replaced before it applied.", id="an announced version"),
        pytest.param("terms/changes/", "To 2.1 Correction of 2", id="comparisons"),
        pytest.param("terms/changes/1...1.1/", "Correction of 1", id="a redline"),
        pytest.param("terms/1/since/", "To the text in force: 1.1, since February 1, 2027 Correction of 1", id="since"),
        pytest.param("terms/1/since/", "To the announced text: 2.1, from March 1, 2027 Correction of 2", id="coming"),
        pytest.param("terms/history/", "1.1 Correction of 1 In force", id="the history"),
    ],
)
def test_page_states_the_correction(amended_site: Path, place: str, expected: str) -> None:
    assert expected in words(amended_site, place)


def test_language_that_changed_has_no_note(amended_site: Path) -> None:
    assert "does not change the text" not in words(amended_site, "terms/1.1/")


def test_history_lists_corrections_below_the_version_they_correct(amended_site: Path) -> None:
    rows = re.findall(
        r'<tr class="(inforce-row[^"]*)".*?data-inforce-version>([^<]*)<', page(amended_site, "terms/history"), re.S
    )

    nested = "inforce-row inforce-row--amendment"
    assert rows == [
        ("inforce-row", "2"),
        (nested, "2.1"),
        ("inforce-row", "1"),
        (nested, "1.1"),
        ("inforce-row", "0"),
    ]


def test_all_links_work(amended_site: Path) -> None:
    assert broken_links(amended_site, HOME) == []


def test_since_file_and_versions_digests_agree_with_the_manifest(amended_site: Path) -> None:
    manifest = json.loads((amended_site / "policies.json").read_text("utf-8"))["policies"][0]
    since = json.loads((amended_site / "terms/1/since/en.json").read_text("utf-8"))

    assert [row["new"]["seq"] for row in since["in_force"]] == [manifest["in_force"]]
    assert [row["new"]["seq"] for row in since["announced"]] == [manifest["latest"]]
    digests = json.loads(next(amended_site.glob("terms/versions.*.json")).read_text("utf-8"))
    redlines = {row["version"]: sorted(row.get("redlines", {})) for row in digests["versions"]}
    assert redlines["1.1"] == ["0", "1"]
    assert {"1", "1.1"} <= set(redlines["2"])


def test_note_of_a_correction_takes_no_id_of_the_text(amended_site: Path) -> None:
    ids = re.findall(r' id="([^"]*)"', article(page(amended_site, "terms/1.1/")))

    assert sorted(ids) == ["about-this-version", "check-this-text", "pay", "terms", "use"]
