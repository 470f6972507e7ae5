"""How alike two units are, by the words they have in common in the same order.

Words that every clause has (“the”, “your”) say nothing about which clause this is: where a text is long enough to
know them by their number, they are left out. All counts are whole numbers, so that no machine answers otherwise.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import LCSseq

from inforce.markdown import BlockKind
from inforce.redline.alphabet import shared_alphabet
from inforce.redline.units import Unit

# One word in so many is a common one, in texts of at least as many words.
COMMON = 60
# Units found through a word are looked at if no more than so many have it, and the best so many for each.
RARE, BEST = 20, 5
# What any two clauses have in common, in percent, by words like “the”.
EVERY_CLAUSE = 5
# Units as alike as this by the words that tell them apart need no other look.
CERTAIN = 60
# So many words of a text must stand in a longer one to say that it stands there.
WITHIN = 6
# So many words in a row are no chance.
PIECE = 4


class _Said(NamedTuple):
    """What a unit says, a sign for each word: all of it, and that part of it that tells it apart."""

    all: str
    telling: str


class Likeness:
    """The likeness of units of `old` and `new`, which are those that say something the other text does not."""

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
            counts.clear()  # too few words to know the common ones
        for sign, count in counts.items():
            if count * COMMON > total:
                joined = joined.replace(sign, "")
        self._said = {
            id(unit): _Said(text, rest if len(rest) * 4 >= len(text) else text)
            for unit, text, rest in zip(units, texts, joined.split(mark), strict=False)
        }

    def words(self, units: Iterable[Unit]) -> str:
        """Return the words of `units` one after the other, each as one sign."""
        return "".join([self._signs_of(unit) for unit in units])

    def _signs_of(self, unit: Unit) -> str:
        known = self._all.get(id(unit))
        if known is None:
            known = self._all[id(unit)] = "".join([leaf.wording.signs(self._alphabet) for leaf in unit.leaves])
        return known

    def common(self, old: Iterable[Unit], new: Iterable[Unit]) -> int:
        """Return how many words the units `old` and `new` have in common, in order."""
        return LCSseq.similarity(self.words(old), self.words(new))

    def percent(self, old: Unit, new: Unit, least: int) -> int:
        """Return how alike two units are, from 0 to 100, by the words that tell clauses apart.

        A unit that stands nearly whole within a longer one is as alike as one of which half was rewritten. What is
        less alike than `least` may be told as not alike at all.
        """
        return _alike(self._said[id(old)], self._said[id(new)], least)

    def candidates(self, old: Sequence[Unit], new: Sequence[Unit]) -> Iterator[tuple[Unit, Unit]]:
        """Go through pairs of `old` and `new` that share telling words: for each old one those that share the most."""
        news = [_signs_in(self._said[id(unit)].telling) for unit in new]
        if not news:
            return
        shared_with = self._shared_with_few if len(new) <= RARE else self._shared_with_many
        for unit, shared in zip(old, shared_with(old, news), strict=True):
            best = sorted([(-count, at) for at, count in shared if count])[:BEST]
            yield from ((unit, new[at]) for _, at in best)

    def _shared_with_few(self, old: Sequence[Unit], news: Sequence[Set[str]]) -> Iterator[Iterable[tuple[int, int]]]:
        """Count for each of `old` the words it shares with each of so few `news` that no word is too common."""
        for unit in old:
            telling = _signs_in(self._said[id(unit)].telling)
            yield enumerate([len(telling & one) for one in news])

    def _shared_with_many(self, old: Sequence[Unit], news: Sequence[Set[str]]) -> Iterator[Iterable[tuple[int, int]]]:
        """Count for each of `old` the rare words it shares with each of `news`."""
        index: dict[str, list[int]] = defaultdict(list)
        for at, telling in enumerate(news):
            for sign in telling:
                index[sign].append(at)
        rare = {sign: places for sign, places in index.items() if len(places) <= RARE}
        for unit in old:
            counts = [0] * len(news)
            for sign in rare.keys() & self._said[id(unit)].telling:
                for at in rare[sign]:
                    counts[at] += 1
            yield enumerate(counts)

    def pieces(self, old: Sequence[Unit], new: Sequence[Unit]) -> list[tuple[int, int, int]]:
        """Return the pairs of paragraphs `old` and `new` that have a piece in common: places, and how long it is."""
        places: dict[str, list[int]] = defaultdict(list)
        for unit in old:
            if unit.kind == BlockKind.PARAGRAPH:
                for piece in set(_pieces(self._all[id(unit)])):
                    places[piece].append(unit.index)
        shared: Counter[tuple[int, int]] = Counter()
        for unit in new:
            if unit.kind == BlockKind.PARAGRAPH:
                found = places.keys() & _pieces(self._all[id(unit)])
                shared.update((at, unit.index) for piece in found for at in places[piece])
        return [(*pair, count) for pair, count in shared.items()]


def _pieces(text: str) -> list[str]:
    return [text[at : at + PIECE] for at in range(len(text) - PIECE + 1)]


@lru_cache(1024)
def _signs_in(text: str) -> Set[str]:
    return frozenset(text)


@lru_cache(4096)  # what changed once is compared again with every version before, and with every one after
def _alike(was: _Said, now: _Said, least: int) -> int:
    if was.telling == now.telling:
        return 100 if was.all == now.all else 90
    if not was.telling or not now.telling:
        return 0
    telling = _percent(was.telling, now.telling, least)
    if telling >= CERTAIN:
        return telling
    return max(telling, _percent(was.all, now.all, least + EVERY_CLAUSE) - EVERY_CLAUSE, 0)


def _percent(was: str, now: str, least: int) -> int:
    """Return how alike `was` and `now` are in percent, or 0 if that is less than `least`."""
    shorter, both = min(len(was), len(now)), len(was) + len(now)
    inside = max(WITHIN, -(-shorter * 7 // 10))
    fewest = min(-(-least * both // 200), inside)
    if shorter < fewest:
        return 0
    common = LCSseq.similarity(was, now, score_cutoff=fewest)
    return max(200 * common // both, common * 60 // shorter if common >= inside else 0)


def kinship(old: Unit, new: Unit) -> int:
    """Return in percent how readily a block of the one's kind becomes one of the other's, which is another."""
    others = {old.kind, new.kind} - {BlockKind.PARAGRAPH}
    return 70 if len(others) == 1 and others <= {BlockKind.HEADING, BlockKind.CODE} else 0
