"""Conversion of tokens of the dialect to a `Document`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypedDict, Unpack

from markdown_it.token import Token

from inforce.markdown.clauses import clauses_between
from inforce.markdown.dialect import make_parser
from inforce.markdown.document import (
    Block,
    BlockKind,
    Container,
    ContainerKind,
    Document,
    Heading,
    Link,
    RawHtml,
    Span,
)
from inforce.markdown.inline import LINE_BREAKS, Inline, read_inline
from inforce.markdown.sections import ROOM, Part, read_sections

HTML_PARSER = make_parser(html=True)

CONTAINERS = {
    "blockquote_open": ContainerKind.QUOTE,
    "bullet_list_open": ContainerKind.BULLET_LIST,
    "ordered_list_open": ContainerKind.ORDERED_LIST,
    "list_item_open": ContainerKind.ITEM,
    "table_open": ContainerKind.TABLE,
    "tr_open": ContainerKind.ROW,
}
CLOSERS = frozenset(name.replace("_open", "_close") for name in CONTAINERS)
LEAVES = frozenset({"paragraph_open", "heading_open", "th_open", "td_open"})
NUMBERED = frozenset({ContainerKind.ITEM, ContainerKind.ROW})
MAY_BE_EMPTY = frozenset({ContainerKind.QUOTE, ContainerKind.ITEM})


class Detail(TypedDict, total=False):
    """Attributes that only some kinds of block have."""

    level: int
    id: str
    info: str
    column: int
    align: str
    tight: bool


def parse(text: str) -> Document:
    """Read Markdown `text` (a body without front matter); accepts any string and never raises."""
    reader = _DocumentReader()
    for section in read_sections(text):
        reader.first = section.first
        if section.part.names:
            reader.take_all(section.tokens)
        else:
            reader.add(_read(section.part))
    return reader.document()


def plain_text(text: str) -> str:
    """Return the plain text of Markdown `text`, as defined in the package's docstring."""
    return parse(text).text


def raw_html(text: str) -> tuple[RawHtml, ...]:
    """Return the parts of Markdown `text` that CommonMark would parse as HTML; parses the text again."""
    if "<" not in text:
        return ()
    blocks = []
    for token in HTML_PARSER.parse(text):
        line = _line(token)
        if token.type == "html_block":
            blocks.append(RawHtml(line=line, snippet=token.content.strip()))
        for child in token.children or ():
            if child.type == "html_inline":
                blocks.append(RawHtml(line=line, snippet=child.content))
            line += child.type in LINE_BREAKS or child.content.count("\n")
    return tuple(blocks)


@lru_cache(ROOM)
def _read(part: Part) -> _DocumentReader:
    reader = _DocumentReader()
    reader.take_all(part.tokens)
    return reader


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


@dataclass(slots=True)
class _OpenBlock:
    """An open container: the number of blocks before it, its line, and the number of its next child."""

    blocks: int
    line: int
    next_number: int | None = None


class _DocumentReader:
    """The state of reading, updated token by token."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.openings: list[tuple[int, Heading]] = []
        self.headings: list[Heading] = []
        self.links: list[Link] = []
        self.path: tuple[Container, ...] = ()
        self.open: list[_OpenBlock] = []
        self.containers: list[Container] = []  # all containers opened so far, by key
        self.column = 0
        self.first = 0  # the line, from 0, at which the current tokens start
        self.opener = Token("", "", 0)

    def add(self, read: _DocumentReader) -> None:
        """Add the values `read` from a part outside containers and without headings."""
        keys = len(self.containers)
        own = [
            Container(kind=container.kind, key=keys + container.key, number=container.number)
            for container in read.containers
        ]
        self.containers += own
        clause = self.openings[-1][1].id if self.openings else ""
        self.blocks += [
            Block(
                kind=block.kind,
                text=block.text,
                line=self.first + block.line,
                clause=clause,
                spans=block.spans,
                path=tuple([own[container.key] for container in block.path]) if block.path else (),
                info=block.info,
                column=block.column,
                align=block.align,
                tight=block.tight,
            )
            for block in read.blocks
        ]
        self.links += [replace(link, line=self.first + link.line) for link in read.links]

    def take_all(self, tokens: Iterable[Token]) -> None:
        """Read `tokens`."""
        for token in tokens:
            self.take(token)

    def take(self, token: Token) -> None:
        """Read one `token`."""
        kind = token.type
        if kind == "inline":
            self._take_inline(token)
        elif kind in LEAVES:
            self.opener = token
        elif kind in CONTAINERS:
            self._enter(token, CONTAINERS[kind])
        elif kind in CLOSERS:
            self._leave()
        elif kind in {"fence", "code_block"}:
            info = token.info.split(maxsplit=1)[:1]
            self._add(BlockKind.CODE, token.content.removesuffix("\n"), self._line(token), info="".join(info))
        elif kind == "hr":
            self._add(BlockKind.RULE, "", self._line(token))

    def document(self) -> Document:
        """Return the complete document."""
        clauses = clauses_between(self.openings, len(self.blocks))
        return Document(
            title=next((clause.heading for clause in clauses if clause.level == 1), None),
            blocks=tuple(self.blocks),
            clauses=clauses,
            headings=tuple(self.headings),
            links=tuple(self.links),
        )

    def _line(self, token: Token) -> int:
        return self.first + _line(token)

    def _enter(self, token: Token, kind: ContainerKind) -> None:
        number = None
        if kind is ContainerKind.ORDERED_LIST:
            number = int(token.attrs.get("start", 1))
        elif kind in NUMBERED and (parent := self.open[-1]).next_number is not None:
            number = parent.next_number
            parent.next_number += 1
        first = 0 if kind is ContainerKind.TABLE else number
        container = Container(kind=kind, key=len(self.containers), number=number)
        self.containers.append(container)
        self.path = (*self.path, container)
        self.open.append(_OpenBlock(len(self.blocks), self._line(token), first))
        self.column = 0

    def _leave(self) -> None:
        opened = self.open.pop()
        if opened.blocks == len(self.blocks) and self.path[-1].kind in MAY_BE_EMPTY:
            self._add(BlockKind.PARAGRAPH, "", opened.line)
        self.path = self.path[:-1]

    def _take_inline(self, token: Token) -> None:
        opener, line = self.opener, self._line(token)
        read = read_inline(token.children or [], line)
        self.links += read.links
        if opener.type == "heading_open":
            self._add_heading(opener, read, line)
        elif opener.type == "paragraph_open":
            self._add(BlockKind.PARAGRAPH, read.text, line, read.spans, tight=opener.hidden)
        else:
            align = str(opener.attrs.get("align", ""))
            self._add(BlockKind.CELL, read.text, line, read.spans, column=self.column, align=align)
            self.column += 1

    def _add_heading(self, opener: Token, read: Inline, line: int) -> None:
        heading = Heading(
            id=str(opener.attrs["id"]),
            level=int(opener.tag[1]),
            text=read.text,
            line=line,
            explicit_id="explicit" in opener.meta,
        )
        self.headings.append(heading)
        if not self.path:
            self.openings.append((len(self.blocks), heading))
        self._add(BlockKind.HEADING, read.text, line, read.spans, level=heading.level, id=heading.id)

    def _add(
        self, kind: BlockKind, text: str, line: int, spans: tuple[Span, ...] = (), **detail: Unpack[Detail]
    ) -> None:
        clause = self.openings[-1][1].id if self.openings else ""
        self.blocks.append(Block(kind=kind, text=text, line=line, clause=clause, spans=spans, path=self.path, **detail))
