"""Properties of redlines, for any two texts."""

from __future__ import annotations

import string
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from inforce.markdown import plain_text
from inforce.redline import IN_NEW, IN_OLD, BlockState, Op, Redline, Run, prepare, redline
from property.markdown_strategies import blocks, documents, sentences, texts, words


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str]:
    """Generate a text and an edited version of it: blocks deleted, added, moved, and words changed."""
    old = draw(st.lists(blocks, min_size=1, max_size=8))
    new = draw(st.permutations(old)) if draw(st.booleans()) else list(old)
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(new)))
        match draw(st.sampled_from(["drop", "add", "word", "join"])):
            case "drop":
                del new[place : place + 1]
            case "add":
                new.insert(place, draw(blocks))
            case "word":
                new[place : place + 1] = [block + " " + draw(words) for block in new[place : place + 1]]
            case _:
                new[place : place + 2] = [" ".join(new[place : place + 2])]
    return "\n\n".join(old), "\n\n".join(new)


pairs = st.one_of(edited(), st.tuples(documents, documents), st.tuples(texts, texts), st.tuples(sentences, sentences))


def side(runs: Sequence[Run], ops: frozenset[Op]) -> str:
    return "".join(run.text for run in runs if run.op in ops)


def side_of_blocks(comparison: Redline, ops: frozenset[Op]) -> str:
    return "".join(
        side(block.runs, ops) + "\n" * (block.mark in ops)
        for block in comparison.blocks
    )  # fmt: skip


@given(pairs)
def test_rejecting_yields_the_old_text_and_accepting_the_new_one(pair: tuple[str, str]) -> None:
    old, new = pair

    runs = redline(old, new).runs

    assert side(runs, IN_OLD) == plain_text(old)
    assert side(runs, IN_NEW) == plain_text(new)


@given(pairs)
def test_blocks_yield_both_texts(pair: tuple[str, str]) -> None:
    old, new = pair

    comparison = redline(old, new)

    assert side_of_blocks(comparison, IN_OLD) == plain_text(old)
    assert side_of_blocks(comparison, IN_NEW) == plain_text(new)


@given(texts)
def test_redline_of_a_text_with_itself_is_empty(text: str) -> None:
    comparison = redline(text, text)

    assert comparison.equal
    assert {run.op for run in comparison.runs} <= {Op.EQUAL}
    assert (comparison.changes, comparison.changed_clauses, comparison.numbers) == ((), (), ())


@given(pairs)
def test_prepared_texts_yield_the_same_redline(pair: tuple[str, str]) -> None:
    old, new = prepare(pair[0]), prepare(pair[1])

    first, again, fresh = redline(old, new), redline(old, new), redline(*pair)

    assert first.runs == again.runs == fresh.runs
    assert first.blocks == again.blocks == fresh.blocks


@given(pairs)
def test_words_are_counted_once_on_each_side(pair: tuple[str, str]) -> None:
    counted = redline(*pair).statistics

    common = counted.equal + counted.reformatted + counted.moved
    assert counted.old == common + counted.deleted
    assert counted.new == common + counted.inserted


@given(pairs)
def test_every_changed_run_has_a_change_and_every_change_a_block(pair: tuple[str, str]) -> None:
    comparison = redline(*pair)

    numbers = {run.change for run in comparison.runs if run.op is not Op.EQUAL}

    assert numbers == {change.number for change in comparison.changes} == set(range(1, len(comparison.changes) + 1))
    assert all(0 <= change.block < len(comparison.blocks) for change in comparison.changes)


@given(pairs)
def test_ends_of_a_move_refer_to_each_other(pair: tuple[str, str]) -> None:
    comparison = redline(*pair)

    for place, block in enumerate(comparison.blocks):
        if block.partner is not None:
            other = comparison.blocks[block.partner]
            assert (other.partner, other.move, other.change) == (place, block.move, block.change)
            assert {block.state, other.state} == {BlockState.MOVED_FROM, BlockState.MOVED_TO}


@given(pairs)
def test_equal_run_has_no_mark(pair: tuple[str, str]) -> None:
    for run in redline(*pair).runs:
        assert run.op in {Op.REFORMAT, Op.MOVE_TO} or not (run.was or run.now)
        assert run.op is not Op.REFORMAT or run.was or run.now
        assert (run.op is Op.EQUAL) is (run.change == 0)


@given(documents, st.lists(st.sampled_from(string.ascii_letters), min_size=20, max_size=20, unique=True))
def test_format_change_keeps_all_words(text: str, letters: list[str]) -> None:
    sentence = " ".join(letters)

    comparison = redline(f"{sentence}\n\n{text}", f"*{sentence}*\n\n{text}")

    assert (comparison.statistics.inserted, comparison.statistics.deleted) == (0, 0)
    assert comparison.statistics.reformatted == len(letters)


@given(
    st.lists(sentences.filter(lambda text: redline(text, "").statistics.old >= 8), min_size=4, max_size=9, unique=True),
    st.data(),
)
def test_moved_paragraph_is_reported_as_moved(paragraphs: list[str], data: st.DataObject) -> None:
    """Moving a paragraph of eight words or more deletes and inserts nothing."""
    left = data.draw(st.integers(0, len(paragraphs) - 1))
    rest = [*paragraphs[:left], *paragraphs[left + 1 :]]
    came = data.draw(st.integers(0, len(rest)).filter(lambda place: place != left))

    comparison = redline("\n\n".join(paragraphs), "\n\n".join([*rest[:came], paragraphs[left], *rest[came:]]))

    assert {run.op for run in comparison.runs} == {Op.EQUAL, Op.MOVE_FROM, Op.MOVE_TO}
    assert comparison.statistics.moves == 1


@given(st.lists(st.integers(0, 10**6).map(str), min_size=1, max_size=8), st.data())
def test_number_is_never_split(numbers: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(numbers) - 1))
    other = data.draw(st.integers(0, 10**6).map(str))
    changed = [*numbers[:place], other, *numbers[place + 1 :]]

    comparison = redline(" and ".join(["it", *numbers]), " and ".join(["it", *changed]))

    marked = [run.text for run in comparison.runs if run.op in {Op.DELETE, Op.INSERT}]
    assert marked == ([] if numbers == changed else [numbers[place], other])
