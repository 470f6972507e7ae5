"""One leaf block of a text, with what alignment and comparison need of it."""

from __future__ import annotations

from collections import deque
from functools import cached_property
from itertools import accumulate, compress, pairwise

from inforce.markdown import Block, BlockKind, ContainerKind, Span
from inforce.redline.values import Format
from inforce.redline.words import Vocabulary, cut, fold

NO_SHAPE = frozenset({ContainerKind.ITEM, ContainerKind.ROW})


class Leaf:
    """One leaf block, its place `index` in its text, and what alignment and comparison need of it."""

    __slots__ = ("__dict__", "_vocabulary", "block", "index", "key", "print", "shape")

    def __init__(self, index: int, block: Block, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.index = index
        self.block = block
        self.shape = _shape(block)
        self.key = block.text if block.kind is BlockKind.CODE else " ".join(fold(block.text).split())
        # Blocks with equal prints look the same. Plain tuples, since nearly all blocks of two versions are compared.
        spans = [(span.start, span.stop, span.kind, span.target) for span in block.spans]
        self.print = (block.text, spans, [(one.kind, one.value) for one in self.shape])

    def cut_words(self) -> None:
        """Work out all that is otherwise worked out when first asked for."""
        _ = (self.offsets, self.keys, self.size, self.formats)

    @cached_property
    def words(self) -> list[str]:
        """The words of the text; joined they are the text."""
        return cut(self.block.text)

    @cached_property
    def keys(self) -> list[str]:
        """What each word is compared by."""
        return self._vocabulary.keys.of(self.words)

    @cached_property
    def offsets(self) -> list[int]:
        """Where each word begins, and at the end the length of the text."""
        return [0, *accumulate(map(len, self.words))]

    @cached_property
    def counted(self) -> list[bool]:
        """Whether a reader counts each word: those with a letter or digit."""
        return self._vocabulary.counted.of(self.words)

    @cached_property
    def size(self) -> int:
        """How many words a reader counts."""
        return sum(self.counted)

    @cached_property
    def starts(self) -> list[int]:
        """Where the words begin that a reader counts."""
        return list(compress(self.offsets, self.counted))

    @cached_property
    def formats(self) -> tuple[tuple[int, int, tuple[Format, ...]], ...]:
        """The text in stretches (start, stop, formats) of one look, in order and without gaps."""
        return _stretches(self.block)


def _shape(block: Block) -> tuple[Format, ...]:
    """Return what `block` is as a block: the containers it stands in, then its own kind."""
    outer = [
        Format(container.kind, "" if container.number is None else str(container.number))
        for container in block.path
        if container.kind not in NO_SHAPE
    ]
    own = {
        BlockKind.HEADING: str(block.level),
        BlockKind.CODE: block.info,
        BlockKind.CELL: block.align,
    }
    return (*outer, Format(block.kind, own.get(block.kind, "")))


def _stretches(block: Block) -> tuple[tuple[int, int, tuple[Format, ...]], ...]:
    """Sweep over the spans of `block`, which nest and are sorted by where they begin, outermost first."""
    borders = sorted({0, len(block.text)} | {at for span in block.spans for at in (span.start, span.stop)})
    stretches: list[tuple[int, int, tuple[Format, ...]]] = []
    open_spans: list[Span] = []
    coming = deque(block.spans)
    for start, stop in pairwise(borders):
        open_spans = [span for span in open_spans if span.stop > start]
        while coming and coming[0].start <= start:
            open_spans.append(coming.popleft())
        stretches.append((start, stop, tuple(Format(span.kind, span.target) for span in open_spans)))
    return tuple(stretches)
