"""The public result of a comparison; all values except the runs are computed on first use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from inforce.redline.blocks import redline_blocks
from inforce.redline.changes import describe
from inforce.redline.clauses import ClauseMap, clause_changes
from inforce.redline.drafts import Plan
from inforce.redline.flat import flat_runs
from inforce.redline.numbering import number
from inforce.redline.numbers import number_changes
from inforce.redline.prepared import Prepared
from inforce.redline.statistics import count_words
from inforce.redline.values import (
    Change,
    ChangeClass,
    ClauseChange,
    NumberChange,
    NumberKind,
    RedlineBlock,
    Run,
    Statistics,
)


class Redline:
    """The differences between the texts `old` and `new`, word by word; see the package's docstring."""

    def __init__(self, old: Prepared, new: Prepared, plan: Plan) -> None:
        self.old = old
        self.new = new
        self._plan = plan
        self._strokes = number(plan)
        self.runs: tuple[Run, ...] = flat_runs(new, plan)

    @property
    def equal(self) -> bool:
        """Whether there is no visible difference in words, formats or addresses."""
        return not self._strokes

    @cached_property
    def blocks(self) -> tuple[RedlineBlock, ...]:
        """Both texts merged into one sequence of leaf blocks, for rendering."""
        return redline_blocks(self.old, self.new, self._plan, self._clauses)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """All changes in reading order; `Run.change` and `RedlineBlock.change` are their numbers."""
        numbered = {change for change, number in self._numbers if number.kind is not NumberKind.LINK}
        return describe(self._strokes, self._clauses, numbered)

    @cached_property
    def changed_clauses(self) -> tuple[ClauseChange, ...]:
        """The changed clauses, in reading order."""
        return clause_changes(self._plan, self._clauses, self.changes)

    @cached_property
    def renamed(self) -> Mapping[str, str]:
        """The previous ids of clauses whose id changed, by their new id."""
        clauses = ((self.old.document.clauses[i], self.new.document.clauses[j]) for i, j in self._clauses.heirs.items())
        return {new.id: old.id for old, new in clauses if new.id != old.id}

    @cached_property
    def numbers(self) -> tuple[NumberChange, ...]:
        """The changed numbers, amounts, dates, periods, percentages and addresses."""
        return tuple(number for _, number in self._numbers)

    @cached_property
    def statistics(self) -> Statistics:
        """The number of words unchanged, inserted, deleted and moved."""
        return count_words(self.old, self.new, self._plan, len(self._strokes))

    def count(self, kind: ChangeClass) -> int:
        """Return the number of changes of the class `kind`."""
        return sum(1 for change in self.changes if change.kind is kind)

    @cached_property
    def _numbers(self) -> tuple[tuple[int, NumberChange], ...]:
        return number_changes(self._plan, self._clauses)

    @cached_property
    def _clauses(self) -> ClauseMap:
        return ClauseMap(self.old, self.new, self._plan)
