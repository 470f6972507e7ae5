"""Borders of phrases in Chinese, Japanese and Thai, which write no spaces between words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate

import budoux

from inforce.redline.compare import Hunk

KANA = re.compile("[\u3041-\u30ff]")
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
THAI = re.compile("[\u0e01-\u0e3a\u0e40-\u0e4e]")
# Characters that only traditional Chinese writes, and that nearly every text of it has.
TRADITIONAL = re.compile("[個們這為與對會於從後時將資訊業務權條說國應並來請關過還無經]")
# A border depends on three characters before and after it.
CONTEXT = 3
# Phrases are seldom longer; a cut is better than many words marked for nothing.
FURTHEST = 6

LOADERS: dict[str, Callable[[], budoux.Parser]] = {
    "ja": budoux.load_default_japanese_parser,
    "zh-Hans": budoux.load_default_simplified_chinese_parser,
    "zh-Hant": budoux.load_default_traditional_chinese_parser,
    "th": budoux.load_default_thai_parser,
}


def language_of(text: str) -> str:
    """Return which of these languages `text` is written in, or nothing."""
    if THAI.search(text):
        return "th"
    if not HAN.search(text) and not KANA.search(text):
        return ""
    if KANA.search(text):
        return "ja"
    return "zh-Hant" if TRADITIONAL.search(text) else "zh-Hans"


def is_border(text: str, place: int, language: str) -> bool:
    """Tell whether a phrase of `language` ends before `text[place]`; beside other scripts and signs one always does."""
    if place in {0, len(text)} or not (_written(text[place - 1]) and _written(text[place])):
        return True
    start = max(0, place - CONTEXT)
    near = text[start : place + CONTEXT]
    return _borders(near, language)[place - start]


def _written(sign: str) -> bool:
    return bool(HAN.match(sign) or KANA.match(sign) or THAI.match(sign))


@cache
def _parser(language: str) -> budoux.Parser:
    return LOADERS[language]()


def _borders(text: str, language: str) -> list[bool]:
    """Return for each character of `text` whether a phrase begins with it."""
    return [letter == 0 for phrase in _parser(language).parse(text) for letter in range(len(phrase))]


class PhraseGrower:
    """Hunks grown over equal words until they begin and end between phrases, in both texts."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        self.old, self.new = "".join(old), "".join(new)
        self.language = language_of(self.old + self.new)
        self._places = ([0, *accumulate(map(len, old))], [0, *accumulate(map(len, new))]) if self.language else ([], [])

    def grow(self, hunks: Sequence[Hunk]) -> list[Hunk]:
        """Return `hunks`, each grown where that ends a cut through a phrase within a few words."""
        if not self.language:
            return list(hunks)
        stops = [(hunk.old_stop, hunk.new_stop) for hunk in hunks]
        starts = [(hunk.old_start, hunk.new_start) for hunk in hunks]
        lefts = zip([(0, 0), *stops], starts, strict=False)
        rights = zip(stops, [*starts[1:], (len(self._places[0]) - 1, len(self._places[1]) - 1)], strict=True)
        return [
            Hunk(
                hunk.old_start - (by := self._steps(start, left[0] - start[0], -1)),
                hunk.old_stop + (to := self._steps(stop, right[0] - stop[0], 1)),
                hunk.new_start - by,
                hunk.new_stop + to,
            )
            for hunk, (left, start), (stop, right) in zip(hunks, lefts, rights, strict=True)
        ]

    def _steps(self, place: tuple[int, int], room: int, direction: int) -> int:
        """Return how many words to go from `place` to a border in both texts; none, if there is none near."""
        for steps in range(min(abs(room), FURTHEST) + 1):
            at = (self._places[0][place[0] + direction * steps], self._places[1][place[1] + direction * steps])
            if is_border(self.old, at[0], self.language) and is_border(self.new, at[1], self.language):
                return steps
        return 0
