"""The plan told as blocks to render."""

from __future__ import annotations

from typing import Required, TypedDict, Unpack

from inforce.markdown import Container
from inforce.redline.clauses import ClauseMap
from inforce.redline.drafts import Draft, Moved, Plan, Same
from inforce.redline.leaf import Leaf
from inforce.redline.paths import Paths
from inforce.redline.prepared import Prepared
from inforce.redline.values import BlockState, Format, Op, RedlineBlock, Run

STATES = {
    Op.INSERT: BlockState.INSERTED,
    Op.DELETE: BlockState.DELETED,
    Op.MOVE_FROM: BlockState.MOVED_FROM,
    Op.MOVE_TO: BlockState.MOVED_TO,
}


class Told(TypedDict, total=False):
    """What the plan says of a block beyond what its leaf is."""

    state: BlockState
    mark: Op
    runs: Required[tuple[Run, ...]]
    shown: Required[tuple[Run, ...]]
    path: Required[tuple[Container, ...]]
    clause: Required[str]
    old: Required[int | None]
    new: Required[int | None]
    column: int
    was: tuple[Format, ...]
    now: tuple[Format, ...]
    change: int
    move: int
    partner: int | None


def redline_blocks(old: Prepared, new: Prepared, plan: Plan, clauses: ClauseMap) -> tuple[RedlineBlock, ...]:
    """Return the blocks of `plan` over the texts `old` and `new`, with the clauses of `clauses`."""
    paths = Paths(old, new, plan)
    partners = _partners(plan)
    blocks: list[RedlineBlock] = []
    for entry in plan:
        if isinstance(entry, Same):
            blocks += (_same(old.leaves[i], new.leaves[j], clauses) for i, j in entry.pairs())
        elif isinstance(entry, Moved):
            blocks.append(_moved(entry, paths, clauses, partners[len(blocks)]))
        else:
            blocks.append(_changed(entry, paths, clauses))
    return tuple(blocks)


def _partners(plan: Plan) -> dict[int, int]:
    """Return for the place of each end of a move the place of the other."""
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


def _same(old: Leaf, new: Leaf, clauses: ClauseMap) -> RedlineBlock:
    runs = new.wording.equal
    return _block(
        new, runs=runs, shown=runs, path=new.block.path, clause=clauses.of(new=new).id, old=old.index, new=new.index
    )


def _changed(draft: Draft, paths: Paths, clauses: ClauseMap) -> RedlineBlock:
    old, new, runs = draft.old, draft.new, draft.runs
    leaf = draft.leaf
    return _block(
        leaf,
        state=draft.strip.state,
        mark=draft.strip.mark,
        runs=runs,
        shown=runs,
        path=paths.of(leaf, is_new=leaf is new),
        clause=clauses.of(old=old, new=new).id,
        old=old.index if old else None,
        new=new.index if new else None,
        column=leaf.block.column if draft.column is None else draft.column,
        was=draft.was,
        now=draft.now,
        change=draft.change,
    )


def _moved(moved: Moved, paths: Paths, clauses: ClauseMap, partner: int) -> RedlineBlock:
    draft = moved.draft
    came = moved.op is Op.MOVE_TO
    leaf = moved.leaf
    return _block(
        leaf,
        state=STATES[moved.op],
        mark=moved.op,
        runs=moved.own_runs,
        shown=moved.shown_runs,
        path=paths.of(leaf, is_new=came),
        clause=clauses.of(new=leaf).id if came else clauses.of(old=leaf).id,
        old=None if came else leaf.index,
        new=leaf.index if came else None,
        column=leaf.block.column if draft.column is None else draft.column,
        was=draft.was if came else (),
        now=draft.now if came else (),
        change=draft.change,
        move=moved.move,
        partner=partner,
    )


def _block(leaf: Leaf, **told: Unpack[Told]) -> RedlineBlock:
    block = leaf.block
    told.setdefault("column", block.column)
    return RedlineBlock(
        kind=block.kind,
        level=block.level,
        id=block.id,
        info=block.info,
        align=block.align,
        tight=block.tight,
        **told,
    )
