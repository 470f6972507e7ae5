"""Matching of the columns of two tables, so that cells of corresponding columns are compared.

A column has the same index in every row of the merged table: deleted columns come first, then inserted ones, between
the unchanged columns.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inforce.redline.sequence import Gap, Pair, gaps_between, heaviest_chain
from inforce.redline.tokens import ROW, Leaf, Unit

# A column with the same header counts as much as this many rows with the same cell.
HEADER = 8


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the merged table: its index in the old and in the new table, None if it is missing there."""

    old: int | None
    new: int | None


class Columns:
    """The columns of all tables with rows among `pairs`."""

    def __init__(self, pairs: Iterable[tuple[Unit, Unit]]) -> None:
        rows: dict[Pair, list[tuple[Unit, Unit]]] = defaultdict(list)
        for old, new in pairs:
            if old.kind == ROW == new.kind:
                rows[old.table, new.table].append((old, new))
        self._columns = {tables: _columns(matched) for tables, matched in rows.items()}
        self._heirs: tuple[dict[int, Pair], dict[int, Pair]] = ({}, {})
        for tables in sorted(rows, key=lambda tables: (-len(rows[tables]), tables)):
            if tables[0] not in self._heirs[0] and tables[1] not in self._heirs[1]:
                self._heirs[0][tables[0]] = self._heirs[1][tables[1]] = tables

    def cells(self, old: Unit, new: Unit) -> list[tuple[int, Leaf | None, Leaf | None]]:
        """Return the cells of a pair of rows by columns of the merged table: place, old cell, new cell."""
        return [
            (
                place,
                None if column.old is None else old.leaves[column.old],
                None if column.new is None else new.leaves[column.new],
            )
            for place, column in enumerate(self._columns[old.table, new.table])
        ]

    def place(self, unit: Unit, leaf: Leaf, side: int) -> int:
        """Return the place of a cell of a row that is in one text only, the old (0) or the new (1)."""
        tables = self._heirs[side].get(unit.table)
        if tables is None:
            return leaf.block.column
        numbers = [(column.old, column.new)[side] for column in self._columns[tables]]
        return numbers.index(leaf.block.column)

    def are_same(self, unit: Unit, other: Unit) -> bool:
        """Return whether the tables of the rows `unit` and `other` have the same columns in the same order."""
        columns = self._columns.get((unit.table, other.table), ())
        return all(column.old == column.new for column in columns)


def _columns(rows: Sequence[tuple[Unit, Unit]]) -> list[Column]:
    if all(old.key == new.key for old, new in rows):
        # Identical columns share the maximum number of cells, so no other match can be better.
        return [Column(place, place) for place in range(len(rows[0][0].leaves))]
    widths = len(rows[0][0].leaves), len(rows[0][1].leaves)
    matched = heaviest_chain(_weights(rows))
    columns: list[Column] = []
    pairs: list[Pair] = []
    for gap in gaps_between(matched, Gap(0, widths[0], 0, widths[1])):
        olds = [old for old in range(gap.old_start, gap.old_stop) if (old, gap.new_start) not in matched]
        news = [new for new in range(gap.new_start, gap.new_stop) if (gap.old_start, new) not in matched]
        if (gap.old_start, gap.new_start) in matched:
            pairs.append((gap.old_start, gap.new_start))
        if len(olds) == len(news):
            pairs += zip(olds, news, strict=True)
    ends = [*pairs, widths]
    start = (-1, -1)
    for old, new in ends:
        columns += [Column(gone, None) for gone in range(start[0] + 1, old)]
        columns += [Column(None, came) for came in range(start[1] + 1, new)]
        columns.append(Column(old, new))
        start = (old, new)
    return columns[:-1]


def _weights(rows: Sequence[tuple[Unit, Unit]]) -> list[tuple[int, int, int]]:
    weights: Counter[Pair] = Counter()
    for old, new in rows:
        places: dict[str, list[int]] = defaultdict(list)
        for at, leaf in enumerate(new.leaves):
            places[leaf.key].append(at)
        header = old.leaves[0].block.path[-1].number == 0 == new.leaves[0].block.path[-1].number
        for at, leaf in enumerate(old.leaves):
            for other in places[leaf.key] if leaf.key else ():
                weights[at, other] += HEADER if header else 1
    return [(old, new, weight) for (old, new), weight in weights.items()]
