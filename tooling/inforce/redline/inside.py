"""One block, or blocks that flowed into each other, compared word by word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from inforce.redline.compare import Hunk, compare, joined
from inforce.redline.drafts import MARK, Draft
from inforce.redline.leaf import Leaf
from inforce.redline.phrases import PhraseGrower
from inforce.redline.smooth import Smoother
from inforce.redline.weave import weave

Item = TypeVar("Item")


def compared(old: Sequence[Leaf], new: Sequence[Leaf]) -> list[Draft]:
    """Return the drafts of the leaves `old` that became the leaves `new`; the last of both end together."""
    was, now = _joined([leaf.keys for leaf in old], MARK), _joined([leaf.keys for leaf in new], MARK)
    return weave(old, new, [] if was == now else _hunks(old, new, was, now))


def _hunks(old: Sequence[Leaf], new: Sequence[Leaf], was: list[str], now: list[str]) -> list[Hunk]:
    counted = [_joined([leaf.counted for leaf in leaves], False) for leaves in (old, new)]
    smoother = Smoother(was, now, (counted[0], counted[1]))
    hunks = smoother.smooth(compare(was, now))
    words = [_joined([leaf.words for leaf in leaves], MARK) for leaves in (old, new)]
    return smoother.absorb(joined(PhraseGrower(*words).grow(hunks)))


def _joined(lists: Sequence[list[Item]], mark: Item) -> list[Item]:
    """Return `lists` as one, with `mark` between each two."""
    if len(lists) == 1:
        return lists[0]
    return [item for one in lists for item in (*one, mark)][:-1]
