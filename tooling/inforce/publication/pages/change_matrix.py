"""The picture of a history: one row per section, one column per version, a mark where a section changed.

Keeps true: a section keeps its row for as long as it lives, under whatever id and heading. Says what is where; how a
mark looks is the page's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from inforce.publication.change_summary import ClauseStep, Step
from inforce.redline import ClauseState

_LITTLE, _SOME, _MUCH = 5, 25, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """A mark: what happened to the row's section in the version at `column` (from 0), and how much in per cent."""

    column: int
    state: ClauseState
    percent: int
    clause: str

    @property
    def size(self) -> int:
        """How large the mark is, from 1 (up to 5 %) over 2 (25 %) and 3 (60 %) to 4."""
        return 1 + (self.percent > _LITTLE) + (self.percent > _SOME) + (self.percent > _MUCH)


@dataclass(slots=True, kw_only=True)
class MatrixRow:
    """A section: its newest heading, and the columns from `first` to `last` in which it stands."""

    heading: str
    first: int
    last: int
    cells: list[MatrixCell] = field(default_factory=list)


def picture(outline: Iterable[tuple[str, str]], steps: Sequence[Step]) -> tuple[MatrixRow, ...]:
    """Draw the sections of the newest text, whose ids and headings are its `outline`, through `steps`, oldest first.

    Sections that are gone stand where they were read; rows are in reading order, cells in the order of time.
    """
    newest = len(steps)
    # Backwards in time: the ids that `rows` are known by are those of the version at hand.
    rows = {clause: MatrixRow(heading=heading, first=0, last=newest) for clause, heading in outline}
    order = list(rows.values())
    for column in range(newest, 0, -1):
        _step_back(rows, order, steps[column - 1].clauses, column)
    for row in order:
        row.cells.reverse()
    return tuple(order)


def by_column(rows: Iterable[MatrixRow], columns: int) -> tuple[tuple[tuple[str, MatrixCell], ...], ...]:
    """List the headings and marks of `rows` for each of so many `columns`, in reading order."""
    found: list[list[tuple[str, MatrixCell]]] = [[] for _ in range(columns)]
    for row in rows:
        for cell in row.cells:
            found[cell.column].append((row.heading, cell))
    return tuple(map(tuple, found))


def _step_back(rows: dict[str, MatrixRow], order: list[MatrixRow], clauses: Sequence[ClauseStep], column: int) -> None:
    """Make `rows` what they were before the step at `column`, and mark in them what it did."""
    gone = [clause for clause in clauses if clause.state is ClauseState.REMOVED]
    for clause in clauses:
        if clause.state is not ClauseState.REMOVED:
            _mark(rows, order, clause, column)
    # Renamed all at once: one section may take the id another one has just given up.
    before = {clause.was: rows[clause.id] for clause in clauses if clause.was}
    new = {clause.id for clause in clauses if clause.state is ClauseState.ADDED or clause.was}
    kept = {name: row for name, row in rows.items() if name not in new} | before
    for clause in gone:
        row = MatrixRow(heading=clause.heading, first=0, last=column - 1, cells=[_cell(clause, column)])
        order.insert(_place_of(kept.get(clause.after), order) + 1, row)
        kept[clause.id] = row
    rows.clear()
    rows.update(kept)


def _mark(rows: dict[str, MatrixRow], order: list[MatrixRow], clause: ClauseStep, column: int) -> None:
    row = rows.get(clause.id)
    if row is None:  # a comparison that tells of a section which the newer text does not have
        row = rows[clause.id] = MatrixRow(heading=clause.heading, first=0, last=column)
        order.append(row)
    row.cells.append(_cell(clause, column))
    if clause.state is ClauseState.ADDED:
        row.first = column


def _cell(clause: ClauseStep, column: int) -> MatrixCell:
    return MatrixCell(column=column, state=clause.state, percent=clause.percent, clause=clause.id)


def _place_of(row: MatrixRow | None, order: list[MatrixRow]) -> int:
    return next((place for place, one in enumerate(order) if one is row), -1)
