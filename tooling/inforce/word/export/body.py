"""The body of a document: the blocks of a redline in order, as paragraphs and tables.

Invariants: accepting every revision produces the new text, rejecting every revision the old text, paragraph by
paragraph. Exceptions, which Word cannot delete: the last paragraph, and the end of a paragraph before a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest

from inforce.markdown import BlockKind, ContainerKind
from inforce.redline import BlockState, Op, RedlineBlock
from inforce.word.export.paragraphs import Paragraphs
from inforce.word.export.tables import table_xml

_PARTLY = frozenset({BlockState.EQUAL, BlockState.CHANGED, BlockState.REFORMATTED})
Placed = tuple[int, RedlineBlock]


def body_xml(blocks: Sequence[RedlineBlock], paragraphs: Paragraphs) -> str:
    """Return `blocks` as the content of a body; the body is never empty, because it must end with a paragraph."""
    return "".join(_parts(blocks, paragraphs)) or "<w:p/>"


def _parts(blocks: Sequence[RedlineBlock], paragraphs: Paragraphs) -> Iterator[str]:
    groups = [
        list(group) for _, group in groupby(enumerate(blocks), key=lambda numbered_block: _table(numbered_block[1]))
    ]
    for group, after in zip_longest(groups, groups[1:]):
        following = after[0][1] if after else None
        if _table(group[0][1]) is None:
            yield from _flow(group, following, paragraphs)
            continue
        yield table_xml([block for _, block in group], paragraphs)
        # Word merges adjacent tables unless a paragraph separates them, and a body must not end with a table.
        if following is None or _table(following) is not None:
            yield "<w:p/>"


def _table(block: RedlineBlock) -> int | None:
    """Return the key of the table that contains `block`, None if it is not a cell."""
    if block.kind is not BlockKind.CELL:
        return None
    return next(container.key for container in block.path if container.kind is ContainerKind.TABLE)


def _flow(group: list[Placed], following: RedlineBlock | None, paragraphs: Paragraphs) -> Iterator[str]:
    for place, block in group[:-1]:
        yield paragraphs.flowing(place, block, block.mark)
    place, last = group[-1]
    joins_nothing = following is None or last.state in _PARTLY
    yield paragraphs.flowing(place, last, Op.EQUAL if joins_nothing else last.mark)
