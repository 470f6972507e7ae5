"""A redline for the terminal: lines of styled segments, to which the command line adds colours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from inforce.markdown import BlockKind
from inforce.redline import BlockState, Op, Redline, RedlineBlock
from inforce.rendering.labels import ENGLISH, Labels


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment of one line; `style` is `equal`, `delete`, `insert`, `move`, `heading` or `note`."""

    text: str
    style: str


_BRACKETS = {Op.INSERT: ("{+", "+}", "insert"), Op.DELETE: ("[-", "-]", "delete")}


def to_lines(redline: Redline, labels: Labels = ENGLISH) -> Iterator[tuple[Segment, ...]]:
    """Yield the changed blocks of `redline` line by line, each clause under its heading.

    Marks are brackets as in `git diff --word-diff`, so that they work without colour.
    """
    for _, group in groupby(redline.blocks, key=lambda block: block.clause):
        blocks = list(group)
        if all(block.state is BlockState.EQUAL for block in blocks):
            continue
        heading = next((block for block in blocks if block.kind is BlockKind.HEADING), None)
        if heading is not None and heading.state is BlockState.EQUAL:
            yield (Segment("".join(run.text for run in heading.shown), "heading"),)
        for block in blocks:
            if block.state is not BlockState.EQUAL:
                yield tuple(_segments(block, labels))
        yield ()


def _segments(block: RedlineBlock, labels: Labels) -> Iterator[Segment]:
    moved = {BlockState.MOVED_FROM: labels.moved_away, BlockState.MOVED_TO: labels.moved_here}
    if block.state in moved:
        yield Segment(f"{moved[block.state]}: ", "note")
    for run in block.shown:
        start, end, style = _BRACKETS.get(run.op, ("", "", "move" if block.state in moved else "equal"))
        yield Segment(f"{start}{run.text}{end}", style)
        if run.was or run.now:
            was, now = (", ".join(map(str, side)) or labels.plain for side in (run.was, run.now))
            yield Segment(f" ({labels.structure_changed.format(was=was, now=now)})", "note")
    if block.mark in _BRACKETS and block.state is BlockState.CHANGED:
        start, end, style = _BRACKETS[block.mark]
        yield Segment(f"{start}¶{end}", style)
