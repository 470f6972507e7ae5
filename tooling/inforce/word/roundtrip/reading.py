"""Reading of a document's body: the content of each paragraph and table, and the tracked changes.

Invariants: every character of either text is in exactly one stretch. Content that Markdown cannot express causes an
objection with the surrounding words and is never ignored. (ISO/IEC 29500-1, 17.13.5 for tracked changes, 17.16 for
fields.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn

from inforce.markdown import BlockKind
from inforce.word.export.paragraphs import ANCHOR
from inforce.word.roundtrip.addresses import key_of
from inforce.word.roundtrip.styles import Styles, has_line, meant_by_hand, only_shown, styles_of
from inforce.word.roundtrip.values import (
    Comment,
    Form,
    Look,
    Objection,
    Paragraph,
    Side,
    Story,
    Stretch,
    Table,
    TrackedState,
    WordCell,
    WordRow,
    based,
)

_STATES = {
    "w:ins": TrackedState.INSERTED,
    "w:moveTo": TrackedState.INSERTED,
    "w:del": TrackedState.DELETED,
    "w:moveFrom": TrackedState.DELETED,
}
_STATE_OF_TAG = {qn(name): state for name, state in _STATES.items()}
_CELL_STATES = {qn("w:cellIns"): TrackedState.INSERTED, qn("w:cellDel"): TrackedState.DELETED}
_SIGNS = {"w:tab": "\t", "w:ptab": "\t", "w:cr": "\n", "w:noBreakHyphen": "\u2011", "w:softHyphen": "\u00ad"}
_SIGN_OF_TAG = {qn(name): sign for name, sign in _SIGNS.items()}
_AROUND = frozenset(qn(name) for name in ("w:sdt", "w:sdtContent", "w:smartTag", "w:customXml", "w:dir", "w:bdo"))
_REFUSED = {
    "drawing": "a picture or text box",
    "pict": "a picture or text box",
    "object": "an embedded object",
    "AlternateContent": "a picture or text box",
    "footnoteReference": "a footnote",
    "endnoteReference": "an endnote",
    "oMath": "a formula",
    "oMathPara": "a formula",
    "sym": "a character of a symbol font",
    "ruby": "a reading aid",
    "altChunk": "an inserted file",
    "subDoc": "an inserted file",
}
_LINK_FIELD = re.compile(r'\s*HYPERLINK\s+(?:"(?P<address>[^"]*)")?\s*(?:\\l\s+"(?P<anchor>[^"]*)")?.*', re.DOTALL)


@dataclass(slots=True)
class _Field:
    """A field being read: its instruction, and whether its result has started."""

    instruction: str = ""
    shows: bool = False


@dataclass(slots=True)
class _Remark:
    author: str
    text: str
    words: str = ""
    heading: str = ""
    seen: bool = False


@dataclass(slots=True)
class _StoryReader:
    document: Document
    styles: Styles
    objections: list[Objection] = field(default_factory=list)
    remarks: list[Objection] = field(default_factory=list)
    comments: dict[str, _Remark] = field(default_factory=dict)
    open_comments: set[str] = field(default_factory=set)
    fields: list[_Field] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    shown_only: bool = False
    heading: str = ""
    base: int = 0

    def body(self, parent: Any) -> Iterator[Paragraph | Table]:
        for child in parent:
            if child.tag == qn("w:p"):
                yield self.paragraph(child)
            elif child.tag == qn("w:tbl"):
                yield self.table(child)
            elif child.tag in _AROUND:
                yield from self.body(child)
            elif name := _REFUSED.get(_local(child)):
                self.objections.append(Objection(problem=f"{name} cannot be imported", words=self.heading))
            else:
                self.mark_comment(child)

    def paragraph(self, element: Any) -> Paragraph:
        properties = element.find(qn("w:pPr"))
        self.problems, self.shown_only = [], False
        anchors = [name for bookmark in element.iter(qn("w:bookmarkStart")) if (name := bookmark.get(qn("w:name"), ""))]
        stretches, self.base = based(self.inline(element, TrackedState.KEPT, ""), self.base)
        look = self.styles.look(properties)
        changed = properties.find(qn("w:pPrChange")) if properties is not None else None
        was = look if changed is None else self.styles.look(changed.find(qn("w:pPr")))
        if has_line(properties) and not any(stretch.text.strip() for stretch in stretches):
            look = was = Look(kind=BlockKind.RULE)
        mark = _mark(properties.find(qn("w:rPr")) if properties is not None else None)
        numbers = [name.removeprefix(ANCHOR) for name in anchors if name.startswith(ANCHOR)]
        anchor = next((int(number) for number in numbers if number.isdecimal() and len(number) <= 9), None)
        others = tuple(name for name in anchors if not name.startswith(ANCHOR))
        result = Paragraph(stretches=stretches, mark=mark, look=look, was=was, anchor=anchor, bookmarks=others)
        self.conclude(result)
        return result

    def conclude(self, paragraph: Paragraph) -> None:
        """Add the objections to, and remarks about, `paragraph` after reading it."""
        words = paragraph.text(Side.AFTER) or paragraph.text(Side.BEFORE)
        for problem in dict.fromkeys(self.problems):
            self.objections.append(Objection(problem=f"{problem} cannot be imported", words=words))
        if self.shown_only:
            problem = "underlining, colour, highlighting or capitals are left out: Markdown does not support them"
            self.remarks.append(Objection(problem=problem, words=words))
        if paragraph.look.kind is BlockKind.HEADING and words.strip():
            self.heading = words.strip()

    def inline(self, parent: Any, state: TrackedState, address: str) -> Iterator[Stretch]:
        for child in parent:
            tag = child.tag
            if tag == qn("w:r"):
                yield from self.run(child, state, address)
            elif tag == qn("w:hyperlink"):
                yield from self.inline(child, state, self.address(child))
            elif tag in _STATE_OF_TAG:
                yield from self.inline(child, _together(state, _STATE_OF_TAG[tag]), address)
            elif tag in _AROUND:
                yield from self.inline(child, state, address)
            elif tag == qn("w:fldSimple"):
                yield from self.simple_field(child, state, address)
            elif tag != qn("w:pPr"):
                self.other(child, state)

    def other(self, element: Any, state: TrackedState) -> None:
        self.mark_comment(element)
        if (name := _REFUSED.get(_local(element))) and Side.AFTER.has(state):
            self.problems.append(name)

    def run(self, element: Any, state: TrackedState, address: str) -> Iterator[Stretch]:
        properties = element.find(qn("w:rPr"))
        for child in element:
            if child.tag in (qn("w:fldChar"), qn("w:instrText"), qn("w:delInstrText")):
                self.take_field(child, state)
            text = self.sign(child, state)
            if text and not (self.fields and not self.fields[-1].shows):
                yield self.stretch(text, properties, state, address or self.field_address())

    def stretch(self, text: str, properties: Any, state: TrackedState, address: str) -> Stretch:
        forms = self.styles.forms(properties)
        changed = properties.find(qn("w:rPrChange")) if properties is not None else None
        were = forms if changed is None else self.styles.forms(changed.find(qn("w:rPr")))
        if address:
            link = Form("link", key_of(address))
            forms, were = (
                frozenset(format_ for format_ in side if format_.kind != "link") | {link} for side in (forms, were)
            )
        if Side.AFTER.has(state) and text.strip():
            if problem := meant_by_hand(properties):
                self.problems.append(problem)
            self.shown_only |= not address and Form("link") not in forms and only_shown(properties)
        for name in self.open_comments:
            if Side.AFTER.has(state) and name in self.comments:
                self.comments[name].words += text
        return Stretch(text=text, state=state, forms=forms, were=were, address=address)

    def sign(self, element: Any, state: TrackedState) -> str:
        """Return the characters that `element` of a run represents."""
        if element.tag in (qn("w:t"), qn("w:delText")):
            return str(element.text or "")
        if element.tag in _SIGN_OF_TAG:
            return _SIGN_OF_TAG[element.tag]
        if element.tag == qn("w:br"):
            if element.get(qn("w:type"), "textWrapping") == "textWrapping":
                return "\n"
            self.shown_only |= Side.AFTER.has(state)
            return ""
        self.other(element, state)
        return ""

    def address(self, link: Any) -> str:
        relation = self.document.part.rels.get(link.get(qn("r:id"), ""))
        target = relation.target_ref if relation is not None and relation.is_external else ""
        anchor = link.get(qn("w:anchor"), "")
        return f"{target}#{anchor}" if anchor else target

    def take_field(self, element: Any, state: TrackedState) -> None:
        if element.tag != qn("w:fldChar"):
            if self.fields:
                self.fields[-1].instruction += element.text or ""
            return
        kind = element.get(qn("w:fldCharType"))
        if kind == "begin":
            self.fields.append(_Field())
        elif kind == "separate" and self.fields:
            self.fields[-1].shows = True
            self.check_field(self.fields[-1].instruction, state)
        elif kind == "end" and self.fields:
            closed = self.fields.pop()
            if not closed.shows:
                self.check_field(closed.instruction, state)

    def check_field(self, instruction: str, state: TrackedState) -> None:
        if not _LINK_FIELD.fullmatch(instruction) and Side.AFTER.has(state):
            self.problems.append(f"a field ({' '.join(instruction.split())[:40] or 'empty'})")

    def field_address(self) -> str:
        result = next((candidate for candidate in reversed(self.fields) if candidate.shows), None)
        return _field_address(result.instruction) if result else ""

    def simple_field(self, element: Any, state: TrackedState, address: str) -> Iterator[Stretch]:
        instruction = element.get(qn("w:instr"), "")
        self.check_field(instruction, state)
        yield from self.inline(element, state, address or _field_address(instruction))

    def mark_comment(self, element: Any) -> None:
        name = element.get(qn("w:id"), "") if isinstance(element.tag, str) else ""
        if element.tag == qn("w:commentRangeStart"):
            self.open_comments.add(name)
        elif element.tag == qn("w:commentRangeEnd"):
            self.open_comments.discard(name)
        if _local(element).startswith("comment") and name in self.comments and not self.comments[name].seen:
            self.comments[name].seen, self.comments[name].heading = True, self.heading

    def table(self, element: Any) -> Table:
        return Table(rows=tuple(self.row(row) for row in _rows(element)))

    def row(self, element: Any) -> WordRow:
        properties = element.find(qn("w:trPr"))
        cells = tuple(self.cell(cell) for cell in _unwrapped(element, qn("w:tc")))
        return WordRow(cells=cells, state=_mark(properties))

    def cell(self, element: Any) -> WordCell:
        properties = element.find(qn("w:tcPr"))
        paragraphs, state = [], TrackedState.KEPT
        for child in self.body(element):
            if isinstance(child, Table):
                self.objections.append(Objection(problem="a table in a table cannot be imported", words=self.heading))
            else:
                paragraphs.append(child)
        for change in () if properties is None else properties:
            state = _CELL_STATES.get(change.tag, state)
        if properties is not None and (properties.find(qn("w:vMerge")) is not None or _spans(properties)):
            words = " ".join(paragraph.text(Side.AFTER) for paragraph in paragraphs)
            self.objections.append(Objection(problem="merged cells cannot be imported", words=words))
        return WordCell(paragraphs=tuple(paragraphs), state=state)


def read_story(document: Document) -> Story:
    """Read the body of `document` with both its texts, its comments, and the objections."""
    reader = _StoryReader(document, styles_of(document))
    for comment in document.comments if _has_comments(document) else ():
        reader.comments[str(comment.comment_id)] = _Remark(author=comment.author, text=comment.text)
    body = tuple(reader.body(document.element.body))
    comments = (
        Comment(author=entry.author, text=entry.text, words=entry.words, heading=entry.heading)
        for entry in reader.comments.values()
    )
    return Story(
        body=body,
        numbering=reader.styles.numbering,
        comments=tuple(comments),
        objections=tuple(reader.objections),
        remarks=tuple(reader.remarks),
    )


def _has_comments(document: Document) -> bool:
    return any(rel.reltype.endswith("/comments") for rel in document.part.rels.values())


def _together(outer: TrackedState, inner: TrackedState) -> TrackedState:
    if outer in (TrackedState.KEPT, inner):
        return inner
    return TrackedState.TRANSIENT


def _mark(properties: Any) -> TrackedState:
    """Return the state of the paragraph mark or row that has `properties`."""
    state = TrackedState.KEPT
    for change in () if properties is None else properties:
        if change.tag in _STATE_OF_TAG:
            state = _together(state, _STATE_OF_TAG[change.tag])
    return state


def _rows(table: Any) -> Iterator[Any]:
    yield from _unwrapped(table, qn("w:tr"))


def _unwrapped(parent: Any, wanted: str) -> Iterator[Any]:
    for child in parent:
        if child.tag == wanted:
            yield child
        elif child.tag in _AROUND:
            yield from _unwrapped(child, wanted)


def _spans(properties: Any) -> bool:
    span = properties.find(qn("w:gridSpan"))
    return span is not None and span.get(qn("w:val"), "1") != "1"


def _field_address(instruction: str) -> str:
    match = _LINK_FIELD.fullmatch(instruction)
    if not match:
        return ""
    anchor = match["anchor"]
    return f"{match['address'] or ''}#{anchor}" if anchor else match["address"] or ""


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
