"""Adjusts hunks for readability: they end between words or sentences, and a rewrite contains no isolated equal words.

Hunks only slide or grow over equal words, so the result stays exact. Unchanged marks that end a block are never
affected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from inforce.redline.sequence import Hunk, joined, trim
from inforce.redline.words import MARK, SPACE

# An equal passage of 0, 1 or 2 words between two hunks is a crumb, that is, absorbed by them, if they contain at least
# this many changed words, in total and in the smaller hunk.
CRUMBS = ((2, 0), (5, 2), (9, 4))
# If less than this percentage of a text is unchanged, only equal passages of this length are kept.
LITTLE, PIECE = 50, 3
ENDS = frozenset(".!?。！？｡؟।॥…")
PAUSES = frozenset(",;:、，；：،؛)")
FURTHEST = 80


class Smoother:
    """The key sequences `old` and `new`, for adjusting the hunks between them; `counted` marks the words."""

    def __init__(self, old: Sequence[str], new: Sequence[str], counted: tuple[list[bool], list[bool]]) -> None:
        self.old = old
        self.new = new
        self._counts = tuple([0, *accumulate(side)] for side in counted)

    def smooth(self, hunks: Sequence[Hunk]) -> list[Hunk]:
        """Return `hunks` moved to suitable borders, without crumbs, and as one replacement if little is unchanged."""
        absorbed = self.absorb(self._slid(hunks))
        pieces = self._between_marks(absorbed)
        remaining = (hunk for piece, start, stop in pieces for hunk in self._given_up(piece, start, stop))
        return list(self._trimmed(joined(remaining)))

    def absorb(self, hunks: Iterable[Hunk]) -> list[Hunk]:
        """Return `hunks` merged where only a crumb separates two of them."""
        absorbed: list[Hunk] = []
        for hunk in hunks:
            joined = hunk
            while absorbed and self._is_crumb(absorbed[-1], joined):
                last = absorbed.pop()
                joined = Hunk(last.old_start, joined.old_stop, last.new_start, joined.new_stop)
            absorbed.append(joined)
        return absorbed

    def _is_crumb(self, left: Hunk, right: Hunk) -> bool:
        if MARK in self.old[left.old_stop : right.old_start]:
            return False
        words = self._words(0, left.old_stop, right.old_start)
        if words >= len(CRUMBS):
            return False
        sides = (self._changed(left), self._changed(right))
        if words > 1 and not (self._replaces(left) and self._replaces(right)):
            return False
        in_all, lighter = CRUMBS[words]
        return sum(sides) >= in_all and min(sides) >= lighter

    def _changed(self, hunk: Hunk) -> int:
        return self._words(0, hunk.old_start, hunk.old_stop) + self._words(1, hunk.new_start, hunk.new_stop)

    def _replaces(self, hunk: Hunk) -> bool:
        """Return whether `hunk` both deletes and inserts words."""
        return self._words(0, hunk.old_start, hunk.old_stop) > 0 < self._words(1, hunk.new_start, hunk.new_stop)

    def _words(self, side: int, start: int, stop: int) -> int:
        return self._counts[side][stop] - self._counts[side][start]

    def _slid(self, hunks: Sequence[Hunk]) -> Iterator[Hunk]:
        """Yield `hunks` with their best start and end."""
        before = (0, 0)
        ends = [(hunk.old_start, hunk.new_start) for hunk in hunks[1:]] + [(len(self.old), len(self.new))]
        for hunk, after in zip(hunks, ends, strict=True):
            if hunk.old_start == hunk.old_stop:
                by = _best_slide(self.new, hunk.new_start, hunk.new_stop, before[1], after[1])
            elif hunk.new_start == hunk.new_stop:
                by = _best_slide(self.old, hunk.old_start, hunk.old_stop, before[0], after[0])
            else:
                by = 0
            moved = Hunk(*(place + by for place in hunk))
            before = (moved.old_stop, moved.new_stop)
            yield moved

    def _trimmed(self, hunks: Iterable[Hunk]) -> Iterator[Hunk]:
        """Yield `hunks` without the prefix and suffix that both sides share after merging."""
        for hunk in hunks:
            trimmed = trim(self.old, self.new, hunk)
            if trimmed.old_start < trimmed.old_stop or trimmed.new_start < trimmed.new_stop:
                yield trimmed

    def _between_marks(self, hunks: Sequence[Hunk]) -> Iterator[tuple[list[Hunk], tuple[int, int], tuple[int, int]]]:
        """Yield `hunks` grouped by block: the hunks, and the start and end of the block."""
        piece: list[Hunk] = []
        start = at = (0, 0)
        for hunk in (*hunks, Hunk(len(self.old), len(self.old), len(self.new), len(self.new))):
            shift = at[1] - at[0]
            marks = [place for place in range(at[0], hunk.old_start) if self.old[place] == MARK]
            if marks:
                yield piece, start, (marks[0], marks[0] + shift)
                piece, start = [], (marks[-1] + 1, marks[-1] + 1 + shift)
            piece.append(hunk)
            at = (hunk.old_stop, hunk.new_stop)
        yield piece[:-1], start, (len(self.old), len(self.new))

    def _given_up(self, hunks: Sequence[Hunk], start: tuple[int, int], stop: tuple[int, int]) -> Sequence[Hunk]:
        """Return `hunks` merged across short equal passages if little is unchanged from `start` to `stop`."""
        sizes = (self._words(0, start[0], stop[0]), self._words(1, start[1], stop[1]))
        gone = sum(self._words(0, hunk.old_start, hunk.old_stop) for hunk in hunks)
        if len(hunks) < 2 or (sizes[0] - gone) * 100 >= LITTLE * max(sizes):
            return hunks
        merged = [hunks[0]]
        for hunk in hunks[1:]:
            is_short = self._words(0, merged[-1].old_stop, hunk.old_start) < PIECE
            if is_short and self._replaces(merged[-1]) and self._replaces(hunk):
                merged[-1] = Hunk(merged[-1].old_start, hunk.old_stop, merged[-1].new_start, hunk.new_stop)
            else:
                merged.append(hunk)
        return merged


def _best_slide(keys: Sequence[str], start: int, stop: int, first: int, last: int) -> int:
    """Return by how many words `keys[start:stop]` can slide, from `first` to `last`, with equal content."""
    best, chosen = _border(keys, start) + _border(keys, stop), 0
    by = 0
    while start + by > first and by > -FURTHEST and keys[start + by - 1] == keys[stop + by - 1] != MARK:
        by -= 1
        if (value := _border(keys, start + by) + _border(keys, stop + by)) > best:
            best, chosen = value, by
    by = 0
    while stop + by < last and by < FURTHEST and keys[start + by] == keys[stop + by] != MARK:
        by += 1
        if (value := _border(keys, start + by) + _border(keys, stop + by)) > best:
            best, chosen = value, by
    return chosen


def _border(keys: Sequence[str], place: int) -> int:
    """Return how suitable the border before `keys[place]` is for the start or end of a change, from 0 to 5."""
    if place in {0, len(keys)} or MARK in {keys[place - 1], keys[place]}:
        return 5
    last = keys[place - 1]
    if last == SPACE:
        before = keys[place - 2][-1] if place > 1 else SPACE
        return 4 if before in ENDS else 3 if before in PAUSES else 2
    if last[-1] > "\u2fff" and (last in ENDS or last in PAUSES):
        return 4 if last in ENDS else 3
    return 1 if keys[place] == SPACE else 0
