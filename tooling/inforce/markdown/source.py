"""A text as a tree with source positions: the lines and markers of each block and container.

Invariants: the nodes of one level are in line order; lines outside all nodes are blank. Leaves are in the order of
`Document.blocks`, one per block. The tree makes it possible to change one block and keep every other byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from inforce.markdown.document import BlockKind, ContainerKind
from inforce.markdown.pieces import SourcePiece, Wrap, make_placing_parser, pieces_of
from inforce.markdown.reader import CLOSERS, CONTAINERS, LEAVES

__all__ = ["Node", "SourcePiece", "Wrap", "cells_of", "read_source"]

_PARSER = make_placing_parser()
_MARKER = re.compile(r"(?P<indent>[ ]{0,3})(?P<sign>[-*+]|\d{1,9}[.)])(?P<space>[ ]{1,4}(?=\S)|[ ]?)")
_QUOTE = re.compile(r"[ ]{0,3}> ?")
_PIPE = re.compile(r"(?<!\\)\|")


@dataclass(eq=False, slots=True, kw_only=True)
class Node:
    """A block or container: its lines `start` to `stop` (from 0), and `lines` without the markers of its parents.

    `kind` is None for invisible lines, such as a link definition. A container has `children`; `marker` is the start of
    an item or quote, `number` the number of an item. A leaf has `content` (its inline source or code) with its
    `pieces`, and the source before and after it: `head` and `tail`.
    """

    kind: BlockKind | ContainerKind | None
    start: int
    stop: int
    parent: Node | None = None
    lines: tuple[str, ...] = ()
    children: list[Node] = field(default_factory=list)
    marker: str = ""
    number: int | None = None
    level: int = 0
    content: str = ""
    pieces: tuple[SourcePiece, ...] = ()
    head: str = ""
    tail: str = ""
    tight: bool = False
    align: str = ""

    @property
    def path(self) -> tuple[Node, ...]:
        """The containers of this node, outermost first, without the root."""
        above: list[Node] = []
        node = self.parent
        while node is not None and node.parent is not None:
            above.insert(0, node)
            node = node.parent
        return tuple(above)

    @property
    def is_leaf(self) -> bool:
        """Whether this is a block and not a container."""
        return isinstance(self.kind, BlockKind)

    @property
    def text(self) -> str:
        """The plain text of a leaf."""
        if self.kind is BlockKind.CODE:
            return self.content
        return "".join([piece.text for piece in self.pieces])

    def leaves(self) -> Iterator[Node]:
        """Yield the leaves below this node, or the node itself."""
        if self.is_leaf:
            yield self
        for child in self.children:
            yield from child.leaves()


def read_source(text: str) -> Node:
    """Parse canonical Markdown `text` as a tree; its root is a quote without marker that contains the whole text."""
    lines = tuple(text.split("\n")[:-1]) if text.endswith("\n") else tuple(text.split("\n"))
    reader = _SourceReader(Node(kind=ContainerKind.QUOTE, start=0, stop=len(lines), lines=lines))
    for token in _PARSER.parse(text):
        reader.take(token)
    _place(reader.root)
    return reader.root


def cells_of(line: str) -> list[str]:
    """Split the row `line` of a table at its pipes: the part before the first pipe, each cell, and the rest."""
    return _PIPE.split(line)


class _SourceReader:
    def __init__(self, root: Node) -> None:
        self.root = root
        self.open = [root]
        self.opener = Token("", "", 0)
        self.numbers: list[int | None] = [None]

    def take(self, token: Token) -> None:
        kind = token.type
        if kind == "inline":
            self._inline(token)
        elif kind in LEAVES:
            self.opener = token
        elif kind in CONTAINERS:
            self._enter(token, CONTAINERS[kind])
        elif kind in CLOSERS:
            self._leave()
        elif kind in {"fence", "code_block"}:
            self._add(BlockKind.CODE, token, content=token.content.removesuffix("\n"))
        elif kind == "hr":
            self._add(BlockKind.RULE, token)

    def _enter(self, token: Token, kind: ContainerKind) -> None:
        number, following = None, None
        if kind is ContainerKind.ORDERED_LIST:
            number = following = int(token.attrs.get("start", 1))
        elif kind is ContainerKind.TABLE:
            following = 0
        elif self.numbers[-1] is not None and kind in {ContainerKind.ITEM, ContainerKind.ROW}:
            number = self.numbers[-1]
            self.numbers[-1] = number + 1
        start, stop = token.map or (0, 0)
        node = Node(kind=kind, start=start, stop=stop, parent=self.open[-1], number=number)
        self.open[-1].children.append(node)
        self.open.append(node)
        self.numbers.append(following)

    def _leave(self) -> None:
        node = self.open.pop()
        self.numbers.pop()
        if not node.children and node.kind in {ContainerKind.QUOTE, ContainerKind.ITEM}:
            empty = Node(kind=BlockKind.PARAGRAPH, start=node.start, stop=node.start + 1, parent=node)
            node.children.append(empty)

    def _inline(self, token: Token) -> None:
        opener = self.opener
        pieces = pieces_of(token.content, token.children or ())
        if opener.type == "heading_open":
            self._add(BlockKind.HEADING, opener, token.content, pieces, level=int(opener.tag[1]))
        elif opener.type == "paragraph_open":
            self._add(BlockKind.PARAGRAPH, opener, token.content, pieces, tight=opener.hidden)
        else:
            align = str(opener.attrs.get("align", ""))
            self._add(BlockKind.CELL, token, token.content, pieces, align=align)

    def _add(
        self,
        kind: BlockKind,
        token: Token,
        content: str = "",
        pieces: tuple[SourcePiece, ...] = (),
        *,
        level: int = 0,
        tight: bool = False,
        align: str = "",
    ) -> None:
        start, stop = token.map or (0, 0)
        node = Node(
            kind=kind,
            start=start,
            stop=stop,
            parent=self.open[-1],
            content=content,
            pieces=pieces,
            level=level,
            tight=tight,
            align=align,
        )
        self.open[-1].children.append(node)


def _place(node: Node) -> None:
    """Set the lines and markers of the children of `node`; add nodes for lines without tokens."""
    inner = _inner(node)
    if node.kind not in {ContainerKind.TABLE, ContainerKind.ROW}:
        _trim(node, inner)
        _add_unseen(node, inner)
    for child in node.children:
        child.lines = tuple(inner[child.start - node.start : child.stop - node.start])
        if child.is_leaf:
            _frame(child)
        elif child.kind is not None:
            _place(child)


def _inner(node: Node) -> list[str]:
    """Set the marker of `node`, and return its lines without markers, as its children contain them."""
    lines = list(node.lines)
    if node.parent is None or node.kind not in {ContainerKind.ITEM, ContainerKind.QUOTE}:
        return lines
    if node.kind is ContainerKind.QUOTE:
        match = _QUOTE.match(lines[0])
        node.marker = match[0] if match else "> "
        return [_QUOTE.sub("", line, count=1) if _QUOTE.match(line) else line for line in lines]
    first = _untabbed(lines[0])
    match = _MARKER.match(first)
    node.marker = match[0] if match else "- "
    if not node.marker.endswith(" "):
        node.marker += " "
    width = len(node.marker)
    rest = (_untabbed(line) for line in lines[1:])
    return [first[width:], *(line[min(width, len(line) - len(line.lstrip(" "))) :] for line in rest)]


def _untabbed(line: str) -> str:
    lead = len(line) - len(line.lstrip(" \t-*+.)0123456789"))
    return line[:lead].expandtabs(4) + line[lead:] if "\t" in line[:lead] else line


def _trim(node: Node, inner: Sequence[str]) -> None:
    for child in node.children:
        child.stop = min(child.stop, node.stop)
        while child.stop > child.start + 1 and not inner[child.stop - 1 - node.start].strip(" \t"):
            child.stop -= 1


def _add_unseen(node: Node, inner: Sequence[str]) -> None:
    """Create nodes for non-blank lines outside all children: link definitions."""
    if node.kind in {ContainerKind.BULLET_LIST, ContainerKind.ORDERED_LIST}:
        return
    held = {line for child in node.children for line in range(child.start, child.stop)}
    free = [line for line in range(node.start, node.stop) if line not in held and inner[line - node.start].strip(" \t")]
    for line in free:
        node.children.append(Node(kind=None, start=line, stop=line + 1, parent=node))
    node.children.sort(key=lambda child: child.start)


def _frame(leaf: Node) -> None:
    """Set the source before and after the content of `leaf`."""
    if leaf.kind in {BlockKind.PARAGRAPH, BlockKind.HEADING} and leaf.content:
        written = "\n".join(leaf.lines)
        before, separator, behind = written.partition(leaf.content)
        if separator:
            leaf.head, leaf.tail = before, behind
        elif leaf.kind is BlockKind.HEADING:
            leaf.head = "#" * leaf.level + " "
    elif leaf.kind is BlockKind.HEADING:
        leaf.head, leaf.tail = "#" * leaf.level + " ", ""
