"""Corrections: words replaced once, and the changes of one text applied to another."""

from __future__ import annotations

import pytest

from inforce.book.corrections import apply_changes, replace_once
from inforce.errors import ShapeError

OLD = """\
# Terms

## Data {#data}

We keep it.

- One
- Two
- Three

| a | b |
| - | - |
| 1 | 2 |

The end.
"""


def test_words_across_lines_are_replaced() -> None:
    assert replace_once("We keep\n  your data.\n", "keep your", "store your") == "We store your data.\n"


@pytest.mark.parametrize("special", ["a.c", "(x", "[1]", "$^"])
def test_words_are_no_pattern(special: str) -> None:
    assert replace_once(f"abc {special} abc", special, "new") == "abc new abc"


@pytest.mark.parametrize(
    ("old", "fix"), [("we", "do not occur"), ("it", "2 times, on the lines 1, 3"), ("", "do not occur")]
)
def test_words_that_do_not_occur_once_raise_error(old: str, fix: str) -> None:
    with pytest.raises(ShapeError) as refused:
        replace_once("Keep it.\n\nUse it.\n", old, "x")
    assert fix in str(refused.value)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        pytest.param("We keep it.", "We store it.", id="a paragraph"),
        pytest.param("- Two", "- Two and a half", id="a list item"),
        pytest.param("- Two\n", "", id="a deleted list item"),
        pytest.param("- Two\n", "- One and a half\n- Two\n", id="an added list item"),
        pytest.param("| 1 | 2 |", "| 1 | 3 |", id="a table row"),
        pytest.param("## Data {#data}", "## Your data {#data}", id="a heading"),
        pytest.param("The end.\n", "The end.\n\nReally.\n", id="an added last paragraph"),
        pytest.param("# Terms\n", "# Terms\n\nA preamble.\n", id="an added paragraph"),
        pytest.param("We keep it.\n\n- One", "We keep it.\n\nReally.\n\n- First", id="added and changed blocks"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_change_applies_where_the_blocks_are_equal(was: str, now: str, newline: str) -> None:
    other = ("# Terms", "# Terms", "- Three", "- Three, changed elsewhere")
    target = OLD.replace(*other[2:]).replace("\n", newline)
    new = OLD.replace(was, now)
    assert new != OLD

    applied, remaining = apply_changes(target, OLD, new)

    assert remaining == ()
    assert applied.replace("\r\n", "\n") == new.replace(*other[2:])


def test_unchanged_text_stays_byte_for_byte() -> None:
    target = "# Terms  \r\n\r\n\r\nWe keep it.\r\n\r\n* x\r\n"
    assert apply_changes(target, OLD, OLD) == (target, ())


def test_change_that_is_there_already_is_not_repeated() -> None:
    new = OLD.replace("We keep it.", "We store it.")
    assert apply_changes(new, OLD, new) == (new, ())


def test_change_of_a_different_block_is_returned_with_section_and_words() -> None:
    target = OLD.replace("We keep it.", "We keep it for a year.")
    applied, remaining = apply_changes(target, OLD, OLD.replace("We keep it.", "We store it."))
    assert applied == target
    assert [(change.section, change.words) for change in remaining] == [("data", "“keep” became “store”")]


def test_change_of_a_block_that_occurs_twice_is_returned() -> None:
    target = OLD + "\nWe keep it.\n"
    applied, remaining = apply_changes(target, OLD, OLD.replace("We keep it.", "We store it."))
    assert applied == target
    assert len(remaining) == 1


def test_block_added_between_other_blocks_is_returned() -> None:
    target = OLD.replace("- One\n", "- One\n- More\n")
    applied, remaining = apply_changes(target, OLD, OLD.replace("- One\n", "- One\n- And\n"))
    assert applied == target
    assert [change.words for change in remaining] == ["“And” was added"]
