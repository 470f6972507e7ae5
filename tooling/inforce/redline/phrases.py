"""Phrase borders in Chinese, Japanese and Thai, which are written without spaces between words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate

import budoux

from inforce.redline.sequence import Hunk
from inforce.redline.tokens import Wording
from inforce.redline.words import MARK

KANA = re.compile("[\u3041-\u30ff]")
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
THAI = re.compile("[\u0e01-\u0e3a\u0e40-\u0e4e]")
# Characters that occur only in traditional Chinese, and of which nearly every such text contains some.
TRADITIONAL = re.compile("[個們這為與對會於從後時將資訊業務權條說國應並來請關過還無經]")
# A Japanese text can be split before a word and before a particle.
PARTICLE = re.compile("[ぁ-ゖ][\u30a1-\u30fa㐀-鿿]|[\u30a1-\u30fc㐀-鿿][をにはがのとでもへやし]")
# A border depends on this many characters on each side.
CONTEXT = 3
# Maximum growth in words: phrases are seldom longer, and marking many unchanged words is worse than splitting one.
FURTHEST = 3

LOADERS: dict[str, Callable[[], budoux.Parser]] = {
    "ja": budoux.load_default_japanese_parser,
    "zh-Hans": budoux.load_default_simplified_chinese_parser,
    "zh-Hant": budoux.load_default_traditional_chinese_parser,
    "th": budoux.load_default_thai_parser,
}


def language_of(text: str) -> str:
    """Return the tag of the language of `text` if it is one of these, else an empty string."""
    if text.isascii():
        return ""
    if THAI.search(text):
        return "th"
    if not HAN.search(text) and not KANA.search(text):
        return ""
    if KANA.search(text):
        return "ja"
    return "zh-Hant" if TRADITIONAL.search(text) else "zh-Hans"


def is_border(text: str, place: int, language: str) -> bool:
    """Return whether a phrase of `language` ends before `text[place]`; always true next to other scripts and signs."""
    if place in {0, len(text)} or not (_written(text[place - 1]) and _written(text[place])):
        return True
    if language == "ja" and PARTICLE.match(text, place - 1):
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
    """Return for each character of `text` whether a phrase starts with it."""
    return [letter == 0 for phrase in _parser(language).parse(text) for letter in range(len(phrase))]


def grown(hunks: list[Hunk], old: Sequence[Wording], new: Sequence[Wording]) -> list[Hunk]:
    """Return `hunks` between the wordings `old` and `new`, grown until they start and end between phrases."""
    texts = MARK.join([wording.text for wording in old]), MARK.join([wording.text for wording in new])
    language = language_of(texts[0] + texts[1])
    return _PhraseGrower(language, texts, (_places(old), _places(new))).grow(hunks) if language else hunks


def _places(wordings: Sequence[Wording]) -> list[int]:
    """Return the start of each word and mark of `wordings`, and finally the total length."""
    words = [word for wording in wordings for word in (*wording.words, MARK)]
    return [0, *accumulate(map(len, words[:-1]))]


class _PhraseGrower:
    """Grows hunks over equal words until they start and end between phrases, in both texts."""

    def __init__(self, language: str, texts: tuple[str, str], places: tuple[list[int], list[int]]) -> None:
        self.language = language
        self.old, self.new = texts
        self._places = places

    def grow(self, hunks: Sequence[Hunk]) -> list[Hunk]:
        """Return `hunks`, each grown if a border of a phrase is within a few words."""
        expanded: list[Hunk] = []
        starts = [*(hunk.old_start for hunk in hunks[1:]), len(self._places[0]) - 1]
        for hunk, after in zip(hunks, starts, strict=True):
            before = expanded[-1].old_stop if expanded else 0
            back = self._steps((hunk.old_start, hunk.new_start), hunk.old_start - before, -1)
            on = self._steps((hunk.old_stop, hunk.new_stop), after - hunk.old_stop, 1)
            expanded.append(Hunk(hunk.old_start - back, hunk.old_stop + on, hunk.new_start - back, hunk.new_stop + on))
        return expanded

    def _steps(self, place: tuple[int, int], room: int, direction: int) -> int:
        """Return the number of words from `place` to a border in both texts or to the next hunk; 0 if both are far."""
        for steps in range(min(room, FURTHEST) + 1):
            at = (self._places[0][place[0] + direction * steps], self._places[1][place[1] + direction * steps])
            if is_border(self.old, at[0], self.language) and is_border(self.new, at[1], self.language):
                return steps
        return room if room <= FURTHEST else 0
