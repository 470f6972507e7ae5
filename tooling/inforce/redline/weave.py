"""Hunks of words woven into drafts of blocks: each text in its order, formats laid over it, blocks cut at marks.

The mark that ends a leaf is one more word after its last, with the key `MARK`. A draft ends where a mark does,
equal, deleted or inserted; so a split is an inserted mark and a join a deleted one. Whatever the hunks are, the
drafts give both texts back exactly, since every word of either text is written once and in its order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from inforce.redline.compare import Hunk
from inforce.redline.drafts import Draft
from inforce.redline.leaf import Leaf
from inforce.redline.values import Format, Op, Run

Look = tuple[Format, ...]


def weave(old: Sequence[Leaf], new: Sequence[Leaf], hunks: Iterable[Hunk]) -> list[Draft]:
    """Return the drafts that `hunks` make of the leaves `old` and `new`; all that no hunk names is equal."""
    weaver = _Weaver(old, new)
    at = 0
    for hunk in hunks:
        weaver.both(hunk.old_start - at)
        weaver.one(Op.DELETE, weaver.old, hunk.old_stop - hunk.old_start)
        weaver.one(Op.INSERT, weaver.new, hunk.new_stop - hunk.new_start)
        at = hunk.old_stop
    weaver.both(sum(len(leaf.words) + 1 for leaf in old) - at)
    return weaver.drafts


def whole(leaf: Leaf, op: Op) -> Draft:
    """Return the draft of a `leaf` that was deleted or inserted as a whole."""
    old, new = (leaf, None) if op is Op.DELETE else (None, leaf)
    return Draft(old=old, new=new, mark=op, runs=list(runs_of(op, leaf, 0, len(leaf.block.text))))


class _Head:
    """A reading head over the words of some leaves: the leaf, the place of its next word, and where that begins."""

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self.leaves = leaves
        self.place = 0
        self.word = 0
        self.at = 0

    @property
    def leaf(self) -> Leaf:
        return self.leaves[self.place]

    def read(self) -> str | None:
        """Read one word; the mark that ends the leaf is None, and the head goes on to the next leaf."""
        words = self.leaves[self.place].words
        if self.word == len(words):
            self.place, self.word, self.at = self.place + 1, 0, 0
            return None
        word = words[self.word]
        self.word += 1
        self.at += len(word)
        return word


class _Weaver:
    def __init__(self, old: Sequence[Leaf], new: Sequence[Leaf]) -> None:
        self.old = _Head(old)
        self.new = _Head(new)
        self.runs: list[Run] = []
        self.drafts: list[Draft] = []

    def one(self, op: Op, head: _Head, count: int) -> None:
        start = head.at
        for _ in range(count):
            leaf, stop = head.leaf, head.at
            if head.read() is None:
                self.runs += runs_of(op, leaf, start, stop)
                self._end(op, leaf if op is Op.DELETE else None, leaf if op is Op.INSERT else None)
                start = 0
        if start < head.at:
            self.runs += runs_of(op, head.leaf, start, head.at)

    def both(self, count: int) -> None:
        start = (self.old.at, self.new.at)
        for _ in range(count):
            leaves, at = (self.old.leaf, self.new.leaf), (self.old.at, self.new.at)
            word = self.old.read()
            if word == self.new.read() and word is not None:
                continue
            self.runs += _same_runs(leaves, start, at)
            start = (self.old.at, self.new.at)
            if word is None:
                self._end(Op.EQUAL, *leaves)
            else:  # equal to a reader, spelt otherwise
                self.runs += runs_of(Op.DELETE, leaves[0], at[0], start[0])
                self.runs += runs_of(Op.INSERT, leaves[1], at[1], start[1])
        if start[0] < self.old.at:
            self.runs += _same_runs((self.old.leaf, self.new.leaf), start, (self.old.at, self.new.at))

    def _end(self, mark: Op, old: Leaf | None, new: Leaf | None) -> None:
        draft = Draft(old=old, new=new, mark=mark, runs=self.runs)
        if old and new and old.shape != new.shape:
            draft.was, draft.now = _what_differs(old.shape, new.shape)
        self.drafts.append(draft)
        self.runs = []


def _what_differs(was: Look, now: Look) -> tuple[Look, Look]:
    """Return `was` and `now` without what both begin with and what both end with."""
    shortest = min(len(was), len(now))
    first = next((place for place in range(shortest) if was[place] != now[place]), shortest)
    rest = shortest - first
    last = next((place for place in range(rest) if was[-1 - place] != now[-1 - place]), rest)
    return was[first : len(was) - last], now[first : len(now) - last]


def runs_of(op: Op, leaf: Leaf, start: int, stop: int) -> Iterator[Run]:
    """Go through the text of `leaf` from `start` to `stop`, to which `op` happened, in runs of one look."""
    for begin, end, look in _pieces(leaf, start, stop):
        yield Run(op, leaf.block.text[begin:end], formats=look, words=_words(leaf, begin, end))


def _same_runs(leaves: tuple[Leaf, Leaf], start: tuple[int, int], stop: tuple[int, int]) -> Iterator[Run]:
    """Go through text that both `leaves` have, in runs of one look on either side."""
    old, new = leaves
    shift = start[1] - start[0]
    looks = list(_pieces(new, start[1], stop[1]))
    place = 0
    for begin, end, was in _pieces(old, start[0], stop[0]):
        at = begin
        while at < end:
            if looks[place][1] - shift <= at:
                place += 1
            upto = min(end, looks[place][1] - shift)
            yield _same_run(old, (at, upto), was, looks[place][2])
            at = upto


def _same_run(leaf: Leaf, reach: tuple[int, int], was: Look, now: Look) -> Run:
    lost = tuple(one for one in was if one not in now)
    got = tuple(one for one in now if one not in was)
    op = Op.REFORMAT if lost or got else Op.EQUAL
    return Run(op, leaf.block.text[slice(*reach)], lost, got, now, _words(leaf, *reach))


def _words(leaf: Leaf, start: int, stop: int) -> int:
    return bisect_left(leaf.starts, stop) - bisect_left(leaf.starts, start)


def _pieces(leaf: Leaf, start: int, stop: int) -> Iterator[tuple[int, int, Look]]:
    """Go through the text of `leaf` from `start` to `stop` in pieces of one look."""
    place = bisect_right(leaf.formats, start, key=lambda stretch: stretch[1])
    while start < stop:
        _, end, look = leaf.formats[place]
        yield start, min(end, stop), look
        start = end
        place += 1
