"""Hunks of words woven into drafts of blocks: each text in its order, formats laid over it, blocks cut at marks.

The mark that ends a leaf is one more word after its last, with the key `MARK`. A draft ends where a mark does,
equal, deleted or inserted; so a split is an inserted mark and a join a deleted one. Whatever the hunks are, the
drafts give both texts back exactly, since every word of either text is written once and in its order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

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
    """A reading head over some leaves: the place of the leaf, and of the next word in it."""

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self.leaves = leaves
        self.place = 0
        self.word = 0

    @property
    def leaf(self) -> Leaf:
        return self.leaves[self.place]

    @property
    def at(self) -> int:
        """Where the next word begins."""
        return self.leaf.offsets[self.word] if self.place < len(self.leaves) else 0

    def ahead(self) -> int:
        """Return how many words stand before the mark that ends the leaf."""
        return len(self.leaf.words) - self.word

    def read(self, count: int) -> list[str]:
        """Read so many words of the leaf."""
        self.word += count
        return self.leaf.words[self.word - count : self.word]

    def read_mark(self) -> Leaf:
        """Read the mark that ends the leaf, go on to the next, and return the one that ended."""
        self.place, self.word = self.place + 1, 0
        return self.leaves[self.place - 1]


class _Weaver:
    def __init__(self, old: Sequence[Leaf], new: Sequence[Leaf]) -> None:
        self.old = _Head(old)
        self.new = _Head(new)
        self.runs: list[Run] = []
        self.drafts: list[Draft] = []

    def one(self, op: Op, head: _Head, count: int) -> None:
        """Write so many words and marks that stand in one text only."""
        while count:
            leaf, start = head.leaf, head.at
            ahead = head.ahead()
            head.read(min(ahead, count))
            self.runs += runs_of(op, leaf, start, head.at)
            count -= ahead
            if count <= 0:
                return
            head.read_mark()
            count -= 1
            self._end(op, leaf if op is Op.DELETE else None, leaf if op is Op.INSERT else None)

    def both(self, count: int) -> None:
        """Write so many words and marks that stand in both texts."""
        while count:
            ahead = min(self.old.ahead(), self.new.ahead(), count)
            self._alike(ahead)
            count -= ahead
            if count:
                self._end(Op.EQUAL, self.old.read_mark(), self.new.read_mark())
                count -= 1

    def _alike(self, count: int) -> None:
        leaves, start = (self.old.leaf, self.new.leaf), (self.old.at, self.new.at)
        was, now = self.old.read(count), self.new.read(count)
        if was != now:
            start = self._spelt_otherwise(leaves, start, zip(was, now, strict=True))
        if start[0] < self.old.at:
            self.runs += _same_runs(leaves, start, (self.old.at, self.new.at))

    def _spelt_otherwise(
        self, leaves: tuple[Leaf, Leaf], start: tuple[int, int], words: Iterable[tuple[str, str]]
    ) -> tuple[int, int]:
        """Write words that are equal to a reader, replaced where spelt otherwise; return where the rest begins."""
        at = start
        for was, now in words:
            after = (at[0] + len(was), at[1] + len(now))
            if was != now:
                self.runs += _same_runs(leaves, start, at)
                self.runs += runs_of(Op.DELETE, leaves[0], at[0], after[0])
                self.runs += runs_of(Op.INSERT, leaves[1], at[1], after[1])
                start = after
            at = after
        return start

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
    if not old.block.spans and not new.block.spans:
        text = old.block.text[start[0] : stop[0]]
        if text:
            yield Run(Op.EQUAL, text, words=_words(old, start[0], stop[0]))
        return
    shift = start[1] - start[0]
    looks = _pieces(new, start[1], stop[1])
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
    if start == 0 and stop == len(leaf.block.text):
        return leaf.size
    return bisect_left(leaf.starts, stop) - bisect_left(leaf.starts, start)


def _pieces(leaf: Leaf, start: int, stop: int) -> Sequence[tuple[int, int, Look]]:
    """Return the text of `leaf` from `start` to `stop` in pieces of one look."""
    if start >= stop:
        return ()
    if not leaf.block.spans:
        return ((start, stop, ()),)
    first = bisect_right(leaf.formats, start, key=itemgetter(1))
    last = bisect_left(leaf.formats, stop, lo=first, key=itemgetter(1))
    return [(max(start, begin), min(end, stop), look) for begin, end, look in leaf.formats[first : last + 1]]
