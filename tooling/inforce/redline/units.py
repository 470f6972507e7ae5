"""What alignment matches: a leaf block, or a row of a table with all its cells."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import groupby

from inforce.markdown import BlockKind, ContainerKind
from inforce.redline.leaf import Leaf

ROW = "row"


class Unit:
    """Some `leaves` that stand or fall together; `key` is what they say, `kind` a BlockKind or `ROW`."""

    __slots__ = ("__dict__", "index", "key", "kind", "leaves", "print")

    def __init__(self, index: int, kind: str, leaves: Sequence[Leaf]) -> None:
        self.index = index
        self.kind = kind
        self.leaves = leaves
        self.key = leaves[0].key if kind != ROW else "\t".join([leaf.key for leaf in leaves]) + "\t"
        # Units with equal prints look the same.
        self.print = leaves[0].print if kind != ROW else [leaf.print for leaf in leaves]

    @cached_property
    def size(self) -> int:
        """How many words a reader counts."""
        return sum([leaf.size for leaf in self.leaves])

    @cached_property
    def table(self) -> int:
        """The key of the table a row stands in; -1 where there is none."""
        return next((one.key for one in self.leaves[0].block.path if one.kind is ContainerKind.TABLE), -1)


def units_of(leaves: Sequence[Leaf]) -> list[Unit]:
    """Return the units that `leaves` make."""
    units: list[Unit] = []
    for row, group in groupby(leaves, _row):
        members = list(group)
        if row is None:
            units += [Unit(len(units) + at, leaf.block.kind, [leaf]) for at, leaf in enumerate(members)]
        else:
            units.append(Unit(len(units), ROW, members))
    return units


def _row(leaf: Leaf) -> int | None:
    return leaf.block.path[-1].key if leaf.block.kind is BlockKind.CELL else None
