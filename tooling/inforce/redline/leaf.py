"""One leaf block of a text, with the values that alignment and comparison need."""

from __future__ import annotations

from functools import lru_cache

from inforce.markdown import Block, BlockKind, ContainerKind
from inforce.redline.values import Format
from inforce.redline.wording import wording_of

NO_SHAPE = frozenset({ContainerKind.ITEM, ContainerKind.ROW})


class Leaf:
    """One leaf block, its `index` in its text, its `wording`, and its `shape`: its format as a block."""

    __slots__ = ("block", "index", "key", "print", "shape", "wording")

    def __init__(self, index: int, block: Block) -> None:
        self.index = index
        self.block = block
        self.wording = wording_of(block)
        self.shape = _shape(block)
        self.key = self.wording.key
        # Blocks with equal prints look the same, so blocks shared by two texts are found without comparing them.
        self.print = (block.text, self.wording.spans, self.shape)

    def cut_words(self) -> None:
        """Compute all lazily computed values."""
        wording = self.wording
        _ = (wording.offsets, wording.keys, wording.size, wording.formats)

    @property
    def size(self) -> int:
        """The number of words that a reader counts."""
        return self.wording.size


def _shape(block: Block) -> tuple[Format, ...]:
    """Return the format of `block`: its containers, then its own kind."""
    outer = (
        tuple([(container.kind, container.number) for container in block.path if container.kind not in NO_SHAPE])
        if block.path
        else ()
    )
    kind = block.kind
    if kind is BlockKind.PARAGRAPH:
        value = ""
    elif kind is BlockKind.HEADING:
        value = str(block.level)
    else:
        value = block.info or block.align  # code blocks use the one, cells the other, rules neither
    return _shape_of(outer, kind, value)


@lru_cache(256)
def _shape_of(outer: tuple[tuple[ContainerKind, int | None], ...], kind: BlockKind, value: str) -> tuple[Format, ...]:
    containers = [Format(kind, "" if number is None else str(number)) for kind, number in outer]
    return (*containers, Format(kind, value))
