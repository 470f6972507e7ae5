"""One block, or blocks that flowed into each other, compared word by word."""

from __future__ import annotations

from collections.abc import Sequence

from inforce.redline.compare import Hunk, compare
from inforce.redline.drafts import MARK, Draft
from inforce.redline.leaf import Leaf
from inforce.redline.phrases import PhraseGrower
from inforce.redline.smooth import Smoother
from inforce.redline.weave import weave


def compared(old: Sequence[Leaf], new: Sequence[Leaf]) -> list[Draft]:
    """Return the drafts of the leaves `old` that became the leaves `new`; the last of both end together."""
    was, now = _keys(old), _keys(new)
    return weave(old, new, _hunks(old, new, was, now))


def _hunks(old: Sequence[Leaf], new: Sequence[Leaf], was: list[str], now: list[str]) -> list[Hunk]:
    if was == now:
        return []
    smoother = Smoother(was, now)
    hunks = smoother.smooth(compare(was, now))
    grower = PhraseGrower(_words(old), _words(new))
    return smoother.absorb(grower.grow(hunks))


def _keys(leaves: Sequence[Leaf]) -> list[str]:
    """Return the keys of `leaves` with a mark after each but the last."""
    keys: list[str] = []
    for leaf in leaves:
        keys += leaf.keys
        keys.append(MARK)
    return keys[:-1]


def _words(leaves: Sequence[Leaf]) -> list[str]:
    words: list[str] = []
    for leaf in leaves:
        words += leaf.words
        words.append(MARK)
    return words[:-1]
