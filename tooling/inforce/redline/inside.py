"""One block, or blocks that flowed into each other, compared word by word.

Words are compared before what stands between them: were spaces and commas worth as much, the most that stays would
be mostly spaces and commas.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import TypeVar

from inforce.redline.alphabet import Alphabet
from inforce.redline.compare import Hunk, compare, compare_signs, joined, trim
from inforce.redline.drafts import MARK, Draft
from inforce.redline.leaf import Leaf
from inforce.redline.phrases import grown
from inforce.redline.smooth import Smoother
from inforce.redline.weave import weave
from inforce.redline.words import WORD

Item = TypeVar("Item")
Keys = Sequence[str]
Places = Sequence[int]


def compared(old: Sequence[Leaf], new: Sequence[Leaf], alphabet: Alphabet) -> list[Draft]:
    """Return the drafts of the leaves `old` that became the leaves `new`; the last of both end together."""
    was, now = _joined([leaf.keys for leaf in old], MARK), _joined([leaf.keys for leaf in new], MARK)
    return weave(old, new, [] if was == now else _hunks(old, new, (was, now), alphabet))


def _hunks(old: Sequence[Leaf], new: Sequence[Leaf], keys: tuple[Keys, Keys], alphabet: Alphabet) -> list[Hunk]:
    counted = [_joined([leaf.counted for leaf in leaves], False) for leaves in (old, new)]
    smoother = Smoother(*keys, (counted[0], counted[1]))
    changed = compare_signs(alphabet.write_all(old), alphabet.write_all(new))
    hunks = smoother.smooth(list(_with_signs(*keys, changed, (_places(old), _places(new)))))
    return smoother.absorb(joined(grown(hunks, old, new)))


def _places(leaves: Sequence[Leaf]) -> list[int]:
    """Return the places of the words and marks of `leaves` among all keys, and at last how many keys there are."""
    counted = _joined([leaf.counted for leaf in leaves], True)
    return [*compress(range(len(counted)), counted), len(counted)]


def _with_signs(was: Keys, now: Keys, hunks: Sequence[Hunk], places: tuple[Places, Places]) -> Iterator[Hunk]:
    """Go through the places where the keys `was` and `now` differ, in words (`hunks`) or in what stands between."""
    at = before = (0, 0)
    ends = (len(places[0]) - 1, len(places[1]) - 1)
    for hunk in [*hunks, Hunk(ends[0], ends[0], ends[1], ends[1])]:
        kept = (places[0][before[0] : hunk.old_start], places[1][before[1] : hunk.new_start])
        if kept[0] and was[kept[0][0] : kept[0][-1]] == now[kept[1][0] : kept[1][-1]]:
            yield from _between(was, now, Hunk(at[0], kept[0][0], at[1], kept[1][0]))
            at = (kept[0][-1] + 1, kept[1][-1] + 1)
        else:
            for old, new in zip(*kept, strict=True):
                yield from _between(was, now, Hunk(at[0], old, at[1], new))
                at = (old + 1, new + 1)
        before = (hunk.old_stop, hunk.new_stop)
    yield from _between(was, now, Hunk(at[0], len(was), at[1], len(now)))


def _between(was: Keys, now: Keys, gap: Hunk) -> Iterator[Hunk]:
    """Go through what differs in `gap`, in which no word stays: all but what both sides begin and end with."""
    i, i_stop, j, j_stop = left = trim(was, now, gap)
    if i < i_stop and j < j_stop and not any(map(WORD.search, (*was[i:i_stop], *now[j:j_stop]))):
        yield from (Hunk(a + i, b + i, c + j, d + j) for a, b, c, d in compare(was[i:i_stop], now[j:j_stop]))
    elif i < i_stop or j < j_stop:
        yield left


def _joined(lists: Sequence[list[Item]], mark: Item) -> list[Item]:
    """Return `lists` as one, with `mark` between each two."""
    if len(lists) == 1:
        return lists[0]
    return [item for one in lists for item in (*one, mark)][:-1]
