"""The words of leaves written as one sign each, the same sign in both texts, so that strings can be compared.

A leaf is written once, however often it is compared. Only words that a reader counts have a sign, and the mark that
ends a block.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import compress

from inforce.redline.compare import Signs
from inforce.redline.drafts import MARK
from inforce.redline.leaf import Leaf


class Alphabet:
    """The signs given so far, and the leaves written so far."""

    def __init__(self) -> None:
        self._signs = Signs()
        self._mark = self._signs[MARK]
        self._written: dict[int, str] = {}

    def write(self, leaf: Leaf) -> str:
        """Return the words of `leaf`."""
        known = self._written.get(id(leaf))
        if known is None:
            known = self._written[id(leaf)] = self._signs.encode(compress(leaf.keys, leaf.counted))
        return known

    def write_all(self, leaves: Iterable[Leaf]) -> str:
        """Return the words of `leaves`, with a mark between each two."""
        return self._mark.join(map(self.write, leaves))
