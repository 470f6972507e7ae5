"""Do changes made in Word come back as the Markdown they mean, and what does that cost?

Each round exports a text, edits the document as a person would with Track Changes on, and takes it back. The editor
here knows nothing of how documents are read: it changes their XML, and keeps beside it what the text must then say.
Half of the rounds are opened and saved by LibreOffice in between, where that is installed (on Debian:
libreoffice-writer-nogui). A round is right if the new text says what it must, lines of blocks that nobody edited are
as they were, and no link was lost; refused, if nothing came back but the reason; else it is silently wrong.

Takes the texts of the book of this repository, or, given the folder of a git repository, every state of every Markdown
file in its history. (It is not called docx.py, for then `import docx` would find it.)
"""

from __future__ import annotations

import copy
import difflib
import io
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from inforce.language import Language
from inforce.markdown import parse
from inforce.store.folder import read_book
from inforce.text import Digest, canonical
from inforce.word.manuscript import Origin, Returned, parse_manuscript, take_back, to_manuscript

SEED = 20270301
ROUNDS = 100
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
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


def texts(repository: str | None) -> list[tuple[str, str]]:
    """Give every text, with a name, without front matter and not too short."""
    return [(name, text) for name, text in _texts(repository) if len(text) > 1500]


def _texts(repository: str | None) -> Iterator[tuple[str, str]]:
    if repository is None:
        for policy in read_book(Path()).require():
            for version in policy.versions:
                for edition in version.editions:
                    yield f"{policy.id} {version.label} {edition.language}", edition.text
        return
    for path in _git(repository, "ls-files", "*.md").split():
        for commit in _git(repository, "log", "--diff-filter=AM", "--format=%H", "--", path).split():
            text = re.sub(r"\A---\n.*?\n---\n", "", _git(repository, "show", f"{commit}:{path}"), flags=re.DOTALL)
            yield f"{path} {commit[:8]}", canonical(text)


def _git(repository: str, *words: str) -> str:
    return subprocess.run(["git", "-C", repository, *words], capture_output=True, text=True, check=True).stdout


@dataclass
class Paragraph:
    """A paragraph of the document, the number of its block, and what its text must be: a block can become several."""

    element: ET.Element
    block: int
    says: list[str]
    cell: bool = False


