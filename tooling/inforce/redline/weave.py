"""Conversion of word hunks to strips of runs, split at formats and at block ends.

The mark that ends a wording counts as one more word, with the key `MARK`. A strip ends at a mark, whether equal,
deleted or inserted; a split is an inserted mark and a join a deleted one.

Invariants: for any hunks, the strips reproduce both texts exactly, because every word of each text is written once and
in order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from inforce.redline.became import Became, became
from inforce.redline.sequence import Hunk
from inforce.redline.tokens import Look, Wording
from inforce.redline.values import BlockState, Op, Run


class Strip:
    """The `runs` up to a `mark`, and the indices of the wordings that end there, None if neither does.

    `whole` is true if all of it, including the mark, was deleted or inserted.
    """

    __slots__ = ("__dict__", "mark", "new", "old", "runs", "whole")

    def __init__(self, old: int | None, new: int | None, mark: Op, runs: tuple[Run, ...]) -> None:
        self.old = old
        self.new = new
        self.mark = mark
        self.runs = runs
        self.whole = mark is not Op.EQUAL and all(run.op is mark for run in runs)

    @cached_property
    def state(self) -> BlockState:
        """The state of a block that consists of this strip."""
        if self.whole:
            return BlockState.INSERTED if self.mark is Op.INSERT else BlockState.DELETED
        if self.mark is Op.EQUAL and not any(run.op is Op.DELETE or run.op is Op.INSERT for run in self.runs):
            return BlockState.REFORMATTED
        return BlockState.CHANGED

    @cached_property
    def became(self) -> tuple[Became, ...]:
        """The changed numbers and addresses."""
        return tuple(became(self.runs))

    @cached_property
    def counts(self) -> tuple[tuple[Op, int], ...]:
        """The number of words by operation."""
        counts: Counter[Op] = Counter()
        for run in self.runs:
            counts[run.op] += run.words
        return tuple(counts.items())


def weave(old: Sequence[Wording], new: Sequence[Wording], hunks: Iterable[Hunk]) -> list[Strip]:
    """Return the strips for `hunks` between the wordings `old` and `new`; text outside the hunks is equal."""
    weaver = _Weaver(old, new)
    at = 0
    for hunk in hunks:
        weaver.both(hunk.old_start - at)
        weaver.one(Op.DELETE, weaver.old, hunk.old_stop - hunk.old_start)
        weaver.one(Op.INSERT, weaver.new, hunk.new_stop - hunk.new_start)
        at = hunk.old_stop
    weaver.both(sum(len(wording.words) + 1 for wording in old) - at)
    return weaver.strips


class _Head:
    """A reading position in a sequence of wordings: the index of the wording, and of the next word in it."""

    def __init__(self, wordings: Sequence[Wording]) -> None:
        self.wordings = wordings
        self.place = 0
        self.word = 0

    @property
    def wording(self) -> Wording:
        return self.wordings[self.place]

    @property
    def at(self) -> int:
        """The start of the next word."""
        return self.wording.offsets[self.word] if self.place < len(self.wordings) else 0

    def ahead(self) -> int:
        """Return the number of words before the mark that ends the wording."""
        return len(self.wording.words) - self.word

    def read(self, count: int) -> list[str]:
        """Read this many words of the wording."""
        self.word += count
        return self.wording.words[self.word - count : self.word]

    def read_mark(self) -> int:
        """Read the mark that ends the wording, move to the next one, and return the index of the wording that ended."""
        self.place, self.word = self.place + 1, 0
        return self.place - 1


class _Weaver:
    def __init__(self, old: Sequence[Wording], new: Sequence[Wording]) -> None:
        self.old = _Head(old)
        self.new = _Head(new)
        self.runs: list[Run] = []
        self.strips: list[Strip] = []

    def one(self, op: Op, head: _Head, count: int) -> None:
        """Write words and marks that are in one text only."""
        while count:
            wording, start = head.wording, head.at
            ahead = head.ahead()
            head.read(min(ahead, count))
            self.runs += wording.runs(op, start, head.at)
            count -= ahead
            if count <= 0:
                return
            place = head.read_mark()
            count -= 1
            self._end(op, place if op is Op.DELETE else None, place if op is Op.INSERT else None)

    def both(self, count: int) -> None:
        """Write words and marks that are in both texts."""
        while count:
            ahead = min(self.old.ahead(), self.new.ahead(), count)
            self._alike(ahead)
            count -= ahead
            if count:
                self._end(Op.EQUAL, self.old.read_mark(), self.new.read_mark())
                count -= 1

    def _alike(self, count: int) -> None:
        both, start = (self.old.wording, self.new.wording), (self.old.at, self.new.at)
        was, now = self.old.read(count), self.new.read(count)
        if was != now:
            start = self._spelt_otherwise(both, start, zip(was, now, strict=True))
        if start[0] < self.old.at:
            self.runs += _same_runs(both, start, (self.old.at, self.new.at))

    def _spelt_otherwise(
        self, both: tuple[Wording, Wording], start: tuple[int, int], words: Iterable[tuple[str, str]]
    ) -> tuple[int, int]:
        """Write matching words, and those spelt differently as replaced; return the start of the unwritten text."""
        at = start
        for was, now in words:
            after = (at[0] + len(was), at[1] + len(now))
            if was != now:
                self.runs += _same_runs(both, start, at)
                self.runs += both[0].runs(Op.DELETE, at[0], after[0])
                self.runs += both[1].runs(Op.INSERT, at[1], after[1])
                start = after
            at = after
        return start

    def _end(self, mark: Op, old: int | None, new: int | None) -> None:
        self.strips.append(Strip(old, new, mark, tuple(self.runs)))
        self.runs = []


def _same_runs(both: tuple[Wording, Wording], start: tuple[int, int], stop: tuple[int, int]) -> Iterator[Run]:
    """Yield text that both wordings contain, in runs of constant format on each side."""
    old, new = both
    if not old.spans and not new.spans:
        text = old.text[start[0] : stop[0]]
        if text:
            yield Run(Op.EQUAL, text, words=old.count(start[0], stop[0]))
        return
    shift = start[1] - start[0]
    looks = new.pieces(start[1], stop[1])
    place = 0
    for begin, end, was in old.pieces(start[0], stop[0]):
        at = begin
        while at < end:
            if looks[place][1] - shift <= at:
                place += 1
            upto = min(end, looks[place][1] - shift)
            yield _same_run(old, (at, upto), was, looks[place][2])
            at = upto


def _same_run(wording: Wording, reach: tuple[int, int], was: Look, now: Look) -> Run:
    lost = tuple(span for span in was if span not in now)
    got = tuple(span for span in now if span not in was)
    op = Op.REFORMAT if lost or got else Op.EQUAL
    return Run(op, wording.text[slice(*reach)], lost, got, now, wording.count(*reach))
