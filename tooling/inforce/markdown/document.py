"""The values a parsed text is made of; they hold what was read and decide nothing.

Lines count from 1 in the source. Offsets of spans count characters of the block's own text.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BlockKind(StrEnum):
    """What a leaf block is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    CODE = "code"
    CELL = "cell"
    RULE = "rule"


class ContainerKind(StrEnum):
    """What blocks can stand in."""

    QUOTE = "quote"
    BULLET_LIST = "bullet_list"
    ORDERED_LIST = "ordered_list"
    ITEM = "item"
    TABLE = "table"
    ROW = "row"


class SpanKind(StrEnum):
    """How a stretch of text is set."""

    EMPHASIS = "emphasis"
    STRONG = "strong"
    CODE = "code"
    LINK = "link"
    IMAGE = "image"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A format over `text[start:stop]` of a block; `target` is the address of a link or image, else empty."""

    start: int
    stop: int
    kind: SpanKind
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One quote, list, list item, table or table row.

    `key` names it in its document: blocks with the same key stand in the same container. `number` is the first
    number of an ordered list, the number of an item of one, and the place of a row (0 is the header row).
    """

    kind: ContainerKind
    key: int
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A leaf block: its text as read, the formats over it, and where it stands.

    `path` leads from the outermost container to the innermost; `clause` is the id of the clause it belongs to.
    `level` and `id` are a heading's, `info` a code block's first word, `column` (from 0) and `align` a cell's;
    `tight` marks a paragraph that its list shows without space around it.
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
    """A heading and what stands under it up to the next heading.

    `id` is empty for the text before the first heading, which has level 0. `path` holds the ids of the clauses it
    stands in, outermost first. `start` and `stop` are the range of its own blocks in `Document.blocks`, its heading
    first and without the clauses inside it.
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
    """A heading, also one inside a quote or list item, which opens no clause."""

    id: str
    level: int
    text: str
    line: int
    explicit_id: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link or image as written; `shown` is false where its address is not one that pages carry.

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
    """Something that CommonMark with HTML on would have taken for HTML; here it is text."""

    line: int
    snippet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text read once. `title` is the text of its first level-one heading outside containers."""

    title: str | None
    blocks: tuple[Block, ...]
    clauses: tuple[Clause, ...]
    headings: tuple[Heading, ...]
    links: tuple[Link, ...]

    @property
    def text(self) -> str:
        """Return the text as read: each block's text and one newline."""
        return "".join([f"{block.text}\n" for block in self.blocks])

    def blocks_of(self, clause: Clause) -> tuple[Block, ...]:
        """Return the blocks of `clause`, its heading first."""
        return self.blocks[clause.start : clause.stop]