@dataclass
class Editor:
    """Edits a document with Track Changes on, and knows what it must then say."""

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
                self.paragraphs.append(Paragraph(element, block, [_text(element)], cell))
                block += 1

    def revision(self, tag: str, *inner: ET.Element) -> ET.Element:
        """Make a revision `tag` around `inner`."""
        self.count += 1
        made = ET.Element(
            f"{W}{tag}", {f"{W}id": str(self.count), f"{W}author": "Lawyer", f"{W}date": "2027-01-02T03:04:05Z"}
        )
        made.extend(inner)
        return made

    def run(self, text: str, like: ET.Element | None = None) -> ET.Element:
        """Make a run of `text`, set as `like`."""
        made = ET.Element(f"{W}r")
        looks = like.find(f"{W}rPr") if like is not None else None
        if looks is not None:
            made.append(copy.deepcopy(looks))
        ET.SubElement(made, f"{W}t", {XML_SPACE: "preserve"}).text = text
        return made

    def free(self, wanted: Callable[[Paragraph], bool]) -> Paragraph | None:
        """Choose a paragraph nobody edited yet, of those `wanted`."""
        there = [
            one for one in self.paragraphs if one.block not in self.touched and one.says[0].strip() and wanted(one)
        ]
        if not there:
            return None
        chosen = self.dice.choice(there)
        self.touched.add(chosen.block)
        return chosen

    def edit(self) -> None:
        """Make one edit of a kind chosen by chance."""
        kinds = (
            *(self.replace_word, self.replace_word, self.insert_sentence, self.delete_sentence, self.split, self.join),
            *(self.move, self.add_item, self.remove_item, self.change_cell, self.change_heading, self.change_link),
            *(self.add_paragraph, self.remove_paragraph, self.add_row, self.remove_row),
        )
        kind = self.dice.choice(kinds)
        if kind():
            self.done.append(kind.__name__)

    def replace_word(self) -> bool:
        """Put another word in the place of one."""
        return self._replace_in(self.free(lambda one: not one.cell and _style(one) == "" and bool(_runs(one))))

    def change_cell(self) -> bool:
        """Put another word into a cell."""
        return self._replace_in(self.free(lambda one: one.cell and bool(_runs(one))))

    def change_heading(self) -> bool:
        """Put another word into a heading."""
        return self._replace_in(self.free(lambda one: _style(one).startswith("Heading") and bool(_runs(one))))

    def change_link(self) -> bool:
        """Put another word into the words of a link."""

        def has_link(one: Paragraph) -> bool:
            return one.element.find(f"{W}hyperlink/{W}r/{W}t") is not None

        return self._replace_in(self.free(has_link), inside=f"{W}hyperlink")

    def _replace_in(self, chosen: Paragraph | None, inside: str = "") -> bool:
        """Put another word in the place of one of a run's: the run divides, one part goes and one comes."""
        if chosen is None:
            return False
        holder = self.dice.choice(chosen.element.findall(inside)) if inside else chosen.element
        runs = [run for run in holder.findall(f"{W}r") if _words(run)]
        if not runs:
            return False
        run = self.dice.choice(runs)
        text = _run_text(run)
        start, stop = self.dice.choice(_words(run))
        new = self.dice.choice(WORDS)
        before = self._before(chosen.element, run)
        place = list(holder).index(run)
        holder.remove(run)
        parts = [
            self.run(text[:start], run) if start else None,
            self.revision("del", _gone(self.run(text[start:stop], run))),
            self.revision("ins", self.run(new, run)),
            self.run(text[stop:], run) if stop < len(text) else None,
        ]
        for part in reversed([part for part in parts if part is not None]):
            holder.insert(place, part)
        said = chosen.says[0]
        chosen.says = [said[: len(before) + start] + new + said[len(before) + stop :]]
        return True

    def _before(self, paragraph: ET.Element, run: ET.Element) -> str:
        """Give the text of `paragraph` before `run`."""
        found = ""
        for one in paragraph.iter(f"{W}r"):
            if one is run:
                return found
            found += _run_text(one)
        return found

    def insert_sentence(self) -> bool:
        """Add a sentence at the end of a paragraph."""
        chosen = self.free(lambda one: not one.cell and _style(one) == "")
        if chosen is None:
            return False
        sentence = f" {self.dice.choice(SENTENCES)}"
        chosen.element.append(self.revision("ins", self.run(sentence)))
        chosen.says = [chosen.says[0] + sentence]
        return True

    def delete_sentence(self) -> bool:
        """Take out the last sentence of a run that has several."""
        chosen = self.free(lambda one: not one.cell and any(". " in _run_text(run).rstrip() for run in _runs(one)))
        if chosen is None:
            return False
        run = next(run for run in _runs(chosen) if ". " in _run_text(run).rstrip())
        text = _run_text(run)
        cut = text.rindex(". ", 0, len(text.rstrip())) + 1
        before = self._before(chosen.element, run)
        place = list(chosen.element).index(run)
        chosen.element.remove(run)
        chosen.element.insert(place, self.revision("del", _gone(self.run(text[cut:], run))))
        chosen.element.insert(place, self.run(text[:cut], run))
        said = chosen.says[0]
        chosen.says = [(said[: len(before) + cut] + said[len(before) + len(text) :]).strip()]
        return True

    def split(self) -> bool:
        """Press Enter behind a word: the first half is a paragraph whose mark came."""
        chosen = self.free(
            lambda one: not one.cell and _style(one) == "" and any(len(_words(run)) > 3 for run in _runs(one))
        )
        if chosen is None:
            return False
        run = next(run for run in _runs(chosen) if len(_words(run)) > 3)
        text = _run_text(run)
        cut = _words(run)[len(_words(run)) // 2][0]
        before = self._before(chosen.element, run)
        first = ET.Element(f"{W}p")
        properties = copy.deepcopy(chosen.element.find(f"{W}pPr"))
        properties = ET.Element(f"{W}pPr") if properties is None else properties
        _mark(properties, self.revision("ins"))
        first.append(properties)
        children = [child for child in chosen.element if child.tag != f"{W}pPr"]
        place = children.index(run)
        for child in children[:place]:
            chosen.element.remove(child)
            first.append(child)
        first.append(self.run(text[:cut], run))
        _set_text(run, text[cut:])
        self._put(first, chosen.element, 0)
        said = chosen.says[0]
        chosen.says = [said[: len(before) + cut].strip(), said[len(before) + cut :].strip()]
        return True

    def join(self) -> bool:
        """Delete the end of a paragraph whose next neighbour is set as it is."""

        def joins(one: Paragraph) -> bool:
            after = self._next(one)
            return (
                after is not None
                and after.block not in self.touched
                and _setting(after) == _setting(one)
                and not one.cell
            )

        chosen = self.free(joins)
        if chosen is None:
            return False
        after = self._next(chosen)
        assert after is not None  # noqa: S101 - `joins` asked
        self.touched.add(after.block)
        chosen.element.append(self.revision("ins", self.run(" ")))
        _mark(_properties(chosen.element), self.revision("del"))
        after.says = [f"{chosen.says[0]} {after.says[0]}"]
        chosen.says = []
        return True

    def _next(self, one: Paragraph) -> Paragraph | None:
        place = self.paragraphs.index(one) + 1
        found = self.paragraphs[place] if place < len(self.paragraphs) else None
        siblings = list(self.parents[one.element])
        if found is None or found.cell or found.element not in siblings or not found.says or not found.says[0].strip():
            return None
        return found if siblings.index(found.element) == siblings.index(one.element) + 1 else None

    def move(self) -> bool:
        """Cut a paragraph out and put it in before another one, as Word tracks moves."""
        chosen = self.free(lambda one: not one.cell and _setting(one) == () and _style(one) == "")
        target = self.free(lambda one: not one.cell and _setting(one) == () and _style(one).startswith(("Heading", "")))
        if chosen is None or target is None:
            return False
        name = f"move{self.count}"
        arrived = copy.deepcopy(chosen.element)
        for mark in [*arrived.findall(f"{W}bookmarkStart"), *arrived.findall(f"{W}bookmarkEnd")]:
            arrived.remove(mark)
        for element, tag in ((chosen.element, "moveFrom"), (arrived, "moveTo")):
            self._wrap_all(element, tag)
            _mark(_properties(element), self.revision(tag))
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
        """Put an item before one of a list."""
        chosen = self.free(lambda one: one.element.find(f"{W}pPr/{W}numPr") is not None)
        if chosen is None:
            return False
        sentence = self.dice.choice(SENTENCES)
        self._add_before(chosen, sentence, copy.deepcopy(_properties(chosen.element)))
        return True

    def add_paragraph(self) -> bool:
        """Put a paragraph before another one."""
        chosen = self.free(lambda one: not one.cell and _setting(one) == ())
        if chosen is None:
            return False
        self._add_before(chosen, self.dice.choice(SENTENCES), ET.Element(f"{W}pPr"))
        return True

    def _add_before(self, chosen: Paragraph, sentence: str, properties: ET.Element) -> None:
        made = ET.Element(f"{W}p")
        _mark(properties, self.revision("ins"))
        made.append(properties)
        made.append(self.revision("ins", self.run(sentence)))
        self._put(made, chosen.element, 0)
        chosen.says = [sentence, chosen.says[0]]

    def remove_item(self) -> bool:
        """Delete an item of a list."""
        return self._remove(self.free(lambda one: one.element.find(f"{W}pPr/{W}numPr") is not None))

    def remove_paragraph(self) -> bool:
        """Delete a paragraph."""
        return self._remove(self.free(lambda one: not one.cell and _setting(one) == () and _style(one) == ""))

    def _remove(self, chosen: Paragraph | None) -> bool:
        if chosen is None:
            return False
        self._wrap_all(chosen.element, "del")
        _mark(_properties(chosen.element), self.revision("del"))
        chosen.says = []
        self.lost_targets += 1
        return True

    def add_row(self) -> bool:
        """Put a row with new words behind one of a table."""
        chosen = self.free(lambda one: one.cell)
        if chosen is None:
            return False
        row = self.parents[self.parents[chosen.element]]
        mine = [one for one in self.paragraphs if one.cell and self.parents[self.parents[one.element]] is row]
        if any(one.block in self.touched and one is not chosen for one in mine):
            return False
        made = copy.deepcopy(row)
        for properties in made.findall(f"{W}trPr"):
            made.remove(properties)
        properties = ET.Element(f"{W}trPr")
        properties.append(self.revision("ins"))
        made.insert(0, properties)
        said = []
        for cell in made.iter(f"{W}p"):
            for child in [child for child in cell if child.tag != f"{W}pPr"]:
                cell.remove(child)
            said.append(self.dice.choice(SENTENCES))
            _mark(_properties(cell), self.revision("ins"))
            style = cell.find(f"{W}pPr/{W}pStyle")
            if style is not None:
                _properties(cell).remove(style)
            cell.append(self.revision("ins", self.run(said[-1])))
        self._put(made, row, 1)
        self.touched.update(one.block for one in mine)
        mine[-1].says = [*mine[-1].says, *said]
        return True

    def remove_row(self) -> bool:
        """Delete a row of a table, but not its heading."""
        chosen = self.free(lambda one: one.cell)
        if chosen is None:
            return False
        row = self.parents[self.parents[chosen.element]]
        table = self.parents[row]
        mine = [one for one in self.paragraphs if one.cell and self.parents[self.parents[one.element]] is row]
        if row is table.find(f"{W}tr") or any(one.block in self.touched and one is not chosen for one in mine):
            return False
        properties = row.find(f"{W}trPr")
        if properties is None:
            properties = ET.Element(f"{W}trPr")
            row.insert(0, properties)
        properties.append(self.revision("del"))
        for one in mine:
            self._wrap_all(one.element, "del")
            _mark(_properties(one.element), self.revision("del"))
            one.says = []
            self.touched.add(one.block)
        self.lost_targets += 1
        return True

    def _wrap_all(self, paragraph: ET.Element, tag: str) -> None:
        """Put a revision around every run, inside links as well."""
        for holder in [paragraph, *paragraph.findall(f"{W}hyperlink")]:
            for run in holder.findall(f"{W}r"):
                place = list(holder).index(run)
                holder.remove(run)
                inner = _gone(run) if tag == "del" else run
                holder.insert(place, self.revision(tag, inner))

    def _put(self, made: ET.Element, beside: ET.Element, offset: int) -> None:
        parent = self.parents[beside]
        parent.insert(list(parent).index(beside) + offset, made)
        self.parents[made] = parent
        self.parents |= {child: up for up in made.iter() for child in up}


def _text(paragraph: ET.Element) -> str:
    return "".join(_run_text(run) for run in paragraph.iter(f"{W}r"))


def _run_text(run: ET.Element) -> str:
    signs = {f"{W}tab": "\t", f"{W}br": "\n"}
    return "".join(signs.get(child.tag, child.text or "") if child.tag != f"{W}rPr" else "" for child in run)


def _set_text(run: ET.Element, text: str) -> None:
    for child in [child for child in run if child.tag != f"{W}rPr"]:
        run.remove(child)
    ET.SubElement(run, f"{W}t", {XML_SPACE: "preserve"}).text = text


def _gone(run: ET.Element) -> ET.Element:
    for child in run.findall(f"{W}t"):
        child.tag = f"{W}delText"
    return run


def _runs(one: Paragraph) -> list[ET.Element]:
    return [run for run in one.element.findall(f"{W}r") if _words(run)]


def _words(run: ET.Element) -> list[tuple[int, int]]:
    text = _run_text(run)
    return [] if "\n" in text else [found.span() for found in re.finditer(r"\w+", text)]


def _properties(paragraph: ET.Element) -> ET.Element:
    found = paragraph.find(f"{W}pPr")
    if found is None:
        found = ET.Element(f"{W}pPr")
        paragraph.insert(0, found)
    return found


def _mark(properties: ET.Element, revision: ET.Element) -> None:
    looks = properties.find(f"{W}rPr")
    if looks is None:
        looks = ET.SubElement(properties, f"{W}rPr")
    looks.append(revision)


def _style(one: Paragraph) -> str:
    found = one.element.find(f"{W}pPr/{W}pStyle")
    return "" if found is None else found.get(f"{W}val") or ""


def _setting(one: Paragraph) -> tuple[str, ...]:
    """Tell what a paragraph is set as, list and indent included; nothing for an ordinary one."""
    numbers = [child.get(f"{W}val") or "" for child in one.element.findall(f"{W}pPr/{W}numPr/*")]
    indent = one.element.find(f"{W}pPr/{W}ind")
    return (*numbers, *([indent.get(f"{W}left") or ""] if indent is not None else []), *filter(None, [_style(one)]))


@dataclass
class Round:
    """One round: the text, the edited document, what it must say, and which blocks may differ."""

    name: str
    text: str
    content: bytes
    says: list[str]
    touched: set[int]
    lost_targets: int
    done: list[str]


def edited(name: str, text: str, dice: random.Random) -> Round:
    """Export `text` and edit it with one to six edits."""
    for prefix, address in (
        ("w", W[1:-1]),
        ("r", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
    ):
        ET.register_namespace(prefix, address)
    content = exported(name, text)
    root = ET.fromstring(_part(content))  # noqa: S314 - the document is our own
    editor = Editor(root, dice)
    for _ in range(dice.randint(1, 6)):
        editor.edit()
    says = [said for one in editor.paragraphs for said in one.says]
    whole = _with_part(content, ET.tostring(root, encoding="utf-8", xml_declaration=True))
    return Round(name, text, whole, says, editor.touched, editor.lost_targets, editor.done)


def exported(name: str, text: str) -> bytes:
    """Export `text` as a manuscript."""
    origin = Origin(policy="policy", version="1", language=Language("en"), digest=Digest.of(text))
    return to_manuscript(text, origin, title=name, author="Example Shop", date=datetime(2026, 1, 1, tzinfo=UTC))


def _part(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("word/document.xml")


def _with_part(content: bytes, part: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, part if name == "word/document.xml" else old.read(name))
    return target.getvalue()


def verdict(one: Round, returned: Returned) -> str:
    """Say whether `returned` is what `one` means: “right”, “refused” or what is wrong with it."""
    if returned.untracked:
        return f"wrong: changes seen that nobody made without tracking: {returned.untracked[0]}"
    if returned.text is None:
        return f"refused: {returned.objections[0]}"
    return (
        _words_wrong(one, returned.text)
        or _lines_wrong(one, returned.text)
        or _links_wrong(one, returned.text)
        or "right"
    )


def _words_wrong(one: Round, text: str) -> str:
    said = [_even(block.text) for block in parse(text).blocks if block.text.strip()]
    must = [_even(text) for text in one.says if text.strip()]
    for place, (got, wanted) in enumerate(zip(said, must, strict=False)):
        if got != wanted:
            return f"wrong: block {place} says {got[:90]!r}, must say {wanted[:90]!r}"
    return "" if len(said) == len(must) else f"wrong: {len(said)} blocks, must be {len(must)}"


def _even(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().split("\n"))


def _lines_wrong(one: Round, text: str) -> str:
    """Find a line of a block that nobody edited and that is not as it was, but for numbers of items."""
    blocks = parse(one.text).blocks
    may = set()
    for place, block in enumerate(blocks):
        stop = blocks[place + 1].line if place + 1 < len(blocks) else len(one.text.split("\n")) + 1
        if place in one.touched:
            may.update(range(block.line, max(stop, block.line + 1)))
    old, new = ([_unnumbered(line) for line in side.split("\n")] for side in (one.text, text))
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for what, start, stop, _, _ in matcher.get_opcodes():
        gone = [
            line for line in range(start, stop) if what in ("replace", "delete") and line + 1 not in may and old[line]
        ]
        if gone and not all(old[line] in new for line in gone):
            return f"wrong: line {gone[0] + 1} changed, which nobody edited: {old[gone[0]][:90]!r}"
    return ""


def _unnumbered(line: str) -> str:
    return re.sub(r"^(\s*)\d+([.)])\s+", r"\1\2 ", line)


def _links_wrong(one: Round, text: str) -> str:
    # Sets, for a link that is divided by a new paragraph is two.
    before, after = ({link.target for link in parse(side).links} for side in (one.text, text))
    if one.lost_targets == 0 and before - after:
        return f"wrong: links lost: {before - after}"
    return "" if not after - before else f"wrong: links came from nowhere: {after - before}"


def through_libreoffice(contents: list[bytes]) -> list[bytes] | None:
    """Open and save `contents` in LibreOffice; None where it is not installed."""
    if not shutil.which("soffice"):
        return None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "out").mkdir()
        files = [folder / f"{number}.docx" for number in range(len(contents))]
        for file, content in zip(files, contents, strict=True):
            file.write_bytes(content)
        office = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
        command = [*office, "--convert-to", "docx", "--outdir", str(folder / "out"), *map(str, files)]
        subprocess.run(command, capture_output=True, check=True)
        return [(folder / "out" / file.name).read_bytes() for file in files]


def report(title: str, rounds: list[Round], contents: list[bytes]) -> None:
    """Take `contents` back and print what became of the rounds."""
    verdicts: Counter[str] = Counter()
    kinds: dict[str, Counter[str]] = {}
    seconds, lines = [], []
    for one, content in zip(rounds, contents, strict=True):
        begun = time.process_time()
        found = verdict(one, take_back(one.text, parse_manuscript(content).story))
        seconds.append(time.process_time() - begun)
        kind = found.partition(":")[0]
        verdicts[kind] += 1
        for done in one.done:
            kinds.setdefault(done, Counter())[kind] += 1
        if kind != "right":
            lines.append(f"  {one.name} {one.done}: {found}")
    print(
        f"{title}: {len(rounds)} rounds with {sum(len(one.done) for one in rounds)} edits: {verdicts['right']} right, "
        f"{verdicts['refused']} refused, {verdicts['wrong']} silently wrong; median {statistics.median(seconds):.2f} s"
    )
    print(*lines, sep="\n", flush=True)
    for name, counts in sorted(kinds.items()):
        others = ", ".join(f"{kind} {number}" for kind, number in sorted(counts.items()) if kind != "right")
        print(f"  {name.replace('_', ' ')}: in {sum(counts.values())} rounds{f' ({others})' if others else ''}")


def main(repository: str | None, seed: int = SEED, count: int = ROUNDS) -> None:
    """Run the rounds, half of them through LibreOffice, and open and save every text without an edit."""
    dice = random.Random(seed)  # noqa: S311 - the same rounds every time
    found = texts(repository)
    rounds = [edited(*dice.choice(found), dice) for _ in range(count)]
    report("Word's own XML", rounds, [one.content for one in rounds])
    saved = through_libreoffice([one.content for one in rounds])
    if saved is None:
        print("LibreOffice is not installed")
        return
    report("saved by LibreOffice", rounds, saved)
    chosen = dice.sample(found, min(20, len(found)))
    untouched = through_libreoffice([exported(*one) for one in chosen]) or []
    same = sum(
        take_back(text, parse_manuscript(content).story).text == text
        for (_, text), content in zip(chosen, untouched, strict=True)
    )
    print(f"opened and saved by LibreOffice without an edit: {same} of {len(chosen)} texts byte for byte as they were")


if __name__ == "__main__":
    words: list[Any] = sys.argv[1:]
    main(words[0] if words else None, *map(int, words[1:]))
