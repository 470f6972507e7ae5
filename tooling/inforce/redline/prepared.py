"""A text read once for redlines: its leaf blocks with their words, keys and formats.

A `Prepared` never changes what it says. Words are cut when first asked for, since most blocks of two versions are
equal and never need them.
"""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate

from inforce.markdown import BlockKind, Document, parse
from inforce.redline.leaf import Leaf
from inforce.redline.units import Unit, units_of

# A heading or an id says more about which clause this is than any amount of text under it.
DECISIVE = 1 << 40


class Prepared:
    """A Markdown text read once; `redline` takes it in place of the text, as often as wanted."""

    def __init__(self, text: str) -> None:
        self.document: Document = parse(text)
        self.text = self.document.text
        self.leaves = [Leaf(index, block) for index, block in enumerate(self.document.blocks)]

    def cut_words(self) -> Prepared:
        """Cut all words now, not when a redline first needs them; return this text.

        It pays, in time and not in memory, where many redlines are made of one text.
        """
        _ = self.units
        for leaf in self.leaves:
            leaf.cut_words()
        return self

    @cached_property
    def units(self) -> list[Unit]:
        """What alignment matches: blocks, and rows of tables."""
        return units_of(self.leaves)

    @cached_property
    def offsets(self) -> list[int]:
        """Where each block begins in the text as read, and at the end its length."""
        return [0, *accumulate([len(leaf.block.text) + 1 for leaf in self.leaves])]

    @cached_property
    def sizes(self) -> list[int]:
        """How many words a reader counts before each block, and at the end in all."""
        return [0, *accumulate([leaf.size for leaf in self.leaves])]

    @cached_property
    def weights(self) -> list[int]:
        """What the blocks before each one weigh in saying which clause another clause is; at the end all of them."""
        weights = [
            len(leaf.block.text) + (DECISIVE if leaf.block.kind is BlockKind.HEADING else 0) for leaf in self.leaves
        ]
        return [0, *accumulate(weights)]

    @cached_property
    def containers(self) -> int:
        """How many containers there are; their keys are less."""
        return 1 + max((one.key for leaf in self.leaves for one in leaf.block.path), default=-1)

    @cached_property
    def clauses(self) -> list[int]:
        """The place of each block's clause among the clauses of the document."""
        clauses = self.document.clauses
        return [place for place, clause in enumerate(clauses) for _ in range(clause.start, clause.stop)]


def prepare(text: str) -> Prepared:
    """Read Markdown `text` (a body without front matter) once, for any number of redlines."""
    return Prepared(text)
