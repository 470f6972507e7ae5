"""Blocks as paragraphs: style, number, indent, words, and the revision of the paragraph mark.

Invariants: a paragraph mark is tracked like any word (ISO/IEC 29500-1, 17.13.5), so that accepting a join joins the
paragraphs and rejecting a split rejoins them. The style is the new one; the old style is tracked.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from inforce.markdown import BlockKind, ContainerKind
from inforce.redline import BlockState, Format, Op, RedlineBlock, Run
from inforce.word.export.inline import runs_xml
from inforce.word.export.links import WordLinks
from inforce.word.export.lists import Lists
from inforce.word.export.markup import element, value
from inforce.word.export.revisions import TAGS, Revisions

_LINE = element(
    "w:pBdr", element("w:bottom", attributes={"w:val": "single", "w:sz": "6", "w:space": "1", "w:color": "auto"})
)
ANCHOR = "_inforce"  # Word hides bookmarks with this prefix
_LISTS = (ContainerKind.BULLET_LIST, ContainerKind.ORDERED_LIST)
# Word cannot track moved rows: in a table, moves are written as deletions and insertions.
_AS_IN_TABLES = {Op.MOVE_FROM: Op.DELETE, Op.MOVE_TO: Op.INSERT}


@dataclass(slots=True, kw_only=True)
class Paragraphs:
    """Writer of paragraphs and the counters it uses; `right_to_left` is the direction of the language.

    If `anchored`, every block outside tables starts with a bookmark that identifies it.
    """

    revisions: Revisions
    right_to_left: bool
    anchored: bool = False
    links: WordLinks = field(default_factory=WordLinks)
    lists: Lists = field(default_factory=Lists)

    def flowing(self, place: int, block: RedlineBlock, mark: Op) -> str:
        """Return `block`, at index `place` of all blocks, as a paragraph; `mark` is the operation on its mark."""
        paragraph = element(
            "w:p", self._properties(block, mark), self._anchor(place), self._bookmark(block), self._runs(block.runs)
        )
        if block.partner is None:
            return paragraph
        return self._in_range(f"move{min(place, block.partner)}", block.mark, paragraph)

    def in_cell(self, block: RedlineBlock, mark: Op) -> str:
        """Return `block` as a paragraph of a table cell; `mark` is the operation on its paragraph mark."""
        runs = tuple([_in_table(run) for run in block.runs])
        header = block.path[-1].number == 0
        style = value("w:pStyle", "TableHeading") if header else ""
        sides = {"right": "end", "center": "center"}
        aligned = value("w:jc", sides[block.align]) if block.align in sides else ""
        properties = element("w:pPr", style, self._direction(), aligned, self._ending(_AS_IN_TABLES.get(mark, mark)))
        return element("w:p", properties, self._runs(runs))

    def _runs(self, runs: tuple[Run, ...]) -> str:
        return runs_xml(runs, self.revisions, self.links, right_to_left=self.right_to_left)

    def _properties(self, block: RedlineBlock, mark: Op) -> str:
        number, indented = self.lists.properties(block)
        line = _LINE if block.kind is BlockKind.RULE else ""
        changed = self._changed(block)
        return element("w:pPr", _style(block), number, line, self._direction(), indented, self._ending(mark), changed)

    def _direction(self) -> str:
        return "<w:bidi/>" if self.right_to_left else ""

    def _ending(self, mark: Op) -> str:
        return element("w:rPr", self.revisions.mark(TAGS[mark])) if mark in TAGS else ""

    def _changed(self, block: RedlineBlock) -> str:
        """Return the old paragraph properties of the block, if they differ."""
        if block.state not in (BlockState.CHANGED, BlockState.REFORMATTED) or not (block.was or block.now):
            return ""
        style = "".join(
            value("w:pStyle", f"Heading{format_.value}") for format_ in block.was if format_.kind == "heading"
        )
        lists = [ContainerKind(format_.kind) for format_ in block.was if _is_list(format_)]
        number = self.lists.before(lists[-1]) if lists else ""
        return self.revisions.mark("w:pPrChange", element("w:pPr", style, number))

    def _bookmark(self, block: RedlineBlock) -> str:
        is_target = block.kind is BlockKind.HEADING and block.new is not None
        return self.links.bookmark(block.id, self.revisions.number()) if is_target else ""

    def _anchor(self, place: int) -> str:
        if not self.anchored:
            return ""
        number = self.revisions.number()
        start = element("w:bookmarkStart", attributes={"w:id": number, "w:name": f"{ANCHOR}{place}"})
        return start + element("w:bookmarkEnd", attributes={"w:id": number})

    def _in_range(self, name: str, mark: Op, paragraph: str) -> str:
        """Return `paragraph` inside a range of the move `name`; both ends of a move have the same name."""
        tag = TAGS[mark]
        start = self.revisions.mark(f"{tag}RangeStart", name=name)
        return start + paragraph + element(f"{tag}RangeEnd", attributes={"w:id": str(self.revisions.count)})


def _in_table(run: Run) -> Run:
    return replace(run, op=_AS_IN_TABLES[run.op]) if run.op in _AS_IN_TABLES else run


def _style(block: RedlineBlock) -> str:
    if block.kind is BlockKind.HEADING:
        return value("w:pStyle", f"Heading{block.level}")
    if block.kind is BlockKind.CODE:
        return value("w:pStyle", "Code")
    quoted = any(container.kind is ContainerKind.QUOTE for container in block.path)
    return value("w:pStyle", "Quote") if quoted else ""


def _is_list(format_: Format) -> bool:
    return format_.kind in _LISTS
