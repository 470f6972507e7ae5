"""The content of a returned document: paragraphs and tables, made of stretches that were kept, inserted or deleted.

Invariants: these values hold the old and the new content of the file.

Not responsible for: deciding whether a change can be imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from inforce.markdown import BlockKind

BLANKS = " \t\n"  # blanks that Markdown removes at the ends of a block; a no-break space is kept


class TrackedState(StrEnum):
    """Whether tracked changes inserted or deleted a part of the document."""

    KEPT = "kept"
    INSERTED = "inserted"
    DELETED = "deleted"
    TRANSIENT = "transient"  # inserted and deleted again, so in neither text


class Side(StrEnum):
    """The side of a document: with every change rejected, or accepted."""

    BEFORE = "before"
    AFTER = "after"

    def has(self, state: TrackedState) -> bool:
        """Return whether a stretch in this `state` is in the text."""
        return state is TrackedState.KEPT or state is (
            TrackedState.DELETED if self is Side.BEFORE else TrackedState.INSERTED
        )


class Form(NamedTuple):
    """A Markdown format: strong, emphasis, code or link; `target` is the key of a link's address, "" if hidden."""

    kind: str
    target: str = ""


Forms = frozenset[Form]
PLAIN: Forms = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Characters in the same state; `base` counts the original characters before it, -1 if inserted.

    `forms` are its current formats, `were` those before a tracked change; `address` is a link's address as written.
    """

    text: str
    state: TrackedState
    forms: Forms = PLAIN
    were: Forms = PLAIN
    base: int = -1
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The formatting of a paragraph that Markdown supports: `list_id` and `depth` are its list and its level.

    `instance` is the name by which the paragraph refers to that list; one list can have several.
    """

    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    quoted: bool = False
    list_id: str = ""
    instance: str = field(default="", compare=False)
    depth: int = 0
    indented: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph: `mark` is the state of its end, `look` and `was` its current and previous settings.

    `anchor` is the number in our bookmark, `bookmarks` are the names of others.
    """

    stretches: tuple[Stretch, ...]
    mark: TrackedState = TrackedState.KEPT
    look: Look = field(default_factory=Look)
    was: Look = field(default_factory=Look)
    anchor: int | None = None
    bookmarks: tuple[str, ...] = ()

    def text(self, side: Side) -> str:
        """Return the words of one side."""
        return "".join(stretch.text for stretch in self.stretches if side.has(stretch.state))


@dataclass(frozen=True, slots=True, kw_only=True)
class WordCell:
    """A cell of a table, and whether its column was inserted or deleted."""

    paragraphs: tuple[Paragraph, ...]
    state: TrackedState = TrackedState.KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class WordRow:
    """A row of a table, and whether it was inserted or deleted."""

    cells: tuple[WordCell, ...]
    state: TrackedState = TrackedState.KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of rows."""

    rows: tuple[WordRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Content that Markdown cannot express: `problem` describes it, `words` is the sentence concerned."""

    problem: str
    words: str

    def __str__(self) -> str:
        return f"{self.problem}: {shortened(self.words)}" if self.words.strip() else self.problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment by `author` on `words`, which are under `heading`."""

    author: str
    text: str
    words: str
    heading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """The lists of a document: for each (list, depth) whether it is ordered and its start number.

    `lists` maps an instance to its list; `restarts` maps (instance, depth) to the number at which it restarts.
    """

    lists: Mapping[str, str] = field(default_factory=dict)
    ordered: Mapping[tuple[str, int], bool] = field(default_factory=dict)
    starts: Mapping[tuple[str, int], int] = field(default_factory=dict)
    restarts: Mapping[tuple[str, int], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The body of a returned document, with its comments, objections and remarks."""

    body: tuple[Paragraph | Table, ...]
    numbering: Numbering
    comments: tuple[Comment, ...]
    objections: tuple[Objection, ...]
    remarks: tuple[Objection, ...]


def shortened(words: str, longest: int = 160) -> str:
    """Return `words` quoted on one line, truncated to `longest` characters."""
    line = " ".join(words.split())
    return f"“{line[:longest]}{'…' if len(line) > longest else ''}”"


def based(stretches: Iterable[Stretch], base: int) -> tuple[tuple[Stretch, ...], int]:
    """Return `stretches` with their positions in the original text, of which `base` characters precede them."""
    values = []
    for stretch in stretches:
        was_there = Side.BEFORE.has(stretch.state)
        values.append(replace(stretch, base=base if was_there else -1))
        base += len(stretch.text) if was_there else 0
    return tuple(values), base
