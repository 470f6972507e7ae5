"""Properties of imports, for any texts and clocks."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from inforce.book.front_matter import parse_frontmatter
from inforce.book.importers.plain_text import convert, words, words_as_read
from inforce.book.importers.plan import DocumentState, plan_versions
from inforce.book.importers.source_file import read_foreign
from inforce.book.write import to_edition, to_yaml
from inforce.book.yaml import parse_yaml
from inforce.policy import Origin
from inforce.text import canonical
from property.markdown_strategies import noise, sentences, texts

ZONES = st.sampled_from(["UTC", "Asia/Shanghai", "America/St_Johns", "Pacific/Apia"]).map(ZoneInfo)
RAW = st.one_of(st.none(), st.binary(max_size=20), st.sampled_from([b"# A\n", b"# B\n", b"---\ntitle: C\n---\nD\n"]))
# Two decades in seconds, with few values, so that clocks often stand still or go back.
TIMES = st.one_of(st.integers(1_262_304_000, 1_893_456_000), st.integers(1_325_235_000, 1_325_235_009))

HEADS = [
    "1. ",
    "2. ",
    "3. ",
    "1) ",
    "2)",
    "4) ",
    "(a) ",
    "(b)",
    "• ",
    "- ",
    "– ",
    "* ",
    "I. ",
    "II. ",
    "A. ",
    "一、",
    "二、",
    "（一）",
    "第一条 ",
    "1.1 ",
    "1.2.3 ",
    "# ",
    "> ",
    "01. ",
    "Article 1 ",
    "§ 5 ",
    "```",
    "+ ",
    "***",
    "---",
    "===",
    "[a]: ",
    "<b>",
    "&#35; ",
    "\\",
    "\t",
    "    ",
    "\x0c",
    "\r",
    "\u2028",
    "\ufeff",
]
lines = st.builds(
    "{}{}{}".format, st.sampled_from(HEADS), sentences, st.one_of(noise, st.text(max_size=4), st.just(""))
)
plain_texts = st.one_of(
    st.lists(st.one_of(lines, st.just("")), max_size=12).map("\n".join),
    st.lists(lines, max_size=20).map(" ".join),
    st.text(),
)


@st.composite
def histories(draw: st.DrawFn) -> list[DocumentState]:
    """Generate commits with any bytes, in any order of time."""
    return [
        DocumentState(
            origin=Origin(commit="a" * 40, committed=datetime.fromtimestamp(seconds, UTC), path="p.md"),
            raw=draw(RAW),
        )
        for seconds in draw(st.lists(TIMES, max_size=12))
    ]


@given(histories(), ZONES)
def test_labels_and_instants_increase_and_adjacent_texts_differ(steps: list[DocumentState], zone: ZoneInfo) -> None:
    versions = plan_versions(steps, zone).versions

    for earlier, later in itertools.pairwise(versions):
        assert earlier.label < later.label
        assert earlier.instant < later.instant
        assert earlier.text != later.text
    assert all(version.instant >= version.origin.committed for version in versions)


@given(st.one_of(noise, texts, st.text()))
def test_text_survives_the_round_trip(body: str) -> None:
    text = canonical(body)

    assert canonical(parse_frontmatter(to_edition(text), "en.md").body) == text


@given(st.one_of(noise, texts, st.text()))
def test_imported_text_is_canonical(body: str) -> None:
    foreign = read_foreign(body.encode(errors="replace")).text

    assert canonical(foreign) == foreign


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co", "Zl", "Zp"], exclude_characters="\ufeff")))
def test_imported_metadata_is_read_back_unchanged(value: str) -> None:
    members = {"subject": value, "inner": {"path": value}}

    assert parse_yaml(to_yaml(members), "version.yml")[0] == members


@given(st.text(st.characters()))
def test_metadata_with_any_characters_survives_the_round_trip(value: str) -> None:
    (read,) = parse_yaml(to_yaml({"path": value}), "version.yml")[0].values()

    assert len(read) == len(value)


@given(plain_texts)
def test_imported_plain_text_keeps_its_words_in_order(text: str) -> None:
    text = text.replace("\0", "")

    assert words_as_read(convert(text).text) == words(text)
