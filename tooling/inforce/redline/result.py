"""The public result of a comparison: runs, blocks for rendering, and values that are computed on first use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from inforce.redline.changes import describe
from inforce.redline.clauses import ClauseMap, clause_changes
from inforce.redline.drafts import BlockDraft, Moved, Plan, Same
from inforce.redline.numbering import number
from inforce.redline.numbers import number_changes
from inforce.redline.paths import Paths
from inforce.redline.statistics import count_words
from inforce.redline.tokens import Leaf, Prepared
from inforce.redline.values import (
    BlockState,
    Change,
    ChangeClass,
    ClauseChange,
    Format,
    NumberChange,
    NumberKind,
    Op,
    RedlineBlock,
    Run,
    Statistics,
)
from inforce.redline.words import MARK


def flat_runs(new: Prepared, plan: Plan) -> tuple[Run, ...]:
    """Return the runs of `plan`; joined, the runs of one side are its plain text. `new` is the new text."""
    flat = _Flat()
    for entry in plan:
        if isinstance(entry, Same):
            flat.write(Op.EQUAL, new.text[new.offsets[entry.new] : new.offsets[entry.new + entry.count]])
        elif isinstance(entry, Moved):
            flat.write_all(entry.own_runs)
            flat.write(entry.op, MARK, change=entry.draft.change)
        elif entry.was or entry.now:
            _reshaped(entry, flat)
        else:
            flat.write_all(entry.runs)
            flat.write(entry.strip.mark, MARK, change=entry.mark_change)
    return flat.told()


def _reshaped(draft: BlockDraft, flat: _Flat) -> None:
    """Add the runs of a block whose format changed as a whole."""
    for run in (*draft.runs, Run(Op.EQUAL, MARK)):
        if run.op is Op.DELETE or run.op is Op.INSERT:
            flat.write(run.op, run.text, run.was, run.now, run.change)
        else:
            change = run.change or draft.change
            flat.write(Op.REFORMAT, run.text, draft.was + run.was, draft.now + run.now, change)


class _Flat:
    """The runs so far; similar runs are merged with the last one."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.texts: list[str] = []
        self.like: tuple[Op, int, tuple[Format, ...], tuple[Format, ...]] | None = None

    def write_all(self, runs: tuple[Run, ...]) -> None:
        for run in runs:
            self.write(run.op, run.text, run.was, run.now, run.change)

    def write(
        self, op: Op, text: str, was: tuple[Format, ...] = (), now: tuple[Format, ...] = (), change: int = 0
    ) -> None:
        like = (op, change, was, now)
        if like != self.like:
            self._end()
            self.like = like
        self.texts.append(text)

    def told(self) -> tuple[Run, ...]:
        self._end()
        return tuple(self.runs)

    def _end(self) -> None:
        if self.like is not None:
            op, change, was, now = self.like
            self.runs.append(Run(op, "".join(self.texts), was, now, change=change))
            self.texts.clear()


class Redline:
    """The differences between two texts, word by word; `help(inforce.redline)` explains how to render them.

    Returned by `redline`. `runs` is a tuple of `Run`: the plain text of both texts in reading order, each run with one
    operation.

    :param old: the old text
    :param new: the new text
    :param plan: the alignment of their blocks
    """

    def __init__(self, old: Prepared, new: Prepared, plan: Plan) -> None:
        self.old = old
        self.new = new
        self._plan = plan
        self._strokes = number(plan)
        self.runs: tuple[Run, ...] = flat_runs(new, plan)

    @property
    def equal(self) -> bool:
        """Whether there is no visible difference in words, formats or addresses."""
        return not self._strokes

    @cached_property
    def blocks(self) -> tuple[RedlineBlock, ...]:
        """Both texts merged into one sequence of leaf blocks, for rendering."""
        return redline_blocks(self.old, self.new, self._plan, self._clauses)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """All changes in reading order; `Run.change` and `RedlineBlock.change` are their numbers."""
        numbered = {change for change, number in self._numbers if number.kind is not NumberKind.LINK}
        return describe(self._strokes, self._clauses, numbered)

    @cached_property
    def changed_clauses(self) -> tuple[ClauseChange, ...]:
        """The changed clauses, in reading order."""
        return clause_changes(self._plan, self._clauses, self.changes)

    @cached_property
    def renamed(self) -> Mapping[str, str]:
        """The previous ids of clauses whose id changed, by their new id."""
        clauses = ((self.old.document.clauses[i], self.new.document.clauses[j]) for i, j in self._clauses.heirs.items())
        return {new.id: old.id for old, new in clauses if new.id != old.id}

    @cached_property
    def numbers(self) -> tuple[NumberChange, ...]:
        """The changed numbers, amounts, dates, periods, percentages and addresses."""
        return tuple(number for _, number in self._numbers)

    @cached_property
    def statistics(self) -> Statistics:
        """The number of words unchanged, inserted, deleted and moved."""
        return count_words(self.old, self.new, self._plan, len(self._strokes))

    def count(self, kind: ChangeClass) -> int:
        """Return the number of changes of one class.

            >>> redline("We keep it for 12 months.", "We keep it for 24 months.").count(ChangeClass.NUMBER)
            1

        :param kind: the class to count
        """
        return sum(1 for change in self.changes if change.kind is kind)

    @cached_property
    def _numbers(self) -> tuple[tuple[int, NumberChange], ...]:
        return number_changes(self._plan, self._clauses)

    @cached_property
    def _clauses(self) -> ClauseMap:
        return ClauseMap(self.old, self.new, self._plan)


