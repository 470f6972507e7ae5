"""List markers at the start of a line: bullets and numbers of any style, and the sequences that numbers form.

Invariants: a marker is kept character by character; nothing is renumbered.
Not responsible for: whether a marker belongs to a heading or a list item (see `outline`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

# The maximum number of open sequences per style, which limits the depth of nested lists.
_OPEN_RUNS = 12
_CHINESE = "〇一二三四五六七八九"
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_ROMAN_NUMBER = r"(?=[IVXLC])(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"


class Style(StrEnum):
    """The style of a marker; the value is an example. “Article” before a number is part of the marker."""

    BULLET = "•"
    ARTICLE = "Article 1"
    CHINESE_ARTICLE = "第一条"
    OUTLINE = "1.1"
    DOT = "1."
    PAREN = "1)"
    PARENS = "(1)"
    COMMA = "1、"
    ROMAN = "I."
    LETTER = "A."
    LETTER_PAREN = "a)"
    LETTER_PARENS = "(a)"
    SMALL_ROMAN_PAREN = "i)"
    SMALL_ROMAN_PARENS = "(i)"
    CHINESE = "一、"
    CHINESE_PARENS = "（一）"


# Styles that do not occur in headings.
LIST_STYLES = frozenset(
    {
        Style.BULLET,
        Style.PAREN,
        Style.PARENS,
        Style.COMMA,
        Style.LETTER_PAREN,
        Style.LETTER_PARENS,
        Style.SMALL_ROMAN_PAREN,
        Style.SMALL_ROMAN_PARENS,
    }
)
_WORD = r"(?=[^\W\d_])"
_PATTERNS = {
    Style.BULLET: r"(?P<label>[•·▪◦‣●○■□◆▸►]|[-–—*](?=\s))",
    Style.ARTICLE: r"(?P<label>(?:Article|Section|Clause|Art\.|Artikel|§)[ \u00a0]*(?P<number>\d{1,3})[.:]?)(?=\s|$)",
    Style.CHINESE_ARTICLE: rf"(?P<label>第(?P<number>[{_CHINESE}十百\d]{{1,4}})[条條章节節])",
    Style.OUTLINE: r"(?P<label>(?P<number>\d{1,3}(?:\.\d{1,3}){1,4})\.?)(?=\s+[^\W\d]|\s+[“(])",
    Style.DOT: rf"(?P<label>(?P<number>\d{{1,3}})\.)(?:(?=\s)|{_WORD})",
    Style.PAREN: r"(?P<label>(?P<number>\d{1,3})\))",
    Style.PARENS: r"(?P<label>[(（](?P<number>\d{1,3})[)）])",
    Style.COMMA: r"(?P<label>(?P<number>\d{1,3})[、．])",
    Style.ROMAN: rf"(?P<label>(?P<number>{_ROMAN_NUMBER})\.)(?=\s)",
    Style.LETTER: r"(?P<label>(?P<number>[A-Z])\.)(?=\s)",
    Style.LETTER_PAREN: r"(?P<label>(?P<number>[a-z])\))",
    Style.LETTER_PARENS: r"(?P<label>\((?P<number>[a-z])\))",
    Style.SMALL_ROMAN_PAREN: rf"(?P<label>(?P<number>{_ROMAN_NUMBER.lower()})\))",
    Style.SMALL_ROMAN_PARENS: rf"(?P<label>\((?P<number>{_ROMAN_NUMBER.lower()})\))",
    Style.CHINESE: rf"(?P<label>(?P<number>[{_CHINESE}十百]{{1,4}})[、．.])",
    Style.CHINESE_PARENS: rf"(?P<label>[(（](?P<number>[{_CHINESE}十百]{{1,4}})[)）])",
}
_COMPILED = {style: re.compile(pattern) for style, pattern in _PATTERNS.items()}
_BLANKS = " \t\u3000\u00a0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The marker of a line: its style, its `label` as written, and its number (0 for a bullet).

    `parents` are the numbers before the last of an outline (`1.2` of `1.2.3`); `rest` is the line after the marker,
    and `glued` is true if no space separates the two.
    """

    style: Style
    label: str
    rest: str
    number: int = 0
    parents: tuple[int, ...] = ()
    glued: bool = False


def marks_of(line: str) -> tuple[Mark, ...]:
    """Return the possible markers of `line`, the most likely first: “C.” is a letter or a Roman numeral."""
    begin = len(line) - len(line.lstrip(_BLANKS))
    matches = ((style, pattern.match(line, begin)) for style, pattern in _COMPILED.items())
    return tuple(_mark(style, match, line) for style, match in matches if match)


def pattern_of(style: Style) -> re.Pattern[str]:
    """Return the pattern of `style` for searching within a line; its group `number` is the number as written."""
    return _COMPILED[style]


def value(style: Style, written: str) -> int:
    """Return the value of the number `written` in `style`; 0 if it is empty."""
    if not written:
        return 0
    if written.isdecimal():
        return int(written)
    if style in (Style.CHINESE, Style.CHINESE_PARENS, Style.CHINESE_ARTICLE):
        return _chinese(written)
    if style in (Style.LETTER, Style.LETTER_PAREN, Style.LETTER_PARENS):
        return ord(written.lower()) - ord("a") + 1
    return _roman(written.upper())


def runs(marks: Iterable[tuple[int, Mark]]) -> tuple[tuple[int, ...], ...]:
    """Group numbered markers, each with its place, into sequences of consecutive numbers.

    A number without a predecessor continues the newest sequence of its style with a smaller last number, which leaves a
    visible gap; otherwise it starts a new sequence.
    """
    sequences: list[list[int]] = []
    # Per style, the sequences that can continue, each with its last number; the most recently used is last.
    open_runs: dict[tuple[Style, tuple[int, ...]], list[tuple[int, list[int]]]] = {}
    for place, mark in marks:
        alike = open_runs.setdefault((mark.style, mark.parents), [])
        following = [run for run in alike if run[0] + 1 == mark.number]
        above = [run for run in alike if run[0] < mark.number] if mark.number > 1 else []
        chosen = (following or above or [(0, [])])[-1]
        if not chosen[1]:
            sequences.append(chosen[1])
        chosen[1].append(place)
        others = [run for run in alike if run is not chosen]
        open_runs[mark.style, mark.parents] = [*others[-_OPEN_RUNS:], (mark.number, chosen[1])]
    return tuple(tuple(run) for run in sequences)


def _roman(written: str) -> int:
    values = [_ROMAN[sign] for sign in written]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-digit if digit < following else digit for digit, following in pairs)


def _chinese(written: str) -> int:
    total, digit = 0, 0
    for sign in written:
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = _CHINESE.index(sign)
    return total + digit


def _mark(style: Style, match: re.Match[str], line: str) -> Mark:
    written = match.groupdict().get("number") or ""
    rest = line[match.end() :]
    numbers = [int(part) for part in written.split(".")] if style is Style.OUTLINE else [value(style, written)]
    return Mark(
        style=style,
        label=match["label"],
        rest=rest.strip(),
        number=numbers[-1],
        parents=tuple(numbers[:-1]),
        glued=bool(rest) and not rest[0].isspace(),
    )
