"""The units of alignment: a leaf block, or a row of a table with all its cells."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import groupby

from inforce.markdown import BlockKind, ContainerKind
from inforce.redline.leaf import Leaf

ROW = "row"


class Unit:
    """A unit of one or more `leaves`; `key` is its content, `kind` a BlockKind or `ROW`."""

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
        """The number of words that a reader counts."""
        return sum([leaf.size for leaf in self.leaves])

    @cached_property
    def table(self) -> int:
        """The key of the table that contains a row; -1 for other units."""
        return next(
            (container.key for container in self.leaves[0].block.path if container.kind is ContainerKind.TABLE), -1
        )


def units_of(leaves: Sequence[Leaf]) -> list[Unit]:
    """Return the units of `leaves`."""
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
