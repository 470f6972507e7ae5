"""A text prepared for redlines: its leaf blocks with their words, keys and formats.

A `Prepared` is immutable. Words are split on first use, because most blocks of two versions are equal and do not need
them.
"""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate

from inforce.markdown import BlockKind, Document, parse
from inforce.redline.leaf import Leaf
from inforce.redline.units import Unit, units_of

# A heading or an id identifies a clause better than any amount of text under it.
DECISIVE = 1 << 40


class Prepared:
    """A prepared Markdown text; `redline` accepts it in place of the text, any number of times."""

    def __init__(self, text: str) -> None:
        self.document: Document = parse(text)
        self.text = self.document.text
        self.leaves = [Leaf(index, block) for index, block in enumerate(self.document.blocks)]

    def cut_words(self) -> Prepared:
        """Split all words now instead of on first use; return this text.

        This saves time, at the cost of memory, if many redlines use the text.
        """
        _ = self.units
        for leaf in self.leaves:
            leaf.cut_words()
        return self

    @cached_property
    def units(self) -> list[Unit]:
        """The units for alignment: blocks, and rows of tables."""
        return units_of(self.leaves)

    @cached_property
    def offsets(self) -> list[int]:
        """The start of each block in the plain text, and finally its length."""
        return [0, *accumulate([len(leaf.block.text) + 1 for leaf in self.leaves])]

    @cached_property
    def sizes(self) -> list[int]:
        """The number of counted words before each block, and finally the total."""
        return [0, *accumulate([leaf.size for leaf in self.leaves])]

    @cached_property
    def weights(self) -> list[int]:
        """The cumulative weight of the blocks before each one, for matching clauses, and finally the total."""
        weights = [
            len(leaf.block.text) + (DECISIVE if leaf.block.kind is BlockKind.HEADING else 0) for leaf in self.leaves
        ]
        return [0, *accumulate(weights)]

    @cached_property
    def containers(self) -> int:
        """The number of containers; all keys are smaller."""
        return 1 + max((container.key for leaf in self.leaves for container in leaf.block.path), default=-1)

    @cached_property
    def clauses(self) -> list[int]:
        """The index of each block's clause among the clauses of the document."""
        clauses = self.document.clauses
        return [place for place, clause in enumerate(clauses) for _ in range(clause.start, clause.stop)]


def prepare(text: str) -> Prepared:
    """Prepare Markdown `text` (a body without front matter) for any number of redlines."""
    return Prepared(text)
