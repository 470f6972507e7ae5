"""The change matrix of a history: a row per section, a column per version, a mark where a section changed.

Invariants: a section has the same row in all versions, even if its id and heading change.

Not responsible for: the look of marks (see the templates).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from inforce.publication.change_summary import ClauseStep, Step
from inforce.redline import ClauseState

_LITTLE, _SOME, _MUCH = 5, 25, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """A mark: the change to the row's section in the version at `column` (from 0), and its percentage."""

    column: int
    state: ClauseState
    percent: int
    clause: str

    @property
    def size(self) -> int:
        """The size of the mark: 1 (up to 5 %), 2 (up to 25 %), 3 (up to 60 %) or 4."""
        return 1 + (self.percent > _LITTLE) + (self.percent > _SOME) + (self.percent > _MUCH)


@dataclass(slots=True, kw_only=True)
class MatrixRow:
    """A section: its newest heading, and the columns from `first` to `last` in which it exists."""

    heading: str
    first: int
    last: int
    cells: list[MatrixCell] = field(default_factory=list)


def picture(outline: Iterable[tuple[str, str]], steps: Sequence[Step]) -> tuple[MatrixRow, ...]:
    """Return the rows for the newest text, whose ids and headings are `outline`, over `steps`, oldest first.

    Removed sections have a row at their former position; rows are in reading order, cells in order of time.
    """
    newest = len(steps)
    # Backwards in time: the keys of `rows` are the section ids at the time of the current step.
    rows = {clause: MatrixRow(heading=heading, first=0, last=newest) for clause, heading in outline}
    order = list(rows.values())
    for column in range(newest, 0, -1):
        _step_back(rows, order, steps[column - 1].clauses, column)
    for row in order:
        row.cells.reverse()
    return tuple(order)


def by_column(rows: Iterable[MatrixRow], columns: int) -> tuple[tuple[tuple[str, MatrixCell], ...], ...]:
    """Return the headings and marks of `rows` for each of the `columns`, in reading order."""
    columns_of: list[list[tuple[str, MatrixCell]]] = [[] for _ in range(columns)]
    for row in rows:
        for cell in row.cells:
            columns_of[cell.column].append((row.heading, cell))
    return tuple(map(tuple, columns_of))


def _step_back(rows: dict[str, MatrixRow], order: list[MatrixRow], clauses: Sequence[ClauseStep], column: int) -> None:
    """Add the marks of the step at `column` to `rows` and revert them to the state before it."""
    gone = [clause for clause in clauses if clause.state is ClauseState.REMOVED]
    for clause in clauses:
        if clause.state is not ClauseState.REMOVED:
            _mark(rows, order, clause, column)
    # Renamed at once, since a section can get the former id of another section.
    before = {clause.was: rows[clause.id] for clause in clauses if clause.was}
    new = {clause.id for clause in clauses if clause.state is ClauseState.ADDED or clause.was}
    continuing = {name: row for name, row in rows.items() if name not in new} | before
    for clause in gone:
        row = MatrixRow(heading=clause.heading, first=0, last=column - 1, cells=[_cell(clause, column)])
        order.insert(_place_of(continuing.get(clause.after), order) + 1, row)
        continuing[clause.id] = row
    rows.clear()
    rows.update(continuing)


def _mark(rows: dict[str, MatrixRow], order: list[MatrixRow], clause: ClauseStep, column: int) -> None:
    row = rows.get(clause.id)
    if row is None:  # the comparison lists a section that the newer text does not contain
        row = rows[clause.id] = MatrixRow(heading=clause.heading, first=0, last=column)
        order.append(row)
    row.cells.append(_cell(clause, column))
    if clause.state is ClauseState.ADDED:
        row.first = column


def _cell(clause: ClauseStep, column: int) -> MatrixCell:
    return MatrixCell(column=column, state=clause.state, percent=clause.percent, clause=clause.id)


def _place_of(row: MatrixRow | None, order: list[MatrixRow]) -> int:
    return next((place for place, other in enumerate(order) if other is row), -1)
