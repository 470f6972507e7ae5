"""Similarity of two units, by the words that they share in the same order.

Words common to all clauses (“the”, “your”) do not identify a clause; in texts long enough to detect them by frequency,
they are ignored. All counts are integers, so that the results are the same on every machine.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import LCSseq

from inforce.markdown import BlockKind
from inforce.redline.tokens import Unit, shared_alphabet

# A word is common if it makes up more than 1/60 of the words of both texts.
COMMON = 60
# Words in more new units than this do not determine candidates; maximum number of candidates for each old unit.
RARE, BEST = 20, 5
# Share of words, in percent, that any two clauses have in common because of words like “the”.
EVERY_CLAUSE = 5
# Units this similar by their distinctive words need no further comparison.
CERTAIN = 60
# Minimum number of words that a unit must share with a longer one to count as contained in it.
WITHIN = 6
# Length of a shared passage in words: this many consecutive shared words are not a coincidence.
PIECE = 4


class _UnitWords(NamedTuple):
    """The words of a unit as one character each: all of them, and the distinctive ones."""

    all: str
    distinctive: str


class Likeness:
    """The similarity of units of `old` and `new`, which are those whose content is not in the other text."""

    def __init__(self, old: Sequence[Unit], new: Sequence[Unit]) -> None:
        self._alphabet = shared_alphabet()
        self._all: dict[int, str] = {}
        units = (*old, *new)
        texts = [self._signs_of(unit) for unit in units]
        mark = self._alphabet.mark
        joined = mark.join(texts)
        counts = Counter(joined)
        del counts[mark]
        total = counts.total()
        if total < COMMON * 8:
            counts.clear()  # too few words to determine which are common
        for sign, count in counts.items():
            if count * COMMON > total:
                joined = joined.replace(sign, "")
        self._unit_words = {
            id(unit): _UnitWords(text, rest if len(rest) * 4 >= len(text) else text)
            for unit, text, rest in zip(units, texts, joined.split(mark), strict=False)
        }

    def words(self, units: Iterable[Unit]) -> str:
        """Return the concatenated words of `units`, one character each."""
        return "".join([self._signs_of(unit) for unit in units])

    def _signs_of(self, unit: Unit) -> str:
        known = self._all.get(id(unit))
        if known is None:
            known = self._all[id(unit)] = "".join([leaf.wording.signs(self._alphabet) for leaf in unit.leaves])
        return known

    def common(self, old: Iterable[Unit], new: Iterable[Unit]) -> int:
        """Return the number of words that the units `old` and `new` share, in order."""
        return LCSseq.similarity(self.words(old), self.words(new))

    def percent(self, old: Unit, new: Unit, least: int) -> int:
        """Return the similarity of two units, from 0 to 100, by their distinctive words.

        A unit that occurs nearly whole within a longer one is as similar as one of which half was rewritten. The result
        may be 0 if it is less than `least`.
        """
        return _alike(self._unit_words[id(old)], self._unit_words[id(new)], least)

    def candidates(self, old: Sequence[Unit], new: Sequence[Unit]) -> Iterator[tuple[Unit, Unit]]:
        """Yield pairs of `old` and `new` that share distinctive words: for each old unit those that share the most."""
        news = [_signs_in(self._unit_words[id(unit)].distinctive) for unit in new]
        if not news:
            return
        shared_with = self._shared_with_few if len(new) <= RARE else self._shared_with_many
        for unit, shared in zip(old, shared_with(old, news), strict=True):
            best = sorted([(-count, at) for at, count in shared if count])[:BEST]
            yield from ((unit, new[at]) for _, at in best)

    def _shared_with_few(self, old: Sequence[Unit], news: Sequence[Set[str]]) -> Iterator[Iterable[tuple[int, int]]]:
        """Yield for each of `old` the number of words shared with each of `news`, which are few."""
        for unit in old:
            distinctive = _signs_in(self._unit_words[id(unit)].distinctive)
            yield enumerate([len(distinctive & new) for new in news])

    def _shared_with_many(self, old: Sequence[Unit], news: Sequence[Set[str]]) -> Iterator[Iterable[tuple[int, int]]]:
        """Yield for each of `old` the number of rare words shared with each of `news`, which are many."""
        index: dict[str, list[int]] = defaultdict(list)
        for at, distinctive in enumerate(news):
            for sign in distinctive:
                index[sign].append(at)
        rare = {sign: places for sign, places in index.items() if len(places) <= RARE}
        for unit in old:
            counts: Counter[int] = Counter()  # not a list, whose length would make the comparison quadratic
            for sign in rare.keys() & self._unit_words[id(unit)].distinctive:
                counts.update(rare[sign])
            yield counts.items()

    def pieces(self, old: Sequence[Unit], new: Sequence[Unit]) -> list[tuple[int, int, int]]:
        """Return the pairs of paragraphs that share a passage: the old and the new place, and the number of pieces."""
        places: dict[str, list[int]] = defaultdict(list)
        for unit in old:
            if unit.kind == BlockKind.PARAGRAPH:
                for piece in set(_pieces(self._all[id(unit)])):
                    places[piece].append(unit.index)
        shared: Counter[tuple[int, int]] = Counter()
        for unit in new:
            if unit.kind == BlockKind.PARAGRAPH:
                candidates = places.keys() & _pieces(self._all[id(unit)])
                shared.update((at, unit.index) for piece in candidates for at in places[piece])
        return [(*pair, count) for pair, count in shared.items()]


def _pieces(text: str) -> list[str]:
    return [text[at : at + PIECE] for at in range(len(text) - PIECE + 1)]


@lru_cache(1024)
def _signs_in(text: str) -> Set[str]:
    return frozenset(text)


@lru_cache(4096)  # a changed block occurs in the redlines of many pairs of versions
def _alike(was: _UnitWords, now: _UnitWords, least: int) -> int:
    if was.distinctive == now.distinctive:
        return 100 if was.all == now.all else 90
    if not was.distinctive or not now.distinctive:
        return 0
    distinctive = _percent(was.distinctive, now.distinctive, least)
    if distinctive >= CERTAIN:
        return distinctive
    return max(distinctive, _percent(was.all, now.all, least + EVERY_CLAUSE) - EVERY_CLAUSE, 0)


def _percent(was: str, now: str, least: int) -> int:
    """Return the similarity of `was` and `now` in percent, or 0 if it is less than `least`."""
    shorter, both = min(len(was), len(now)), len(was) + len(now)
    inside = max(WITHIN, -(-shorter * 7 // 10))
    fewest = min(-(-least * both // 200), inside)
    if shorter < fewest:
        return 0
    common = LCSseq.similarity(was, now, score_cutoff=fewest)
    return max(200 * common // both, common * 60 // shorter if common >= inside else 0)


def kinship(old: Unit, new: Unit) -> int:
    """Return the factor, in percent, by which different kinds reduce the similarity of two units."""
    others = {old.kind, new.kind} - {BlockKind.PARAGRAPH}
    return 70 if len(others) == 1 and others <= {BlockKind.HEADING, BlockKind.CODE} else 0
