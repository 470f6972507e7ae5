"""Unusual and large texts: each has an exact redline.

The benchmark measures speed; a quadratic algorithm would not finish these tests.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from functools import cache
from itertools import accumulate

import pytest

from inforce.markdown import plain_text
from inforce.redline import IN_NEW, IN_OLD, Op, Redline, redline

CHANCE = random.Random(1)  # noqa: S311 - not a secret; deterministic
WORDS = ["".join(CHANCE.choices(string.ascii_lowercase, k=CHANCE.randint(2, 10))) for _ in range(4000)]
WEIGHTS = list(accumulate(1 / rank for rank in range(1, 4001)))  # cumulative, or each call would add them up


def written(count: int) -> list[str]:
    """Return generated words with a natural frequency distribution."""
    return CHANCE.choices(WORDS, cum_weights=WEIGHTS, k=count)


def every(step: int, words: list[str], other: str = "changed") -> list[str]:
    return [other if place % step == step - 1 else word for place, word in enumerate(words)]


def table(rows: int, last: Callable[[int], str]) -> str:
    return "| key | middle | last |\n|-|-|-|\n" + "".join(f"| row {n} | m{n % 7} | {last(n)} |\n" for n in range(rows))


LONG = written(30_000)
OTHER = written(30_000)
ITEMS = [" ".join(written(6)) for _ in range(5000)]
# The engine has two limits that depend on the numbers of units in both texts, multiplied: `align.FEW`, 300, and
# `sequence.FEW_BITS`, 4,194,304. 2,500 units in each text exceed both. One list and one table have 5,000, so
# that quadratic time is noticed.
FEWER = ITEMS[:2500]
BLOCKS = [" ".join(LONG[start : start + 60]) for start in range(0, 30_000, 60)]

HARD = {
    "nothing and nothing": ("", ""),
    "nothing and one character": ("", "a"),
    "one character and another": ("a", "b"),
    "markup alone": ("***\n\n---\n\n> \n\n- \n\n#", "> > -\n\n***\n\n|a|\n|-|"),
    "white space alone": (" \n\t\n ", "\n\n\n"),
    "broken Markdown": ("**a [b](c *d* `e\n\n| x |\n|--", "a** b](c d* e`\n\n| x |\n|--|\n| [ |"),
    "a paragraph of 200 kB, edited": (" ".join(LONG), " ".join(every(20, LONG))),
    "a paragraph of 200 kB, rewritten": (" ".join(LONG), " ".join(OTHER)),
    "a paragraph of 200 kB, every second word another": (" ".join(LONG), " ".join(every(2, LONG))),
    "a paragraph of 200 kB without a word in common": (" ".join(LONG), " ".join(word.upper() for word in LONG)),
    "a paragraph of 200 kB cut in five hundred": (" ".join(LONG), "\n\n".join(BLOCKS)),
    "2,500 items, one gone": (
        "\n".join(f"- {item}" for item in FEWER),
        "\n".join(f"- {item}" for item in FEWER[1:]),
    ),
    "2,500 items, each edited": (
        "\n".join(f"- {item}" for item in FEWER),
        "\n".join(f"- {item} too" for item in FEWER),
    ),
    "five thousand items, all turned round": (
        "\n".join(f"- {item}" for item in ITEMS),
        "\n".join(f"- {item}" for item in reversed(ITEMS)),
    ),
    "a table of five thousand rows, one column changed": (
        table(5000, lambda n: f"a{n}"),
        table(5000, lambda n: f"b{n}"),
    ),
    "a table of 2,500 equal rows, one column changed": (
        "|a|b|\n|-|-|\n" + "|x|y|\n" * 2500,
        "|a|b|\n|-|-|\n" + "|x|z|\n" * 2500,
    ),
    "two thousand identical items, one gone": ("- same\n" * 2000, "- same\n" * 1999),
    "two thousand identical items, all replaced": ("- same\n" * 2000, "- other\n" * 2000),
    "two items in turn, in another order": ("- a\n- b\n" * 500, "- b\n- a\n- a\n" * 350),
    "quotes in quotes": ("> " * 500 + "a", "> " * 499 + "b"),
    "lists in lists": ("- " * 300 + "a", "- " * 299 + "b"),
    "emphasis in emphasis": ("*a " * 500 + "*" * 500, "*b " * 500 + "*" * 500),
    "right to left and left to right": ("אנחנו ACME 30 يوما **نص** abc", "אנחנו ACME 60 يوما نص **abc**"),
    "bidirectional and invisible characters": ("a\u202eb\u200bc\ufeff", "a\u202cb\u200dc"),
    "half a pair of surrogates": ("a \ud800 b", "a \udfff b"),
    "one text a thousand times the other": ("word", " ".join(LONG[:1000])),
}


@cache
def redline_of(name: str) -> Redline:
    return redline(*HARD[name])


@pytest.mark.parametrize("name", HARD)
def test_every_pair_has_an_exact_redline(name: str) -> None:
    old, new = HARD[name]

    runs = redline_of(name).runs

    assert "".join(run.text for run in runs if run.op in IN_OLD) == plain_text(old)
    assert "".join(run.text for run in runs if run.op in IN_NEW) == plain_text(new)


DIFFERENT = {pair[0]: name for name, pair in HARD.items()}


@pytest.mark.parametrize("text", DIFFERENT.keys(), ids=DIFFERENT.values())
def test_redline_of_an_unusual_text_with_itself_is_empty(text: str) -> None:
    assert redline(text, text).equal


@pytest.mark.parametrize(
    ("name", "most_marked"),
    [
        pytest.param("2,500 items, one gone", 6, id="one item of many"),
        pytest.param("2,500 items, each edited", 2500, id="a word in each item"),
        pytest.param("a table of five thousand rows, one column changed", 10_000, id="one cell in each row"),
        pytest.param("a table of 2,500 equal rows, one column changed", 5000, id="the same cell in each row"),
        pytest.param("two thousand identical items, one gone", 1, id="one of identical items"),
        pytest.param("a paragraph of 200 kB cut in five hundred", 0, id="only boundaries"),
        pytest.param("a paragraph of 200 kB, edited", 4000, id="every twentieth word"),
    ],
)
def test_unusual_texts_have_few_marked_words(name: str, most_marked: int) -> None:
    counted = redline_of(name).statistics

    assert counted.inserted + counted.deleted <= most_marked


def test_text_of_a_megabyte_with_a_few_edits_is_mostly_equal() -> None:
    blocks = [" ".join(written(60)) for _ in range(2500)]
    old, new = (
        "\n\n".join(blocks),
        "\n\n".join(block.replace(" a", " b", n % 50 == 0) for n, block in enumerate(blocks)),
    )

    comparison = redline(old, new)

    assert plain_text(new) == "".join(run.text for run in comparison.runs if run.op is not Op.DELETE)
    assert comparison.statistics.equal > comparison.statistics.old * 0.95
