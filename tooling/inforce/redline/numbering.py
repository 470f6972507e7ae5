"""Grouping and numbering of changes: adjacent edits in one place are one change.

Deletions and insertions without equal text between them are one change, even across the end of a block. A block or a
table row added or removed as a whole, a move, and a change of format over adjacent runs or blocks are one change each.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from inforce.markdown import ContainerKind
from inforce.redline.drafts import BlockDraft, Moved, Plan, Same
from inforce.redline.values import Format, Op, Run
from inforce.redline.words import MARK

WORDS = "words"


@dataclass(slots=True)
class Stroke:
    """One change being collected: its texts and formats, the place of its first block, and that block.

    `whole` is true if a block or row was added or removed as a whole; `move` is the number of a move.
    """

    number: int
    block: int
    draft: BlockDraft
    was: list[str] = field(default_factory=list)
    now: list[str] = field(default_factory=list)
    lost: tuple[Format, ...] = ()
    got: tuple[Format, ...] = ()
    whole: bool = False
    move: int = 0

    def write(self, op: Op, text: str) -> None:
        """Add `text` with the operation `op`."""
        if op is not Op.INSERT:
            self.was.append(text)
        if op is not Op.DELETE:
            self.now.append(text)


def number(plan: Plan) -> list[Stroke]:
    """Number every run and draft of `plan` in place, from 1 in reading order, and return the strokes."""
    numbering = _Numbering()
    for entry in plan:
        numbering.take(entry)
    return numbering.strokes


class _Numbering:
    """The strokes so far; an edit of the same kind extends the last one."""

    def __init__(self) -> None:
        self.strokes: list[Stroke] = []
        self.moves: dict[int, Stroke] = {}
        self.sort: Hashable = None
        self.shape: tuple[Hashable, Stroke] | None = None
        self.block = 0

    def take(self, entry: Same | BlockDraft | Moved) -> None:
        if isinstance(entry, Same):
            self.sort = self.shape = None
            self.block += entry.count
            return
        if isinstance(entry, BlockDraft):
            self._draft(entry)
        elif entry.op is Op.MOVE_TO:
            self._move(entry)
        self.block += 1

    def _stroke(self, draft: BlockDraft, sort: Hashable) -> Stroke:
        if sort != self.sort:
            self.strokes.append(Stroke(number=len(self.strokes) + 1, block=self.block, draft=draft))
        self.sort = sort
        return self.strokes[-1]

    def _draft(self, draft: BlockDraft) -> None:
        strip = draft.strip
        if strip.whole:
            self._whole(draft)
            return
        self._reshape(draft)
        draft.runs = tuple([self._run(draft, run) for run in strip.runs])
        if strip.mark is Op.EQUAL:
            self.sort = None
        else:
            stroke = self._stroke(draft, WORDS)
            stroke.write(strip.mark, MARK)
            draft.mark_change = stroke.number

    def _whole(self, draft: BlockDraft) -> None:
        strip = draft.strip
        row = [container.key for container in draft.leaf.block.path if container.kind is ContainerKind.ROW]
        stroke = self._stroke(draft, ("row", strip.mark, *row) if row else ("block", self.block))
        stroke.whole = True
        stroke.write(strip.mark, "".join([run.text for run in strip.runs]) + MARK)
        draft.change = draft.mark_change = stroke.number
        draft.runs = tuple([_numbered(run, stroke) for run in strip.runs])

    def _reshape(self, draft: BlockDraft) -> None:
        if not (draft.was or draft.now):
            self.shape = None
            return
        sort = (draft.was, draft.now)
        if self.shape is None or self.shape[0] != sort:
            self.sort = None
            self.shape = (sort, self._stroke(draft, ("shape", sort)))
            self.sort = None
        stroke = self.shape[1]
        stroke.lost, stroke.got = sort
        stroke.write(Op.EQUAL, draft.leaf.block.text + MARK)
        draft.change = stroke.number

    def _move(self, moved: Moved) -> None:
        draft, self.sort = moved.draft, None
        if moved.move not in self.moves:
            self.moves[moved.move] = self._stroke(draft, ("move", moved.move))
        stroke = self.moves[moved.move]
        stroke.move = moved.move
        for run in draft.strip.runs:
            stroke.write(run.op, run.text)
        stroke.write(Op.EQUAL, MARK)
        draft.change = draft.mark_change = stroke.number
        self.sort = None
        draft.runs = tuple([self._moved_run(moved, stroke, run) for run in draft.strip.runs])
        self.sort = None

    def _moved_run(self, moved: Moved, stroke: Stroke, run: Run) -> Run:
        if run.op is Op.DELETE or run.op is Op.INSERT:
            return self._run(moved.draft, run)
        self.sort = None
        return _numbered(run, stroke)

    def _run(self, draft: BlockDraft, run: Run) -> Run:
        if run.op is Op.EQUAL:
            self.sort = None
            return run
        stroke = self._stroke(draft, ("format", run.was, run.now) if run.op is Op.REFORMAT else WORDS)
        stroke.lost, stroke.got = run.was, run.now
        stroke.write(run.op, run.text)
        return _numbered(run, stroke)


def _numbered(run: Run, stroke: Stroke) -> Run:
    return Run(run.op, run.text, run.was, run.now, run.formats, run.words, stroke.number)
