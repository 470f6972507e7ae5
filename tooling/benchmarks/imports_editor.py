"""A simulated editor of Word documents with Track Changes on: edits the XML and records the expected text.

Independent of the import code; it follows ISO/IEC 29500-1, 17.13.5.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from imports_parts import (
    XML_SPACE,
    Paragraph,
    W,
    add_mark,
    gone,
    properties_of,
    run_text,
    runs_of,
    set_text,
    setting_of,
    style_of,
    text_of,
    words_of,
)

SENTENCES = [
    "We tell you thirty days before.",
    "This does not apply to guests & visitors.",
    "The amount is 3.5 % of what you paid (at most 20 euros).",
    "You can object by e-mail at any time; nothing else is needed.",
    "See clause 4, letter (b).",
    "Use *only* the form called my_form_2.",
    "1. That is the rule.",
]
WORDS = ["never", "promptly", "reasonable", "written", "24 months", "customers", "§ 5", "and/or"]


@dataclass
class Editor:
    """Edits a document with Track Changes on, and records the expected text."""

    root: ET.Element
    dice: random.Random
    paragraphs: list[Paragraph] = field(default_factory=list)
    parents: dict[ET.Element, ET.Element] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)
    lost_targets: int = 0
    done: list[str] = field(default_factory=list)
    count: int = 900_000

    def __post_init__(self) -> None:
        """Find the paragraphs, in the order of the blocks of the text."""
        self.parents = {child: parent for parent in self.root.iter() for child in parent}
        block = 0
        for element in self.root.iter(f"{W}p"):
            cell = self.parents[element].tag == f"{W}tc"
            numbered = any(
                (mark.get(f"{W}name") or "").startswith("_inforce") for mark in element.iter(f"{W}bookmarkStart")
            )
            if cell or numbered:
                self.paragraphs.append(Paragraph(element, block, [text_of(element)], cell))
                block += 1

    def revision(self, tag: str, *inner: ET.Element) -> ET.Element:
        """Return a revision `tag` around `inner`."""
        self.count += 1
        element = ET.Element(
            f"{W}{tag}", {f"{W}id": str(self.count), f"{W}author": "Lawyer", f"{W}date": "2027-01-02T03:04:05Z"}
        )
        element.extend(inner)
        return element

    def run(self, text: str, like: ET.Element | None = None) -> ET.Element:
        """Return a run of `text` with the format of `like`."""
        element = ET.Element(f"{W}r")
        looks = like.find(f"{W}rPr") if like is not None else None
        if looks is not None:
            element.append(copy.deepcopy(looks))
        ET.SubElement(element, f"{W}t", {XML_SPACE: "preserve"}).text = text
        return element

    def free(self, wanted: Callable[[Paragraph], bool]) -> Paragraph | None:
        """Return a random unedited paragraph of those that are `wanted`."""
        there = [
            paragraph
            for paragraph in self.paragraphs
            if paragraph.block not in self.touched and paragraph.says[0].strip() and wanted(paragraph)
        ]
        if not there:
            return None
        chosen = self.dice.choice(there)
        self.touched.add(chosen.block)
        return chosen

    def edit(self) -> None:
        """Make one edit of a random kind."""
        kinds = (
            *(self.replace_word, self.replace_word, self.insert_sentence, self.delete_sentence, self.split, self.join),
            *(self.move, self.add_item, self.remove_item, self.change_cell, self.change_heading, self.change_link),
            *(self.add_paragraph, self.remove_paragraph, self.add_row, self.remove_row),
        )
        kind = self.dice.choice(kinds)
        if kind():
            self.done.append(kind.__name__)

    def replace_word(self) -> bool:
        """Replace a word."""
        return self._replace_in(self.free(lambda one: not one.cell and style_of(one) == "" and bool(runs_of(one))))

    def change_cell(self) -> bool:
        """Replace a word in a cell."""
        return self._replace_in(self.free(lambda one: one.cell and bool(runs_of(one))))

    def change_heading(self) -> bool:
        """Replace a word in a heading."""
        return self._replace_in(self.free(lambda one: style_of(one).startswith("Heading") and bool(runs_of(one))))

    def change_link(self) -> bool:
        """Replace a word in the text of a link."""

        def has_link(paragraph: Paragraph) -> bool:
            return paragraph.element.find(f"{W}hyperlink/{W}r/{W}t") is not None

        return self._replace_in(self.free(has_link), inside=f"{W}hyperlink")

    def _replace_in(self, chosen: Paragraph | None, inside: str = "") -> bool:
        """Replace a word of a run, which is split into unchanged, deleted and inserted parts."""
        if chosen is None:
            return False
        holder = self.dice.choice(chosen.element.findall(inside)) if inside else chosen.element
        runs = [run for run in holder.findall(f"{W}r") if words_of(run)]
        if not runs:
            return False
        run = self.dice.choice(runs)
        text = run_text(run)
        start, stop = self.dice.choice(words_of(run))
        new = self.dice.choice(WORDS)
        before = self._before(chosen.element, run)
        place = list(holder).index(run)
        holder.remove(run)
        parts = [
            self.run(text[:start], run) if start else None,
            self.revision("del", gone(self.run(text[start:stop], run))),
            self.revision("ins", self.run(new, run)),
            self.run(text[stop:], run) if stop < len(text) else None,
        ]
        for part in reversed([part for part in parts if part is not None]):
            holder.insert(place, part)
        expected = chosen.says[0]
        chosen.says = [expected[: len(before) + start] + new + expected[len(before) + stop :]]
        return True

    def _before(self, paragraph: ET.Element, run: ET.Element) -> str:
        """Return the text of `paragraph` before `run`."""
        before = ""
        for run_before in paragraph.iter(f"{W}r"):
            if run_before is run:
                return before
            before += run_text(run_before)
        return before

    def insert_sentence(self) -> bool:
        """Add a sentence at the end of a paragraph."""
        chosen = self.free(lambda one: not one.cell and style_of(one) == "")
        if chosen is None:
            return False
        sentence = f" {self.dice.choice(SENTENCES)}"
        chosen.element.append(self.revision("ins", self.run(sentence)))
        chosen.says = [chosen.says[0] + sentence]
        return True

    def delete_sentence(self) -> bool:
        """Delete the last sentence of a run that has several."""
        chosen = self.free(lambda one: not one.cell and any(". " in run_text(run).rstrip() for run in runs_of(one)))
        if chosen is None:
            return False
        run = next(run for run in runs_of(chosen) if ". " in run_text(run).rstrip())
        text = run_text(run)
        cut = text.rindex(". ", 0, len(text.rstrip())) + 1
        before = self._before(chosen.element, run)
        place = list(chosen.element).index(run)
        chosen.element.remove(run)
        chosen.element.insert(place, self.revision("del", gone(self.run(text[cut:], run))))
        chosen.element.insert(place, self.run(text[:cut], run))
        expected = chosen.says[0]
        chosen.says = [(expected[: len(before) + cut] + expected[len(before) + len(text) :]).strip()]
        return True

    def split(self) -> bool:
        """Split a paragraph after a word: the mark of the first half is inserted."""
        chosen = self.free(
            lambda one: not one.cell and style_of(one) == "" and any(len(words_of(run)) > 3 for run in runs_of(one))
        )
        if chosen is None:
            return False
        run = next(run for run in runs_of(chosen) if len(words_of(run)) > 3)
        text = run_text(run)
        cut = words_of(run)[len(words_of(run)) // 2][0]
        before = self._before(chosen.element, run)
        first = ET.Element(f"{W}p")
        properties = copy.deepcopy(chosen.element.find(f"{W}pPr"))
        properties = ET.Element(f"{W}pPr") if properties is None else properties
        add_mark(properties, self.revision("ins"))
        first.append(properties)
        children = [child for child in chosen.element if child.tag != f"{W}pPr"]
        place = children.index(run)
        for child in children[:place]:
            chosen.element.remove(child)
            first.append(child)
        first.append(self.run(text[:cut], run))
        set_text(run, text[cut:])
        self._put(first, chosen.element, 0)
        expected = chosen.says[0]
        chosen.says = [expected[: len(before) + cut].strip(), expected[len(before) + cut :].strip()]
        return True

    def join(self) -> bool:
        """Delete the end of a paragraph whose successor has the same format."""

        def joins(paragraph: Paragraph) -> bool:
            after = self._next(paragraph)
            return (
                after is not None
                and after.block not in self.touched
                and setting_of(after) == setting_of(paragraph)
                and not paragraph.cell
            )

        chosen = self.free(joins)
        if chosen is None:
            return False
        after = self._next(chosen)
        assert after is not None  # noqa: S101 - ensured by `joins`
        self.touched.add(after.block)
        chosen.element.append(self.revision("ins", self.run(" ")))
        add_mark(properties_of(chosen.element), self.revision("del"))
        after.says = [f"{chosen.says[0]} {after.says[0]}"]
        chosen.says = []
        return True

    def _next(self, paragraph: Paragraph) -> Paragraph | None:
        place = self.paragraphs.index(paragraph) + 1
        after = self.paragraphs[place] if place < len(self.paragraphs) else None
        siblings = list(self.parents[paragraph.element])
        if after is None or after.cell or after.element not in siblings or not after.says or not after.says[0].strip():
            return None
        return after if siblings.index(after.element) == siblings.index(paragraph.element) + 1 else None

    def move(self) -> bool:
        """Move a paragraph before another one, as Word tracks moves."""
        chosen = self.free(lambda one: not one.cell and setting_of(one) == () and style_of(one) == "")
        target = self.free(
            lambda one: not one.cell and setting_of(one) == () and style_of(one).startswith(("Heading", ""))
        )
        if chosen is None or target is None:
            return False
        name = f"move{self.count}"
        arrived = copy.deepcopy(chosen.element)
        for mark in [*arrived.findall(f"{W}bookmarkStart"), *arrived.findall(f"{W}bookmarkEnd")]:
            arrived.remove(mark)
        for element, tag in ((chosen.element, "moveFrom"), (arrived, "moveTo")):
            self._wrap_all(element, tag)
            add_mark(properties_of(element), self.revision(tag))
        self._put(arrived, target.element, 0)
        for element, tag in ((chosen.element, "moveFrom"), (arrived, "moveTo")):
            start = self.revision(f"{tag}RangeStart")
            start.set(f"{W}name", name)
            end = ET.Element(f"{W}{tag}RangeEnd", {f"{W}id": start.get(f"{W}id") or ""})
            self._put(start, element, 0)
            self._put(end, element, 1)
        target.says = [chosen.says[0], target.says[0]]
        chosen.says = []
        return True

    def add_item(self) -> bool:
        """Insert an item before one of a list."""
        chosen = self.free(lambda one: one.element.find(f"{W}pPr/{W}numPr") is not None)
        if chosen is None:
            return False
        sentence = self.dice.choice(SENTENCES)
        self._add_before(chosen, sentence, copy.deepcopy(properties_of(chosen.element)))
        return True

    def add_paragraph(self) -> bool:
        """Insert a paragraph before another one."""
        chosen = self.free(lambda one: not one.cell and setting_of(one) == ())
        if chosen is None:
            return False
        self._add_before(chosen, self.dice.choice(SENTENCES), ET.Element(f"{W}pPr"))
        return True

    def _add_before(self, chosen: Paragraph, sentence: str, properties: ET.Element) -> None:
        element = ET.Element(f"{W}p")
        add_mark(properties, self.revision("ins"))
        element.append(properties)
        element.append(self.revision("ins", self.run(sentence)))
        self._put(element, chosen.element, 0)
        chosen.says = [sentence, chosen.says[0]]

    def remove_item(self) -> bool:
        """Delete an item of a list."""
        return self._remove(self.free(lambda one: one.element.find(f"{W}pPr/{W}numPr") is not None))

    def remove_paragraph(self) -> bool:
        """Delete a paragraph."""
        return self._remove(self.free(lambda one: not one.cell and setting_of(one) == () and style_of(one) == ""))

    def _remove(self, chosen: Paragraph | None) -> bool:
        if chosen is None:
            return False
        self._wrap_all(chosen.element, "del")
        add_mark(properties_of(chosen.element), self.revision("del"))
        chosen.says = []
        self.lost_targets += 1
        return True

    def add_row(self) -> bool:
        """Insert a row with new words after one of a table."""
        chosen = self.free(lambda one: one.cell)
        if chosen is None:
            return False
        row = self.parents[self.parents[chosen.element]]
        mine = [
            paragraph
            for paragraph in self.paragraphs
            if paragraph.cell and self.parents[self.parents[paragraph.element]] is row
        ]
        if any(one.block in self.touched and one is not chosen for one in mine):
            return False
        copied = copy.deepcopy(row)
        for properties in copied.findall(f"{W}trPr"):
            copied.remove(properties)
        properties = ET.Element(f"{W}trPr")
        properties.append(self.revision("ins"))
        copied.insert(0, properties)
        words = []
        for cell in copied.iter(f"{W}p"):
            for child in [child for child in cell if child.tag != f"{W}pPr"]:
                cell.remove(child)
            words.append(self.dice.choice(SENTENCES))
            add_mark(properties_of(cell), self.revision("ins"))
            style = cell.find(f"{W}pPr/{W}pStyle")
            if style is not None:
                properties_of(cell).remove(style)
            cell.append(self.revision("ins", self.run(words[-1])))
        self._put(copied, row, 1)
        self.touched.update(one.block for one in mine)
        mine[-1].says = [*mine[-1].says, *words]
        return True

    def remove_row(self) -> bool:
        """Delete a row of a table, but not its header."""
        chosen = self.free(lambda one: one.cell)
        if chosen is None:
            return False
        row = self.parents[self.parents[chosen.element]]
        table = self.parents[row]
        mine = [
            paragraph
            for paragraph in self.paragraphs
            if paragraph.cell and self.parents[self.parents[paragraph.element]] is row
        ]
        if row is table.find(f"{W}tr") or any(one.block in self.touched and one is not chosen for one in mine):
            return False
        properties = row.find(f"{W}trPr")
        if properties is None:
            properties = ET.Element(f"{W}trPr")
            row.insert(0, properties)
        properties.append(self.revision("del"))
        for one in mine:
            self._wrap_all(one.element, "del")
            add_mark(properties_of(one.element), self.revision("del"))
            one.says = []
            self.touched.add(one.block)
        self.lost_targets += 1
        return True

    def _wrap_all(self, paragraph: ET.Element, tag: str) -> None:
        """Wrap every run in a revision, including those in links."""
        for holder in [paragraph, *paragraph.findall(f"{W}hyperlink")]:
            for run in holder.findall(f"{W}r"):
                place = list(holder).index(run)
                holder.remove(run)
                inner = gone(run) if tag == "del" else run
                holder.insert(place, self.revision(tag, inner))

    def _put(self, element: ET.Element, beside: ET.Element, offset: int) -> None:
        parent = self.parents[beside]
        parent.insert(list(parent).index(beside) + offset, element)
        self.parents[element] = parent
        self.parents |= {child: up for up in element.iter() for child in up}
