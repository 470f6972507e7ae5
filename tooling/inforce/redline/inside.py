"""One block, or blocks that flowed into each other, compared word by word.

Words are compared before what stands between them: were spaces and commas worth as much, the most that stays would
be mostly spaces and commas.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import TypeVar

from inforce.redline.anchors import Gap
from inforce.redline.compare import Hunk, compare, joined
from inforce.redline.drafts import MARK, Draft
from inforce.redline.leaf import Leaf
from inforce.redline.phrases import PhraseGrower
from inforce.redline.smooth import Smoother
from inforce.redline.weave import weave
from inforce.redline.words import WORD

Item = TypeVar("Item")
Keys = Sequence[str]


def compared(old: Sequence[Leaf], new: Sequence[Leaf]) -> list[Draft]:
    """Return the drafts of the leaves `old` that became the leaves `new`; the last of both end together."""
    was, now = _joined([leaf.keys for leaf in old], MARK), _joined([leaf.keys for leaf in new], MARK)
    return weave(old, new, [] if was == now else _hunks(old, new, was, now))


def _hunks(old: Sequence[Leaf], new: Sequence[Leaf], was: list[str], now: list[str]) -> list[Hunk]:
    counted = tuple(_joined([leaf.counted for leaf in leaves], False) for leaves in (old, new))
    pillars = tuple(_joined([leaf.counted for leaf in leaves], True) for leaves in (old, new))
    smoother = Smoother(was, now, (counted[0], counted[1]))
    hunks = smoother.smooth(list(_all_hunks(was, now, pillars)))
    words = [_joined([leaf.words for leaf in leaves], MARK) for leaves in (old, new)]
    return smoother.absorb(joined(PhraseGrower(*words).grow(hunks)))


def _all_hunks(was: Keys, now: Keys, pillars: Sequence[Sequence[bool]]) -> Iterator[Hunk]:
    """Go through the places where the keys `was` and `now` differ: between words, and ends of blocks, that stay."""
    places = [[*compress(range(len(side)), side), len(side)] for side in pillars]
    old = new = 0
    whole = [list(compress(keys, side)) for keys, side in zip((was, now), pillars, strict=True)]
    before = (0, 0)
    for hunk in [*compare(*whole), Hunk(len(whole[0]), len(whole[0]), len(whole[1]), len(whole[1]))]:
        for old_at, new_at in zip(
            places[0][before[0] : hunk.old_start], places[1][before[1] : hunk.new_start], strict=True
        ):
            yield from _between(was, now, Gap(old, old_at, new, new_at))
            old, new = old_at + 1, new_at + 1
        before = (hunk.old_stop, hunk.new_stop)
    yield from _between(was, now, Gap(old, len(was), new, len(now)))


def _between(was: Keys, now: Keys, gap: Gap) -> Iterator[Hunk]:
    """Go through what differs in `gap`, in which no word stays: all but what both sides begin and end with."""
    i, i_stop, j, j_stop = gap
    while i < i_stop and j < j_stop and was[i] == now[j]:
        i, j = i + 1, j + 1
    while i < i_stop and j < j_stop and was[i_stop - 1] == now[j_stop - 1]:
        i_stop, j_stop = i_stop - 1, j_stop - 1
    if i < i_stop and j < j_stop and not any(map(WORD.search, (*was[i:i_stop], *now[j:j_stop]))):
        yield from (
            Hunk(a + i, b + i, c + j, d + j) for a, b, c, d in compare(was[i:i_stop], now[j:j_stop])
        )
    elif i < i_stop or j < j_stop:
        yield Hunk(i, i_stop, j, j_stop)


def _joined(lists: Sequence[list[Item]], mark: Item) -> list[Item]:
    """Return `lists` as one, with `mark` between each two."""
    if len(lists) == 1:
        return lists[0]
    return [item for one in lists for item in (*one, mark)][:-1]