def redline_blocks(old: Prepared, new: Prepared, plan: Plan, clauses: ClauseMap) -> tuple[RedlineBlock, ...]:
    """Return the blocks of `plan` over the texts `old` and `new`, with the clauses of `clauses`."""
    paths = Paths(old, new, plan)
    partners = _partners(plan)
    blocks: list[RedlineBlock] = []
    for entry in plan:
        if isinstance(entry, Same):
            blocks += [_same(old.leaves[i], new.leaves[j]) for i, j in entry.pairs()]
        elif isinstance(entry, Moved):
            blocks.append(_moved(entry, paths, clauses, partners[len(blocks)]))
        else:
            blocks.append(_changed(entry, paths, clauses))
    return tuple(blocks)


def _partners(plan: Plan) -> dict[int, int]:
    """Return the place of the other end, by the place of each end of a move."""
    ends: dict[int, int] = {}
    partners: dict[int, int] = {}
    place = 0
    for entry in plan:
        if isinstance(entry, Moved):
            other = ends.setdefault(id(entry.draft), place)
            if other != place:
                partners[place], partners[other] = other, place
        place += entry.count if isinstance(entry, Same) else 1
    return partners


def _same(old: Leaf, new: Leaf) -> RedlineBlock:
    block = new.block
    return RedlineBlock(
        kind=block.kind,
        runs=new.wording.equal,
        shown=new.wording.equal,
        path=block.path,
        clause=block.clause,
        old=old.index,
        new=new.index,
        level=block.level,
        id=block.id,
        info=block.info,
        column=block.column,
        align=block.align,
        tight=block.tight,
    )


def _changed(draft: BlockDraft, paths: Paths, clauses: ClauseMap) -> RedlineBlock:
    old, new = draft.old, draft.new
    leaf = draft.leaf
    block = leaf.block
    return RedlineBlock(
        kind=block.kind,
        runs=draft.runs,
        shown=draft.runs,
        path=paths.of(leaf, is_new=leaf is new),
        clause=new.block.clause if new else clauses.of(old=old).id,
        old=old.index if old else None,
        new=new.index if new else None,
        state=draft.strip.state,
        mark=draft.strip.mark,
        level=block.level,
        id=block.id,
        info=block.info,
        column=block.column if draft.column is None else draft.column,
        align=block.align,
        tight=block.tight,
        was=draft.was,
        now=draft.now,
        change=draft.change,
    )


def _moved(moved: Moved, paths: Paths, clauses: ClauseMap, partner: int) -> RedlineBlock:
    draft = moved.draft
    came = moved.op is Op.MOVE_TO
    leaf = moved.leaf
    block = leaf.block
    return RedlineBlock(
        kind=block.kind,
        runs=moved.own_runs,
        shown=moved.shown_runs,
        path=paths.of(leaf, is_new=came),
        clause=block.clause if came else clauses.of(old=leaf).id,
        old=None if came else leaf.index,
        new=leaf.index if came else None,
        state=BlockState.MOVED_TO if came else BlockState.MOVED_FROM,
        mark=moved.op,
        level=block.level,
        id=block.id,
        info=block.info,
        column=block.column if draft.column is None else draft.column,
        align=block.align,
        tight=block.tight,
        was=draft.was if came else (),
        now=draft.now if came else (),
        change=draft.change,
        move=moved.move,
        partner=partner,
    )
