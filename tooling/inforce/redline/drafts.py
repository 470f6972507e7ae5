"""Intermediate results of the engine: unchanged sequences of blocks, drafts of blocks, and moves.

In a plan, the old blocks are in the order of the old text and the new blocks in that of the new text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from inforce.redline.tokens import Leaf
from inforce.redline.values import Format, Op, Run
from inforce.redline.weave import Strip


@dataclass(slots=True)
class Same:
    """A sequence of `count` blocks that look the same in both texts; it starts at the places `old` and `new`."""

    old: int
    new: int
    count: int

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Yield the pairs of places."""
        return zip(range(self.old, self.old + self.count), range(self.new, self.new + self.count), strict=True)


@dataclass(slots=True)
class BlockDraft:
    """A draft of a block: the leaves that end in it, and the `strip` with its operations.

    `runs` are those of the strip, after the numbers of their changes are set. `was` and `now` are its old and new
    format if they differ. `change` is the number of a change of the block as a whole, `mark_change` that of a change of
    its end. `column` is a cell's column in the merged table.
    """

    old: Leaf | None
    new: Leaf | None
    strip: Strip
    runs: tuple[Run, ...] = ()
    was: tuple[Format, ...] = ()
    now: tuple[Format, ...] = ()
    change: int = 0
    mark_change: int = 0
    column: int | None = None

    @property
    def leaf(self) -> Leaf:
        """The leaf that defines the block: the new one if there is one."""
        leaf = self.new or self.old
        if leaf is None:
            raise ValueError("a draft needs the leaf whose end it is")
        return leaf


@dataclass(frozen=True)
class Moved:
    """One end of a move: the draft of the moved block, at its old or its new place.

    Its runs are available only after those of the draft are numbered.
    """

    draft: BlockDraft
    op: Op
    move: int

    @property
    def leaf(self) -> Leaf:
        """The leaf at this end."""
        old = self.draft.old
        return old if old and self.op is Op.MOVE_FROM else self.draft.leaf

    @cached_property
    def own_runs(self) -> tuple[Run, ...]:
        """The runs of this end's text; unchanged text is moved."""
        gone = Op.INSERT if self.op is Op.MOVE_FROM else Op.DELETE
        return tuple([_moved(run, self.op) for run in self.draft.runs if run.op is not gone])

    @cached_property
    def shown_runs(self) -> tuple[Run, ...]:
        """The runs to show: the new place includes text deleted during the move."""
        if self.op is Op.MOVE_FROM:
            return self.own_runs
        return tuple([_moved(run, self.op) for run in self.draft.runs])

    @property
    def counts(self) -> Iterator[tuple[Op, int]]:
        """The number of words at this end by operation."""
        gone = Op.INSERT if self.op is Op.MOVE_FROM else Op.DELETE
        for op, words in self.draft.strip.counts:
            if op is not gone:
                yield op if op is Op.DELETE or op is Op.INSERT else self.op, words


Plan = list[Same | BlockDraft | Moved]


def _moved(run: Run, op: Op) -> Run:
    if run.op is Op.DELETE or run.op is Op.INSERT:
        return run
    if op is Op.MOVE_TO:
        return Run(op, run.text, run.was, run.now, run.formats, run.words, run.change)
    before = (*(span for span in run.formats if span not in run.now), *run.was)
    return Run(op, run.text, formats=before, words=run.words, change=run.change)
