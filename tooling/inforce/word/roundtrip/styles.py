"""Formatting of paragraphs and characters that Markdown supports: styles, numbering and formats.

Invariants: styles are identified by name, which Word and LibreOffice keep, and not only by id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn

from inforce.markdown import BlockKind
from inforce.word.roundtrip.values import Form, Look, Numbering

_HEADING = re.compile(r"heading ([1-6])")
_QUOTES = ("quote", "intense quote", "quotations")
_CODES = ("code", "html preformatted", "preformatted text", "source code")
_MONOSPACED = ("courier new", "courier", "consolas", "liberation mono")
_LINKS = ("hyperlink", "internet link", "followedhyperlink")
_NO = ("0", "false", "off", "none")
_LONGEST = 9
_INDENTED = 240  # twentieths of a point: half the indent of one list level
_BLACK = ("auto", "000000")

# Run settings that change the meaning, and their names in messages.
_MEANT = {
    "w:strike": "text struck through by hand; delete it with Track Changes on",
    "w:dstrike": "text struck through by hand; delete it with Track Changes on",
    "w:vanish": "hidden text",
    "w:webHidden": "hidden text",
}
_SHOWN_ONLY = ("w:u", "w:highlight", "w:shd", "w:color", "w:caps", "w:smallCaps")


@dataclass(frozen=True, slots=True, kw_only=True)
class Styles:
    """The styles of a document: by id, the names of each and of its base styles, nearest first, and elements."""

    names: Mapping[str, tuple[str, ...]]
    elements: Mapping[str, Any]
    numbering: Numbering

    def look(self, properties: Any) -> Look:
        """Read the properties of a paragraph, w:pPr or None."""
        style = _value(properties, "w:pStyle")
        names = self.names.get(style, ())
        heading = next((int(match[1]) for name in names if (match := _HEADING.fullmatch(name))), 0)
        heading = heading or int("title" in names)
        instance, depth = self._number(properties, style)
        list_id = self.numbering.lists.get(instance, instance)
        kind = BlockKind.HEADING if heading else BlockKind.CODE if _any(names, _CODES) else BlockKind.PARAGRAPH
        return Look(
            kind=kind,
            level=heading,
            quoted=_any(names, _QUOTES),
            list_id=list_id,
            instance=instance,
            depth=depth,
            indented=not list_id and _indent(properties) >= _INDENTED,
        )

    def _number(self, properties: Any, style: str) -> tuple[str, int]:
        chain = [properties, *(style_element.find(qn("w:pPr")) for style_element in self._chain(style))]
        for candidate in chain:
            numbering = candidate.find(qn("w:numPr")) if candidate is not None else None
            if numbering is not None:
                number, depth = _value(numbering, "w:numId"), _value(numbering, "w:ilvl")
                return ("", 0) if number in ("", "0") else (number, _number_of(depth))
        return "", 0

    def _chain(self, style: str) -> Iterator[Any]:
        visited: set[str] = set()
        while style in self.elements and style not in visited:
            visited.add(style)
            yield self.elements[style]
            style = _value(self.elements[style], "w:basedOn")

    def forms(self, properties: Any) -> frozenset[Form]:
        """Read the formats of a run from its properties, w:rPr or None; a link without an address is hidden."""
        if properties is None:
            return frozenset()
        names = self.names.get(_value(properties, "w:rStyle"), ())
        formats = set()
        if _switch(properties, "w:b", "strong" in names):
            formats.add(Form("strong"))
        if _switch(properties, "w:i", "emphasis" in names):
            formats.add(Form("emphasis"))
        if _font(properties) in _MONOSPACED or "html code" in names:
            formats.add(Form("code"))
        if _any(names, _LINKS):
            formats.add(Form("link"))
        return frozenset(formats)


def styles_of(document: Document) -> Styles:
    """Read the styles of `document`."""
    elements = {style.get(qn("w:styleId"), ""): style for style in document.styles.element.iter(qn("w:style"))}
    own = {key: _value(style, "w:name").lower() for key, style in elements.items()}
    names: dict[str, tuple[str, ...]] = {}
    for key in elements:
        chain, at = [], key
        while at in elements and at not in chain:
            chain.append(at)
            at = _value(elements[at], "w:basedOn")
        names[key] = tuple(own[ancestor] for ancestor in chain)
    return Styles(names=names, elements=elements, numbering=numbering_of(document))


def numbering_of(document: Document) -> Numbering:
    """Read the lists of `document`: whether each is ordered, and its start number (ISO/IEC 29500-1, 17.9)."""
    part = next((rel.target_part for rel in document.part.rels.values() if rel.reltype.endswith("/numbering")), None)
    root = getattr(part, "element", None)
    if root is None:
        return Numbering()
    ordered: dict[tuple[str, int], bool] = {}
    starts: dict[tuple[str, int], int] = {}
    lists: dict[str, str] = {}
    restarts: dict[tuple[str, int], int] = {}
    for shape in root.findall(qn("w:abstractNum")):
        for level in shape.findall(qn("w:lvl")):
            key = (shape.get(qn("w:abstractNumId"), ""), _number_of(level.get(qn("w:ilvl"))))
            ordered[key] = _value(level, "w:numFmt") not in ("bullet", "none")
            starts[key] = _number_of(_value(level, "w:start"), 1)
    for number in root.findall(qn("w:num")):
        name = number.get(qn("w:numId"), "")
        lists[name] = _value(number, "w:abstractNumId")
        for level in number.findall(qn("w:lvlOverride")):
            if begin := _value(level, "w:startOverride"):
                restarts[name, _number_of(level.get(qn("w:ilvl")))] = _number_of(begin, 1)
    return Numbering(lists=lists, ordered=ordered, starts=starts, restarts=restarts)


def meant_by_hand(properties: Any) -> str:
    """Return the name of a run setting that changes the meaning and that Markdown lacks; "" if there is none."""
    if properties is None:
        return ""
    if _value(properties, "w:vertAlign") in ("superscript", "subscript"):
        return "superscript or subscript"
    return next((problem for name, problem in _MEANT.items() if _switch(properties, name)), "")


def only_shown(properties: Any) -> bool:
    """Return whether a run has formatting that only Word shows: underline, highlight, colour or capitals."""
    if properties is None:
        return False
    for name in _SHOWN_ONLY:
        child = properties.find(qn(name))
        if child is not None:
            text = child.get(qn("w:val")) or ""
            if text.lower() not in (*_NO, *_BLACK, "clear", "nil") and not (name == "w:shd" and not text):
                return True
    return False


def has_line(properties: Any) -> bool:
    """Return whether a paragraph has a bottom border."""
    border = properties.find(f"{qn('w:pBdr')}/{qn('w:bottom')}") if properties is not None else None
    return border is not None and border.get(qn("w:val")) not in ("nil", "none")


def _value(element: Any, name: str) -> str:
    child = element.find(qn(name)) if element is not None else None
    return "" if child is None else str(child.get(qn("w:val"), ""))


def _switch(properties: Any, name: str, otherwise: bool = False) -> bool:
    child = properties.find(qn(name))
    return otherwise if child is None else child.get(qn("w:val"), "1").lower() not in _NO


def _font(properties: Any) -> str:
    fonts = properties.find(qn("w:rFonts"))
    return "" if fonts is None else str(fonts.get(qn("w:ascii"), "")).lower()


def _indent(properties: Any) -> int:
    indent = properties.find(qn("w:ind")) if properties is not None else None
    text = "0" if indent is None else indent.get(qn("w:start")) or indent.get(qn("w:left")) or "0"
    return _number_of(text)


def _number_of(text: str | None, otherwise: int = 0) -> int:
    """Parse a number from untrusted input; return `otherwise` if it is invalid."""
    plain = (text or "").strip()
    return int(plain) if plain.isascii() and plain.lstrip("-").isdigit() and len(plain) <= _LONGEST else otherwise


def _any(names: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return any(name in wanted for name in names)
