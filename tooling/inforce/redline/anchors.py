"""Patience matching of units in order, weighted by length.

A key that occurs once in both texts is an anchor; if anchors cross, the heaviest non-crossing set wins. The same is
repeated between anchors, because keys that are ambiguous in the whole text can be unique there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

Pair = tuple[int, int]


class Gap(NamedTuple):
    """The range between two anchors: `old_start` up to `old_stop` in one text, and likewise in the other."""

    old_start: int
    old_stop: int
    new_start: int
    new_stop: int


def anchor(old: Sequence[str], new: Sequence[str], lightest: int = 0) -> tuple[list[Pair], list[Gap]]:
    """Match the keys `old` and `new`: return the pairs in order, and the non-empty gaps between them.

    A key with fewer than `lightest` letters is matched only if it continues a match.
    """
    pairs: list[Pair] = []
    gaps: list[Gap] = []
    waiting = [Gap(0, len(old), 0, len(new))]
    while waiting:
        gap, ends = _trim(old, new, waiting.pop())
        pairs += ends
        anchors = _unique_pairs(old, new, gap, lightest)
        if anchors:
            waiting += gaps_between(heaviest_chain(anchors), gap)
            continue
        if gap.old_start < gap.old_stop or gap.new_start < gap.new_stop:
            gaps.append(gap)
    return sorted(pairs), sorted(gaps)


def gaps_between(pairs: Iterable[Pair], around: Gap) -> list[Gap]:
    """Return the gaps in `around` that start at one of its ordered `pairs` (including it) and end at the next."""
    starts = list(pairs)
    stops = [*starts, (around.old_stop, around.new_stop)]
    firsts = [(around.old_start, around.new_start), *starts]
    return [Gap(a, b, c, d) for (a, c), (b, d) in zip(firsts, stops, strict=True) if a < b or c < d]


def heaviest_chain(weighted: Iterable[tuple[int, int, int]]) -> list[Pair]:
    """Return the pairs of the heaviest set of `weighted` (old, new, weight) that increases on both sides."""
    ordered = sorted(weighted, key=lambda pair: (pair[0], -pair[1]))
    places = {new: rank for rank, new in enumerate(sorted({new for _, new, _ in ordered}), 1)}
    best: list[tuple[int, int]] = [(0, -1)] * (len(places) + 1)
    before: list[int] = []
    for index, (_, new, weight) in enumerate(ordered):
        rank = places[new]
        lighter = _best_below(best, rank - 1)
        before.append(lighter[1])
        _raise(best, rank, (lighter[0] + weight, index))
    chain: list[Pair] = []
    index = _best_below(best, len(places))[1]
    while index >= 0:
        chain.append(ordered[index][:2])
        index = before[index]
    return chain[::-1]


def _best_below(best: Sequence[tuple[int, int]], rank: int) -> tuple[int, int]:
    """Query a Fenwick tree of maxima: the heaviest (weight, index) at or below `rank`, the earliest of equals."""
    best_pair = (0, -1)
    while rank:
        if best[rank][0] > best_pair[0]:
            best_pair = best[rank]
        rank &= rank - 1
    return best_pair


def _raise(best: list[tuple[int, int]], rank: int, value: tuple[int, int]) -> None:
    while rank < len(best):
        if value[0] > best[rank][0]:
            best[rank] = value
        rank += rank & -rank


def _trim(old: Sequence[str], new: Sequence[str], gap: Gap) -> tuple[Gap, list[Pair]]:
    """Match the common prefix and suffix of both sides of `gap`."""
    i, i_stop, j, j_stop = gap
    pairs = []
    while i < i_stop and j < j_stop and old[i] == new[j]:
        pairs.append((i, j))
        i, j = i + 1, j + 1
    while i < i_stop and j < j_stop and old[i_stop - 1] == new[j_stop - 1]:
        i_stop, j_stop = i_stop - 1, j_stop - 1
        pairs.append((i_stop, j_stop))
    return Gap(i, i_stop, j, j_stop), pairs


def _unique_pairs(old: Sequence[str], new: Sequence[str], gap: Gap, lightest: int) -> list[tuple[int, int, int]]:
    olds, news = old[gap.old_start : gap.old_stop], new[gap.new_start : gap.new_stop]
    if not olds or not news:
        return []
    counts, others = Counter(olds), Counter(news)
    places = {key: at for at, key in enumerate(news, gap.new_start) if others[key] == 1}
    return [
        (at, places[key], len(key) + 1)
        for at, key in enumerate(olds, gap.old_start)
        if counts[key] == 1 and key in places and len(key) >= lightest
    ]
