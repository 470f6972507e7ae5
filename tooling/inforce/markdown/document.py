"""The values of a parsed text.

Lines count from 1 in the source. Offsets of spans count characters of the block's own text.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BlockKind(StrEnum):
    """The kind of a leaf block."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    CODE = "code"
    CELL = "cell"
    RULE = "rule"


class ContainerKind(StrEnum):
    """The kind of a container."""

    QUOTE = "quote"
    BULLET_LIST = "bullet_list"
    ORDERED_LIST = "ordered_list"
    ITEM = "item"
    TABLE = "table"
    ROW = "row"


class SpanKind(StrEnum):
    """The kind of an inline format."""

    EMPHASIS = "emphasis"
    STRONG = "strong"
    CODE = "code"
    LINK = "link"
    IMAGE = "image"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A format over `text[start:stop]` of a block; `target` is the address of a link or image, otherwise empty."""

    start: int
    stop: int
    kind: SpanKind
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One quote, list, list item, table or table row.

    `key` is unique in its document: blocks with the same key are in the same container. `number` is the first number of
    an ordered list, the number of an item, or the index of a row (0 is the header row).
    """

    kind: ContainerKind
    key: int
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A leaf block: its plain text, its formats, and its position.

    `path` lists the containers from the outermost to the innermost; `clause` is the id of its clause. `level` and `id`
    belong to headings, `info` is the first info word of a code block, `column` (from 0) and `align` belong to cells;
    `tight` marks a paragraph of a list without spacing.
    """

    kind: BlockKind
    text: str
    line: int
    clause: str = ""
    spans: tuple[Span, ...] = ()
    path: tuple[Container, ...] = ()
    level: int = 0
    id: str = ""
    info: str = ""
    column: int = 0
    align: str = ""
    tight: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A heading and the blocks under it up to the next heading.

    `id` is empty for the text before the first heading, which has level 0. `path` contains the ids of the enclosing
    clauses, outermost first. `start` and `stop` are the range of its own blocks in `Document.blocks`, including its
    heading, without nested clauses.
    """

    id: str
    heading: str
    level: int
    line: int
    explicit_id: bool
    path: tuple[str, ...]
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading, including one inside a quote or list item, which does not start a clause."""

    id: str
    level: int
    text: str
    line: int
    explicit_id: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link or image as written; `shown` is false if its address is not supported on pages.

    `text` is a link's text; `alt` an image's alternative text; `title` is never shown.
    """

    target: str
    text: str
    line: int
    image: bool = False
    alt: str = ""
    title: str = ""
    shown: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RawHtml:
    """Text that CommonMark would parse as HTML if HTML were enabled; here it is text."""

    line: int
    snippet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed text. `title` is the text of its first level-one heading outside containers."""

    title: str | None
    blocks: tuple[Block, ...]
    clauses: tuple[Clause, ...]
    headings: tuple[Heading, ...]
    links: tuple[Link, ...]

    @property
    def text(self) -> str:
        """Return the plain text: each block's text and one newline."""
        return "".join([f"{block.text}\n" for block in self.blocks])

    def blocks_of(self, clause: Clause) -> tuple[Block, ...]:
        """Return the blocks of `clause`, its heading first."""
        return self.blocks[clause.start : clause.stop]
