"""What a returned document is made of: paragraphs and tables of stretches, each with what happened to it.

Keeps true: these values hold what the file says, both what was there and what is there now; they judge nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from inforce.markdown import BlockKind

BLANKS = " \t\n"  # what Markdown takes off the ends of a block; a no-break space is a word


class Fate(StrEnum):
    """What a tracked change did to something."""

    STAYS = "stays"
    COMES = "comes"
    GOES = "goes"
    PASSES = "passes"  # came and went again, so that it is in neither text


class Side(StrEnum):
    """Which text of a document is read: with every change rejected, or accepted."""

    BEFORE = "before"
    AFTER = "after"

    def has(self, fate: Fate) -> bool:
        """Tell whether something of this `fate` is in the text."""
        return fate is Fate.STAYS or fate is (Fate.GOES if self is Side.BEFORE else Fate.COMES)


class Form(NamedTuple):
    """A format of Markdown: strong, emphasis, code or link; `target` is the key of a link's address, "" if hidden."""

    kind: str
    target: str = ""


Forms = frozenset[Form]
PLAIN: Forms = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Characters of one fate; `base` counts the characters before it that were there before, -1 if it came.

    `forms` are its formats now, `were` before a tracked change of format; `address` is a link's address as written.
    """

    text: str
    fate: Fate
    forms: Forms = PLAIN
    were: Forms = PLAIN
    base: int = -1
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a paragraph is set, as far as Markdown knows it: `list_id` and `depth` are its list and the level in it.

    `instance` is the name under which the paragraph refers to that list; one list can have several.
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
    """A paragraph: `mark` is the fate of its end, `look` and `was` its settings now and before.

    `anchor` is the number in our bookmark, `bookmarks` are the names of others.
    """

    stretches: tuple[Stretch, ...]
    mark: Fate = Fate.STAYS
    look: Look = field(default_factory=Look)
    was: Look = field(default_factory=Look)
    anchor: int | None = None
    bookmarks: tuple[str, ...] = ()

    def text(self, side: Side) -> str:
        """The words of one side."""
        return "".join(one.text for one in self.stretches if side.has(one.fate))


@dataclass(frozen=True, slots=True, kw_only=True)
class WordCell:
    """A cell of a table, and whether its column came or went."""

    paragraphs: tuple[Paragraph, ...]
    fate: Fate = Fate.STAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class WordRow:
    """A row of a table, and whether it came or went."""

    cells: tuple[WordCell, ...]
    fate: Fate = Fate.STAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of rows."""

    rows: tuple[WordRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Something of a document that Markdown cannot take: `problem` says what, `words` are the sentence concerned."""

    problem: str
    words: str

    def __str__(self) -> str:
        return f"{self.problem}: {shortened(self.words)}" if self.words.strip() else self.problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What `author` said about `words`, which stand under `heading`."""

    author: str
    text: str
    words: str
    heading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """The lists of a document: by (list, depth) which are ordered and where they begin to count.

    `lists` tells the list of an instance; `restarts` by (instance, depth) where an instance begins to count anew.
    """

    lists: Mapping[str, str] = field(default_factory=dict)
    ordered: Mapping[tuple[str, int], bool] = field(default_factory=dict)
    starts: Mapping[tuple[str, int], int] = field(default_factory=dict)
    restarts: Mapping[tuple[str, int], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A document's body as it came back, with what was said about it and what stood in the way of reading it."""

    body: tuple[Paragraph | Table, ...]
    numbering: Numbering
    comments: tuple[Comment, ...]
    objections: tuple[Objection, ...]
    remarks: tuple[Objection, ...]


def shortened(words: str, longest: int = 160) -> str:
    """Quote `words` for a message, on one line and not too long."""
    line = " ".join(words.split())
    return f"“{line[:longest]}{'…' if len(line) > longest else ''}”"


def based(stretches: Iterable[Stretch], base: int) -> tuple[tuple[Stretch, ...], int]:
    """Give `stretches` their places among what was there before, of which `base` characters precede them."""
    found = []
    for one in stretches:
        was_there = Side.BEFORE.has(one.fate)
        found.append(replace(one, base=base if was_there else -1))
        base += len(one.text) if was_there else 0
    return tuple(found), base
