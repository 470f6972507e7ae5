"""What the engine decides, before it is told in values: stretches that are the same, drafts of blocks, and moves.

A plan is a sequence of these in which the old blocks stand in their order and the new blocks in theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from inforce.redline.leaf import Leaf
from inforce.redline.values import Format, Op, Run
from inforce.redline.weave import Strip


@dataclass(slots=True)
class Same:
    """`count` blocks that look the same in both texts, from `old` and from `new` on."""

    old: int
    new: int
    count: int

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Go through the pairs of places."""
        return zip(range(self.old, self.old + self.count), range(self.new, self.new + self.count), strict=True)


@dataclass(slots=True)
class BlockDraft:
    """A block in the making: the leaves whose end it is, and the `strip` that says what happened to it.

    `runs` are those of the strip, once they are numbered with the numbers of the changes they belong to. `was` and
    `now` are what it was and is as a block where that differs. `change` is the number of a change of the block as a
    whole, `mark_change` of one of its end. `column` is a cell's among the columns of both tables.
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
        """The leaf that says what the block is: the new one, where there is one."""
        leaf = self.new or self.old
        if leaf is None:
            raise ValueError("a draft needs the leaf whose end it is")
        return leaf


@dataclass(frozen=True)
class Moved:
    """One end of a move: the draft of the moved block, seen from where it left or from where it came to.

    Its runs may be asked for once those of the draft are numbered.
    """

    draft: BlockDraft
    op: Op
    move: int

    @property
    def leaf(self) -> Leaf:
        """The leaf that stands at this end."""
        old = self.draft.old
        return old if old and self.op is Op.MOVE_FROM else self.draft.leaf

    @cached_property
    def own_runs(self) -> tuple[Run, ...]:
        """The runs of this end's text; what is the same in both is moved."""
        gone = Op.INSERT if self.op is Op.MOVE_FROM else Op.DELETE
        return tuple([_moved(run, self.op) for run in self.draft.runs if run.op is not gone])

    @cached_property
    def shown_runs(self) -> tuple[Run, ...]:
        """The runs to show: at the place it came to, also what was deleted on the way."""
        if self.op is Op.MOVE_FROM:
            return self.own_runs
        return tuple([_moved(run, self.op) for run in self.draft.runs])

    @property
    def counts(self) -> Iterator[tuple[Op, int]]:
        """How many words of this end there are by what happened to them."""
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
    before = (*(one for one in run.formats if one not in run.now), *run.was)
    return Run(op, run.text, formats=before, words=run.words, change=run.change)
