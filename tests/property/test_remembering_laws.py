"""Properties of caches: a cached result equals a new one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inforce.markdown import Document, parse, to_html
from inforce.markdown.dialect import PARSER
from inforce.markdown.sections import read_sections
from inforce.redline import prepare, redline
from inforce.redline import tokens as alphabets
from inforce.redline import words as vocabulary
from inforce.redline.figures import EXPRESSION, expressions
from property.markdown_strategies import WORDS, blocks, documents, tricky

Told = tuple[object, ...]
histories = st.lists(documents, min_size=2, max_size=3)


def told(old: str, new: str) -> Told:
    comparison = redline(old, new)
    numbers = (comparison.numbers, comparison.changed_clauses, comparison.statistics, comparison.renamed)
    return comparison.runs, comparison.blocks, comparison.changes, *numbers


def read(text: str) -> tuple[Document, str]:
    return parse(text), to_html(text)


@lru_cache(maxsize=1)
def caches(_modules: int) -> list[Any]:
    """Return the caches of the imported modules; `_modules` is their number, so that later imports are noticed."""
    prefixes = ("inforce.redline", "inforce.markdown")
    modules = [module for name, module in list(sys.modules.items()) if name.startswith(prefixes)]
    return [var for module in modules for var in vars(module).values() if hasattr(var, "cache_clear")]


def forget() -> None:
    """Clear all caches of parsed texts and redlines, as in a new process."""
    for each in caches(len(sys.modules)):
        each.cache_clear()
    vocabulary.KEYS.clear()
    alphabets._shared = alphabets.Alphabet()


def afresh(answer: Callable[..., object], *arguments: str) -> object:
    forget()
    return answer(*arguments)


@contextmanager
def room_for(words: int) -> Iterator[None]:
    """Limit the number of cached words."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alphabets, "MOST_WORDS", words)
        patch.setattr(vocabulary, "MOST_WORDS", words)
        yield


@given(histories)
def test_redline_does_not_depend_on_earlier_redlines_or_evicted_words(history: list[str]) -> None:
    prepared = [prepare(text) for text in history]
    places = [(old, new) for old in range(len(history)) for new in range(len(history))]
    pairs = [(history[old], history[new]) for old, new in places]
    alone = [afresh(told, *pair) for pair in pairs]

    forget()
    in_order = [told(*pair) for pair in pairs]
    backwards = [told(*pair) for pair in reversed(pairs)][::-1]

    assert in_order == alone
    assert backwards == alone

    forget()
    with room_for(words=5):
        assert [told(*pair) for pair in pairs] == alone
        of_prepared = [redline(prepared[old], prepared[new]) for old, new in places]
        assert [one.blocks for one in of_prepared] == [one[1] for one in alone]


@given(histories)
def test_parsing_does_not_depend_on_earlier_texts(history: list[str]) -> None:
    alone = [afresh(read, text) for text in history]

    forget()

    assert [read(text) for text in history] == alone
    assert [read(text) for text in history] == alone


@given(st.lists(blocks, min_size=2, max_size=5))
def test_equal_blocks_in_different_places_are_distinct(some: list[str]) -> None:
    """Texts and places share the parsed words, but each block has its own place."""
    old, new = "\n\n".join(some), "\n\n".join([*some[1:], some[0], *some])

    comparison = redline(old, new)

    assert [block.old for block in comparison.blocks if block.old is not None] == list(range(len(parse(old).blocks)))
    assert [block.new for block in comparison.blocks if block.new is not None] == list(range(len(parse(new).blocks)))


def test_concurrent_redlines_equal_sequential_ones() -> None:
    versions = [
        "\n\n".join(
            f"Paragraph {n} about {WORDS[(n * step) % len(WORDS)]} and word{n * step} for all." for n in range(9)
        )
        for step in range(1, 9)
    ]
    pairs = [(old, new) for old in versions for new in versions]
    alone = [afresh(told, *pair) for pair in pairs]

    forget()
    with room_for(words=30), ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda pair: told(*pair), pairs))

    assert together == alone


@given(tricky)
def test_text_is_split_only_after_complete_blocks(text: str) -> None:
    """The tokens of the parts equal those of the whole text (CommonMark 5.1, 5.2)."""
    sections = read_sections(text)
    whole = PARSER.parse(text)

    shown = [token.as_dict() | {"map": None} for part in sections for token in part.tokens]
    lines = [part.first + token.map[0] for part in sections for token in part.tokens if token.map]

    assert shown == [token.as_dict() | {"map": None} for token in whole]
    assert lines == [token.map[0] for token in whole if token.map]


@given(
    st.one_of(tricky, documents).filter(
        lambda text: not {"```", "~~~"} & {text[at : at + 3] for at in range(len(text))}
    )
)
def test_unused_link_definition_changes_only_the_splitting(text: str) -> None:
    defined = f"{text}\n\n[used by nothing]: /nowhere"

    assert len(read_sections(defined)) == 1
    assert read(defined) == read(text)


def test_heading_is_linked_only_in_texts_that_contain_it() -> None:
    sentence = "See [there](#a)."

    without, with_it, again = (to_html(text) for text in (sentence, f"# A {{#a}}\n\n{sentence}", sentence))

    assert '<a href="#a">' in with_it
    assert "<a " not in without + again


FIGURES = [
    "1",
    "12",
    "30",
    "2027",
    "٣٠",
    "三",
    "三百",
    "百分之",
    "第",
    "年",
    "月",
    "天",
    "日",
    "€",
    "€ ",
    "EUR ",
    "xEUR",
    "March ",
]
FIGURES += [
    "5 March",
    "12, 2027",
    " days",
    " ",
    ".",
    ",",
    "-",
    "/",
    "%",
    "th ",
    "of ",
    "a",
    "é",
    "_",
    "\u00a0",
    "\n",
    "(",
    "個月間",
]


@settings(max_examples=200)
@given(st.lists(st.sampled_from(FIGURES), max_size=20).map("".join))
@example("On € 12 and 5 March 2027, or March 12, 2027; 百分之三 of EUR 30")
def test_numbers_found_by_part_equal_those_in_the_whole_text(text: str) -> None:
    found = [(expression.start, expression.stop, expression.kind) for expression in expressions(text)]

    assert found == [(match.start(), match.end(), match.lastgroup) for match in EXPRESSION.finditer(text)]
