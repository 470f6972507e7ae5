"""The common view of a text and a document: kind, words, formats and number of each block.

Invariants: two texts with the same views have the same visible content, in Word and as Markdown. Every import is
checked against these views; anything not in a view (widths, fonts, spacing) has no Markdown equivalent.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from inforce.markdown import BlockKind, ContainerKind, SpanKind
from inforce.markdown.source import Node, SourcePiece, Wrap
from inforce.word.export.markup import legal
from inforce.word.roundtrip.addresses import key_of_target
from inforce.word.roundtrip.revisions import Grid, RevisedBlock, Sign, trimmed
from inforce.word.roundtrip.values import PLAIN, Form, Forms

_REMEMBERED = 4096  # cache size; nodes and marks are immutable and compared by identity
_LISTS = (ContainerKind.BULLET_LIST, ContainerKind.ORDERED_LIST)
Runs = tuple[tuple[str, Forms], ...]


class View(NamedTuple):
    """The common view of a block; `number` is None without one, 0 for a bullet; `depth` counts its lists."""

    kind: BlockKind
    level: int
    runs: Runs
    number: int | None = None
    depth: int = 0
    quoted: bool = False

    @property
    def text(self) -> str:
        """The words."""
        return "".join([text for text, _ in self.runs])


def views_of_text(leaves: Iterable[Node]) -> tuple[View | None, ...]:
    """Return the views of a text's `leaves` in a document; None for a leaf that a document does not show."""
    return tuple(_view_of_leaf(leaf) for leaf in leaves)


def _view_of_leaf(leaf: Node) -> View | None:
    kind = leaf.kind if isinstance(leaf.kind, BlockKind) else BlockKind.PARAGRAPH
    runs = runs_of(signs_of(leaf))
    number, depth, quoted = None, 0, False
    if kind is not BlockKind.CELL:
        number, depth = number_of(leaf)
        quoted = kind is BlockKind.PARAGRAPH and any(container.kind is ContainerKind.QUOTE for container in leaf.path)
    if kind is BlockKind.RULE:
        number, depth = None, 0
    if kind is BlockKind.PARAGRAPH and not runs and number is None:
        return None
    return View(kind, leaf.level, runs, number, depth, quoted)


def number_of(leaf: Node) -> tuple[int | None, int]:
    """Return the number that `leaf` shows and its list depth; (None, 0) unless it starts its item."""
    item = next((container for container in reversed(leaf.path) if container.kind is ContainerKind.ITEM), None)
    if item is None or next(item.leaves(), None) is not leaf:
        return None, 0
    return item.number or 0 if item.number is not None else 0, sum(
        1 for container in leaf.path if container.kind in _LISTS
    )


def views_of_side(side: Iterable[RevisedBlock | Grid]) -> Iterator[View]:
    """Yield the views of the blocks of a document's side in order, tables cell by cell."""
    for stretch in side:
        if isinstance(stretch, RevisedBlock):
            yield view_of_block(stretch)
        else:
            for row in stretch.rows:
                for cell in row:
                    yield View(BlockKind.CELL, 0, runs_of(cell.block.signs))


def view_of_block(block: RevisedBlock) -> View:
    """Return the view of `block`."""
    depth = block.look.depth + 1 if block.number is not None else 0
    quoted = block.look.quoted and block.look.kind is BlockKind.PARAGRAPH
    if block.look.kind is BlockKind.RULE:
        return View(BlockKind.RULE, 0, ())
    return View(block.look.kind, block.look.level, runs_of(block.signs, block.look.kind), block.number, depth, quoted)


@lru_cache(maxsize=_REMEMBERED)
def signs_of(leaf: Node) -> tuple[Sign, ...]:
    """Return the characters of `leaf` as a document shows them; each has the number of its piece."""
    if leaf.kind is BlockKind.CODE:
        return tuple(Sign(legal(sign), PLAIN, place) for place, sign in enumerate(leaf.content))
    return trimmed(
        [
            Sign(legal(sign), forms_of(piece) if not sign.isspace() else _blank(piece), place)
            for place, piece in enumerate(leaf.pieces)
            for sign in piece.text
        ]
    )


def forms_of(piece: SourcePiece) -> Forms:
    """Return the formats of `piece`."""
    return forms_within(piece.wraps) if piece.wraps else PLAIN


@lru_cache(maxsize=_REMEMBERED)
def forms_within(wraps: tuple[Wrap, ...]) -> Forms:
    """Return the formats of text within `wraps`."""
    return frozenset(_form(wrap.kind, wrap.target) for wrap in wraps if wrap.kind is not None)


def _blank(piece: SourcePiece) -> Forms:
    forms = forms_of(piece)
    return forms if Form("code") in forms else PLAIN


def _form(kind: SpanKind, target: str) -> Form:
    return Form(str(kind), key_of_target(target)) if kind is SpanKind.LINK else Form(str(kind))


def runs_of(signs: Iterable[Sign], kind: BlockKind = BlockKind.PARAGRAPH) -> Runs:
    """Join `signs` of the same formats; a block of code has no formats."""
    joined: list[tuple[str, Forms]] = []
    for sign in signs:
        forms = PLAIN if kind is BlockKind.CODE else sign.forms
        if joined and joined[-1][1] == forms:
            joined[-1] = (joined[-1][0] + sign.text, forms)
        else:
            joined.append((sign.text, forms))
    return tuple((unicodedata.normalize("NFC", text), forms) for text, forms in joined)
