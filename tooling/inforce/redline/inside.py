"""Word-by-word comparison of one block, or of split or joined blocks.

Words are compared before punctuation and spaces; otherwise the longest match would consist mostly of spaces and commas.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import compress
from typing import TypeVar

from inforce.redline.cleanup import Smoother
from inforce.redline.drafts import BlockDraft
from inforce.redline.phrases import grown
from inforce.redline.sequence import Hunk, compare, compare_signs, joined, trim
from inforce.redline.tokens import Leaf, Look, Wording, shared_alphabet
from inforce.redline.values import Op
from inforce.redline.weave import Strip, weave
from inforce.redline.words import MARK, WORD

# A block that changed once differs in every redline between a version before and a version after the change.
_ROOM, _LONGEST = 1024, 20_000
Item = TypeVar("Item")
Keys = Sequence[str]
Places = Sequence[int]


def whole(leaf: Leaf, op: Op) -> BlockDraft:
    """Return the draft of a `leaf` that was deleted or inserted as a whole."""
    return (
        BlockDraft(leaf, None, _deleted(leaf.wording))
        if op is Op.DELETE
        else BlockDraft(None, leaf, _inserted(leaf.wording))
    )


@lru_cache(_ROOM)
def _deleted(wording: Wording) -> Strip:
    return Strip(None, None, Op.DELETE, tuple(wording.runs(Op.DELETE, 0, len(wording.text))))


@lru_cache(_ROOM)
def _inserted(wording: Wording) -> Strip:
    return Strip(None, None, Op.INSERT, tuple(wording.runs(Op.INSERT, 0, len(wording.text))))


def compared(old: Sequence[Leaf], new: Sequence[Leaf]) -> list[BlockDraft]:
    """Return the drafts for the leaves `old`, which became the leaves `new`; both sides end with the last draft."""
    wordings = tuple([leaf.wording for leaf in old]), tuple([leaf.wording for leaf in new])
    length = sum([len(wording.text) for side in wordings for wording in side])
    strips = (_strips if length <= _LONGEST else _strips.__wrapped__)(*wordings)
    drafts = []
    for strip in strips:
        was = None if strip.old is None else old[strip.old]
        now = None if strip.new is None else new[strip.new]
        draft = BlockDraft(was, now, strip)
        if was and now and was.shape != now.shape:
            draft.was, draft.now = _what_differs(was.shape, now.shape)
        drafts.append(draft)
    return drafts


@lru_cache(_ROOM)
def _strips(old: tuple[Wording, ...], new: tuple[Wording, ...]) -> list[Strip]:
    was, now = _joined([wording.keys for wording in old], MARK), _joined([wording.keys for wording in new], MARK)
    return weave(old, new, [] if was == now else _hunks(old, new, (was, now)))


def _hunks(old: Sequence[Wording], new: Sequence[Wording], keys: tuple[Keys, Keys]) -> list[Hunk]:
    counted = [_joined([wording.counted for wording in wordings], False) for wordings in (old, new)]
    smoother = Smoother(*keys, (counted[0], counted[1]))
    alphabet = shared_alphabet()
    signs = [alphabet.mark.join([wording.signs(alphabet) for wording in wordings]) for wordings in (old, new)]
    hunks = list(_with_signs(*keys, compare_signs(*signs), (_places(old), _places(new))))
    return smoother.absorb(joined(grown(smoother.smooth(hunks), old, new)))


def _what_differs(was: Look, now: Look) -> tuple[Look, Look]:
    """Return `was` and `now` without their common prefix and suffix."""
    shortest = min(len(was), len(now))
    first = next((place for place in range(shortest) if was[place] != now[place]), shortest)
    rest = shortest - first
    last = next((place for place in range(rest) if was[-1 - place] != now[-1 - place]), rest)
    return was[first : len(was) - last], now[first : len(now) - last]


def _places(wordings: Sequence[Wording]) -> list[int]:
    """Return the indices of the words and marks of `wordings` among all keys, and finally the number of keys."""
    counted = _joined([wording.counted for wording in wordings], True)
    return [*compress(range(len(counted)), counted), len(counted)]


def _with_signs(was: Keys, now: Keys, hunks: Sequence[Hunk], places: tuple[Places, Places]) -> Iterator[Hunk]:
    """Yield the differences of the keys `was` and `now`: those of words (`hunks`) and those between words."""
    at = before = (0, 0)
    ends = (len(places[0]) - 1, len(places[1]) - 1)
    for hunk in [*hunks, Hunk(ends[0], ends[0], ends[1], ends[1])]:
        between = (places[0][before[0] : hunk.old_start], places[1][before[1] : hunk.new_start])
        if between[0] and was[between[0][0] : between[0][-1]] == now[between[1][0] : between[1][-1]]:
            yield from _between(was, now, Hunk(at[0], between[0][0], at[1], between[1][0]))
            at = (between[0][-1] + 1, between[1][-1] + 1)
        else:
            for old, new in zip(*between, strict=True):
                yield from _between(was, now, Hunk(at[0], old, at[1], new))
                at = (old + 1, new + 1)
        before = (hunk.old_stop, hunk.new_stop)
    yield from _between(was, now, Hunk(at[0], len(was), at[1], len(now)))


def _between(was: Keys, now: Keys, gap: Hunk) -> Iterator[Hunk]:
    """Yield the differences in `gap`, in which no word is equal, without the common prefix and suffix."""
    i, i_stop, j, j_stop = left = trim(was, now, gap)
    if i < i_stop and j < j_stop and not any(map(WORD.search, (*was[i:i_stop], *now[j:j_stop]))):
        yield from (Hunk(a + i, b + i, c + j, d + j) for a, b, c, d in compare(was[i:i_stop], now[j:j_stop]))
    elif i < i_stop or j < j_stop:
        yield left


def _joined(lists: Sequence[list[Item]], mark: Item) -> list[Item]:
    """Return `lists` concatenated with `mark` between them."""
    if len(lists) == 1:
        return lists[0]
    return [item for part in lists for item in (*part, mark)][:-1]
