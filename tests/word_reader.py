"""A minimal reader of Word documents: the text with every tracked change accepted, or every one rejected.

It follows ISO/IEC 29500-1, 17.13.5, and is independent of the code that writes the documents.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
CAME = ("ins", "moveTo", "cellIns")
WENT = ("del", "moveFrom", "cellDel")
WORDS = {f"{W}t": None, f"{W}delText": None, f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n"}


def part(content: bytes, name: str) -> ElementTree.Element:
    """Parse the part `name` of the document `content`."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return ElementTree.fromstring(archive.read(name))  # noqa: S314  # trusted input


def accepted(content: bytes) -> list[str]:
    """Return the paragraphs of `content` with every change accepted."""
    return _paragraphs(content, WENT)


def rejected(content: bytes) -> list[str]:
    """Return the paragraphs of `content` with every change rejected."""
    return _paragraphs(content, CAME)


def _paragraphs(content: bytes, gone: tuple[str, ...]) -> list[str]:
    body = part(content, "word/document.xml").find(f"{W}body")
    assert body is not None
    return list(_story(body, gone))


def _story(parent: ElementTree.Element, gone: tuple[str, ...]) -> Iterator[str]:
    """Yield the paragraphs in `parent`; a paragraph with a deleted mark is joined with the next."""
    begun = ""
    for child in parent:
        if child.tag == f"{W}p":
            begun += "".join(_words(child, gone))
            if not _is(child, "pPr/rPr", gone):
                yield begun
                begun = ""
        elif child.tag == f"{W}tbl":
            if begun:
                yield begun
            begun = ""
            yield from _table(child, gone)
    if begun:
        yield begun


def _table(table: ElementTree.Element, gone: tuple[str, ...]) -> Iterator[str]:
    for row in table.iter(f"{W}tr"):
        if _is(row, "trPr", gone):
            continue
        for cell in row.iter(f"{W}tc"):
            if not _is(cell, "tcPr", gone):
                yield from _story(cell, gone)


def _is(element: ElementTree.Element, properties: str, gone: tuple[str, ...]) -> bool:
    child = element.find("/".join(f"{W}{name}" for name in properties.split("/")))
    return child is not None and any(child.find(f"{W}{name}") is not None for name in gone)


def _words(element: ElementTree.Element, gone: tuple[str, ...]) -> Iterator[str]:
    for child in element:
        if child.tag in WORDS:
            yield WORDS[child.tag] or child.text or ""
        elif child.tag not in [f"{W}{name}" for name in (*gone, "pPr", "rPr")]:
            yield from _words(child, gone)
