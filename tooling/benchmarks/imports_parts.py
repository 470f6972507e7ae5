"""Parts of a Word document for `imports_editor`: paragraphs, runs, and their content."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass
class Paragraph:
    """A paragraph of the document, the index of its block, and its expected text; a block can become several
    paragraphs.
    """

    element: ET.Element
    block: int
    says: list[str]
    cell: bool = False


def text_of(paragraph: ET.Element) -> str:
    """Return the words of `paragraph`."""
    return "".join(run_text(run) for run in paragraph.iter(f"{W}r"))


def run_text(run: ET.Element) -> str:
    """Return the words of `run`."""
    signs = {f"{W}tab": "\t", f"{W}br": "\n"}
    return "".join(signs.get(child.tag, child.text or "") if child.tag != f"{W}rPr" else "" for child in run)


def set_text(run: ET.Element, text: str) -> None:
    """Replace the words of `run` with `text`."""
    for child in [child for child in run if child.tag != f"{W}rPr"]:
        run.remove(child)
    ET.SubElement(run, f"{W}t", {XML_SPACE: "preserve"}).text = text


def gone(run: ET.Element) -> ET.Element:
    """Mark the words of `run` as deleted."""
    for child in run.findall(f"{W}t"):
        child.tag = f"{W}delText"
    return run


def runs_of(paragraph: Paragraph) -> list[ET.Element]:
    """Return the runs with words of a paragraph, except those in links."""
    return [run for run in paragraph.element.findall(f"{W}r") if words_of(run)]


def words_of(run: ET.Element) -> list[tuple[int, int]]:
    """Return the start and end of the words of `run`."""
    text = run_text(run)
    return [] if "\n" in text else [match.span() for match in re.finditer(r"\w+", text)]


def properties_of(paragraph: ET.Element) -> ET.Element:
    """Return the properties of `paragraph`, created if missing."""
    child = paragraph.find(f"{W}pPr")
    if child is None:
        child = ET.Element(f"{W}pPr")
        paragraph.insert(0, child)
    return child


def add_mark(properties: ET.Element, revision: ET.Element) -> None:
    """Add `revision` to the paragraph mark of `properties`."""
    looks = properties.find(f"{W}rPr")
    if looks is None:
        looks = ET.SubElement(properties, f"{W}rPr")
    looks.append(revision)


def style_of(paragraph: Paragraph) -> str:
    """Return the style of a paragraph."""
    child = paragraph.element.find(f"{W}pPr/{W}pStyle")
    return "" if child is None else child.get(f"{W}val") or ""


def setting_of(paragraph: Paragraph) -> tuple[str, ...]:
    """Return the format of a paragraph including list and indent; empty for a plain paragraph."""
    numbers = [child.get(f"{W}val") or "" for child in paragraph.element.findall(f"{W}pPr/{W}numPr/*")]
    indent = paragraph.element.find(f"{W}pPr/{W}ind")
    return (
        *numbers,
        *([indent.get(f"{W}left") or ""] if indent is not None else []),
        *filter(None, [style_of(paragraph)]),
    )
