"""The two texts of a document, as blocks: with every tracked change rejected, and with every one accepted.

Invariants: a paragraph with a deleted mark continues in the next one. Word processors disagree on the settings of
joined paragraphs; `Block.torn` is set if this matters and cannot be determined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from inforce.markdown import BlockKind
from inforce.word.roundtrip.values import (
    BLANKS,
    PLAIN,
    Form,
    Forms,
    Look,
    Numbering,
    Paragraph,
    Side,
    Story,
    Stretch,
    Table,
    WordCell,
)

_SIMILAR_LOOKS = 2


class Sign(NamedTuple):
    """One character of a text: its formats, its position in the original text (or -1), and its link's address."""

    text: str
    forms: Forms
    base: int
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisedBlock:
    """A paragraph of one text: its characters, its formatting, and all candidate formattings (`looks`).

    `number` is the number that the list `list_name` shows before it: 0 for a bullet, None without one. `torn` is true
    if paragraphs of different kinds were joined. `anchors` contains the numbers of our bookmarks in it.
    """

    signs: tuple[Sign, ...]
    look: Look
    looks: tuple[Look, ...] = ()
    number: int | None = None
    list_name: str = ""
    torn: bool = False
    anchors: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """The words."""
        return "".join([sign.text for sign in self.signs])

    @property
    def is_shown(self) -> bool:
        """Whether a text has a block for it; blank paragraphs are only spacing."""
        return bool(self.text.strip(BLANKS)) or self.number is not None or self.look.kind is not BlockKind.PARAGRAPH


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCell:
    """A cell, and its place (table, row, cell) in the document including changes."""

    place: tuple[int, int, int]
    block: RevisedBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table of one text: rows of cells; `crowded` are the texts of cells with more than one paragraph."""

    rows: tuple[tuple[GridCell, ...], ...]
    crowded: tuple[str, ...] = ()


@dataclass(slots=True)
class _Counter:
    """Counter of list numbers and list restarts."""

    numbering: Numbering
    counts: dict[tuple[str, int], int] = field(default_factory=dict)
    begun: dict[str, int] = field(default_factory=dict)
    met: set[tuple[str, int]] = field(default_factory=set)

    def take(self, look: Look) -> tuple[int | None, str]:
        """Return the number of a paragraph formatted as `look`, and a name of its list in this text."""
        if not look.list_id:
            return None, ""
        key, instance = (look.list_id, look.depth), (look.instance, look.depth)
        if instance in self.numbering.restarts and instance not in self.met:
            if key in self.counts:
                self.begun[look.list_id] = self.begun.get(look.list_id, 0) + 1
            self.counts[key] = self.numbering.restarts[instance] - 1
        self.met.add(instance)
        name = f"{look.list_id}/{self.begun.get(look.list_id, 0)}"
        for other in [count for count in self.counts if count[0] == look.list_id and count[1] > look.depth]:
            del self.counts[other]
        if not self.numbering.ordered.get(key, False):
            return 0, name
        self.counts[key] = self.counts.get(key, self.numbering.starts.get(key, 1) - 1) + 1
        return self.counts[key], name


def side_of(story: Story, side: Side) -> tuple[RevisedBlock | Grid, ...]:
    """Return the blocks and tables of one `side` of `story`, without blank paragraphs."""
    counter = _Counter(story.numbering)
    revised: list[RevisedBlock | Grid] = []
    waiting: list[Paragraph] = []
    for place, paragraph in enumerate(story.body):
        if isinstance(paragraph, Paragraph):
            waiting.append(paragraph)
            if side.has(paragraph.mark):
                revised.extend(_block(waiting, side, counter))
                waiting = []
            continue
        revised.extend(_block(waiting, side, counter))
        waiting = []
        grid = _grid(place, paragraph, side)
        if grid.rows:
            revised.append(grid)
    revised.extend(_block(waiting, side, counter))
    return tuple(revised)


def _block(paragraphs: list[Paragraph], side: Side, counter: _Counter) -> Iterator[RevisedBlock]:
    """Yield the block of `paragraphs`, of which the last keeps its mark; yield nothing if it would be blank."""
    if not paragraphs:
        return
    look, torn = _settled(paragraphs, side)
    signs = _signs(paragraphs, side, whole=look.kind is BlockKind.CODE)
    looks = tuple(paragraph.was if side is Side.BEFORE else paragraph.look for paragraph in paragraphs)
    anchors = tuple(paragraph.anchor for paragraph in paragraphs if paragraph.anchor is not None)
    whole_gone = not side.has(paragraphs[-1].mark)
    block = RevisedBlock(signs=signs, look=look, looks=looks, torn=torn, anchors=anchors)
    if whole_gone and not block.text.strip(BLANKS):
        return
    number, list_name = counter.take(look)
    block = replace(block, number=number, list_name=list_name)
    if block.is_shown:
        yield block


def _settled(paragraphs: list[Paragraph], side: Side) -> tuple[Look, bool]:
    """Return the settings of joined `paragraphs`: those of the only non-empty one, otherwise of the last."""
    looks = [paragraph.was if side is Side.BEFORE else paragraph.look for paragraph in paragraphs]
    live = [look for paragraph, look in zip(paragraphs, looks, strict=True) if paragraph.text(side).strip(BLANKS)]
    different = {(look.kind, look.level, look.list_id, look.depth, look.quoted) for look in live}
    if len(live) == 1:
        return live[0], False
    return (live or looks)[-1], len(different) >= _SIMILAR_LOOKS


def _signs(paragraphs: list[Paragraph], side: Side, *, whole: bool = False) -> tuple[Sign, ...]:
    signs = [sign for paragraph in paragraphs for part in paragraph.stretches for sign in signs_of_stretch(part, side)]
    return tuple(signs) if whole else trimmed(signs)


def signs_of_stretch(part: Stretch, side: Side) -> Iterator[Sign]:
    """Yield the characters of `part` if it is on `side`; blanks have no formats except code."""
    if not side.has(part.state):
        return
    forms = part.were if side is Side.BEFORE else part.forms
    blank = forms if Form("code") in forms else PLAIN
    for place, text in enumerate(part.text):
        base = part.base + place if part.base >= 0 else -1
        yield Sign(text, blank if text.isspace() else forms, base, part.address)


def trimmed(signs: list[Sign]) -> tuple[Sign, ...]:
    """Return `signs` without blanks at both ends and around line breaks, which Markdown does not keep."""
    trimmed: list[Sign] = []
    for sign in signs:
        if sign.text == "\n":
            while trimmed and trimmed[-1].text in (" ", "\t"):
                trimmed.pop()
        elif sign.text in (" ", "\t") and (not trimmed or trimmed[-1].text == "\n") and Form("code") not in sign.forms:
            continue
        trimmed.append(sign)
    while trimmed and trimmed[-1].text in (" ", "\t", "\n"):
        trimmed.pop()
    return tuple(trimmed)


def _grid(number: int, table: Table, side: Side) -> Grid:
    rows: list[tuple[GridCell, ...]] = []
    crowded: list[str] = []
    for place, row in enumerate(table.rows):
        if side.has(row.state):
            cells = (
                GridCell(place=(number, place, column), block=_cell(cell, side, crowded))
                for column, cell in enumerate(row.cells)
                if side.has(cell.state)
            )
            rows.append(tuple(cells))
    return Grid(rows=tuple(row for row in rows if row), crowded=tuple(crowded))


def _cell(cell: WordCell, side: Side, crowded: list[str]) -> RevisedBlock:
    """Return one block of the content of `cell`; the rest is added to `crowded`."""
    waiting: list[Paragraph] = []
    blocks: list[RevisedBlock] = []
    for paragraph in cell.paragraphs:
        waiting.append(paragraph)
        if side.has(paragraph.mark):
            blocks.append(_in_cell(waiting, side))
            waiting = []
    if waiting:
        blocks.append(_in_cell(waiting, side))
    blocks = [block for block in blocks if block.text.strip(BLANKS) or block.look.list_id]
    if len(blocks) > 1 or any(block.look.list_id for block in blocks):
        crowded.append(" / ".join(block.text for block in blocks))
    return blocks[0] if blocks else RevisedBlock(signs=(), look=Look(kind=BlockKind.CELL))


def _in_cell(paragraphs: list[Paragraph], side: Side) -> RevisedBlock:
    look, _ = _settled(paragraphs, side)
    anchors = tuple(paragraph.anchor for paragraph in paragraphs if paragraph.anchor is not None)
    return RevisedBlock(
        signs=_signs(paragraphs, side), look=replace(look, kind=BlockKind.CELL, level=0), anchors=anchors
    )
