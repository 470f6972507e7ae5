"""Conversion of the plan to blocks for rendering."""

from __future__ import annotations

from inforce.redline.clauses import ClauseMap
from inforce.redline.drafts import BlockDraft, Moved, Plan, Same
from inforce.redline.leaf import Leaf
from inforce.redline.paths import Paths
from inforce.redline.prepared import Prepared
from inforce.redline.values import BlockState, Op, RedlineBlock


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
    """Return for the place of each end of a move the place of the other end."""
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
