"""A text read once for redlines: its leaf blocks with their words, keys and formats.

A `Prepared` never changes what it says. Words are cut when first asked for, since most blocks of two versions are
equal and never need them.
"""

from __future__ import annotations

from functools import cached_property

from inforce.markdown import Document, parse
from inforce.redline.leaf import Leaf
from inforce.redline.units import Unit, units_of


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
        offsets = [0]
        for leaf in self.leaves:
            offsets.append(offsets[-1] + len(leaf.block.text) + 1)
        return offsets

    @cached_property
    def clauses(self) -> list[int]:
        """The place of each block's clause among the clauses of the document."""
        clauses = self.document.clauses
        return [place for place, clause in enumerate(clauses) for _ in range(clause.start, clause.stop)]


def prepare(text: str) -> Prepared:
    """Read Markdown `text` (a body without front matter) once, for any number of redlines."""
    return Prepared(text)
