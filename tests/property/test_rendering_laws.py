"""Properties of renderings, for any two texts."""

from __future__ import annotations

import json
from collections import Counter
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from html_reader import characters_in, characters_of, read
from inforce.markdown import plain_text, raw_html
from inforce.redline import IN_NEW, IN_OLD, BlockState, Redline, RedlineBlock, redline
from inforce.rendering.html import to_html
from inforce.rendering.json import to_data
from inforce.rendering.labels import ENGLISH, Labels
from inforce.rendering.markdown import to_markdown
from inforce.rendering.sentences import to_sentences
from inforce.rendering.side_by_side import to_sides
from inforce.rendering.terminal import to_lines
from memos import forget
from property.markdown_strategies import documents
from property.test_redline_laws import pairs

HOSTILE = ["<script>alert(1)</script>", "</p><img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "<b x='\"'>"]


@given(pairs)
def test_html_is_well_formed_and_valid(pair: tuple[str, str]) -> None:
    comparison = redline(*pair)

    read(to_html(comparison))
    read(to_sides(comparison))


@given(pairs)
def test_html_without_deletions_has_the_new_text(pair: tuple[str, str]) -> None:
    comparison = redline(*pair)

    body = read(to_html(comparison))

    assert characters_of(body, without="del") == ("" if comparison.equal else characters_in(plain_text(pair[1])))


@given(pairs)
def test_html_without_insertions_has_the_old_text_and_both_places_of_moves(pair: tuple[str, str]) -> None:
    comparison = redline(*pair)

    body = read(to_html(comparison))

    shown, old = characters_of(body, without="ins"), "" if comparison.equal else characters_in(plain_text(pair[0]))
    assert Counter(old) <= Counter(shown)
    assert shown == old or comparison.statistics.moves


@given(pairs)
def test_every_internal_link_of_the_html_has_a_target(pair: tuple[str, str]) -> None:
    body = read(to_html(redline(*pair), anchor="m-"))

    links = {element.attrib["href"][1:] for element in body.iter("a") if element.attrib["href"].startswith("#m-")}
    assert links <= {element.attrib["id"] for element in body.iter() if "id" in element.attrib}


@given(pairs)
def test_each_side_contains_exactly_its_text_of_the_changed_clauses(pair: tuple[str, str]) -> None:
    comparison = redline(*pair)

    body = read(to_sides(comparison))

    rows = [list(row) for row in body.findall("table/tbody/tr")]
    changed = changed_blocks(comparison)
    for place, ops in ((0, IN_OLD), (-1, IN_NEW)):
        shown = "".join(characters_of(row[place]) for row in rows)
        texts = ("".join(run.text for run in block.runs if run.op in ops) for block in changed)
        assert shown == characters_in("".join(texts))


def changed_blocks(comparison: Redline) -> list[RedlineBlock]:
    clauses = [list(group) for _, group in groupby(comparison.blocks, key=lambda block: block.clause)]
    changed = [clause for clause in clauses if any(block.state is not BlockState.EQUAL for block in clause)]
    return [block for clause in changed for block in clause]


@given(documents, documents, st.sampled_from(HOSTILE), st.sampled_from(HOSTILE))
def test_text_is_never_rendered_as_a_script(old: str, new: str, first: str, other: str) -> None:
    comparison = redline(f"{first}\n\n{old}", f"{new}\n\n{other}")

    for fragment in (to_html(comparison), to_sides(comparison)):
        body = read(fragment)
        assert {"script", "img", "b"}.isdisjoint(element.tag for element in body.iter())
        assert not [link for link in body.iter("a") if "script" in link.attrib["href"]]
    assert raw_html(to_markdown(comparison)) == ()


@given(pairs)
def test_rendering_is_deterministic(pair: tuple[str, str]) -> None:
    first, again = redline(*pair), redline(*pair)

    for render in (to_html, to_sides, to_sentences, to_markdown, to_data):
        assert render(first) == render(again)
    assert list(to_lines(first)) == list(to_lines(again))


@given(pairs, st.lists(pairs, max_size=3))
def test_rendering_does_not_depend_on_earlier_renderings(pair: tuple[str, str], others: list[tuple[str, str]]) -> None:
    assert forget("inforce.rendering")
    alone = everything(redline(*pair))
    forget("inforce.rendering")
    for other in others:
        everything(redline(*other))

    assert everything(redline(*pair)) == alone


def everything(comparison: Redline) -> list[object]:
    """Return all renderings of the redline, in two languages."""
    german = Labels(added="hinzugefügt:", deleted="gelöscht:", inserted_sentence="Neu: „{now}“.")
    return [
        render(comparison, labels)
        for labels in (ENGLISH, german)
        for render in (to_html, to_sides, to_sentences, to_markdown)
    ]


@given(pairs)
def test_json_round_trip_preserves_both_texts(pair: tuple[str, str]) -> None:
    runs = json.loads(json.dumps(to_data(redline(*pair))))["runs"]

    assert "".join(run["text"] for run in runs if run["op"] in IN_OLD) == plain_text(pair[0])
    assert "".join(run["text"] for run in runs if run["op"] in IN_NEW) == plain_text(pair[1])


@given(pairs)
def test_every_change_is_described_by_a_sentence(pair: tuple[str, str]) -> None:
    comparison = redline(*pair)

    assert len(to_sentences(comparison)) == len(comparison.changes)
    assert all(to_sentences(comparison))


@given(pairs)
def test_redline_without_changes_renders_as_empty(pair: tuple[str, str]) -> None:
    comparison = redline(pair[0], pair[0])

    assert (to_html(comparison), to_sides(comparison), to_markdown(comparison), to_sentences(comparison)) == (
        "",
        "",
        "",
        (),
    )
    assert list(to_lines(comparison)) == []
