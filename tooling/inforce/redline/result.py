"""A redline as its users see it; everything but the runs is worked out when first asked for."""

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
    """What differs between the texts `old` and `new`, word by word; the package's docstring explains its parts."""

    def __init__(self, old: Prepared, new: Prepared, plan: Plan) -> None:
        self.old = old
        self.new = new
        self._plan = plan
        self._strokes = number(plan)
        self.runs: tuple[Run, ...] = flat_runs(new, plan)

    @property
    def equal(self) -> bool:
        """Whether nothing a reader sees differs, neither words nor formats nor addresses."""
        return not self._strokes

    @cached_property
    def blocks(self) -> tuple[RedlineBlock, ...]:
        """Both texts woven into one sequence of leaf blocks, to render."""
        return redline_blocks(self.old, self.new, self._plan, self._clauses)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Every change in reading order, with its class; `Run.change` and `RedlineBlock.change` are its number."""
        numbered = {change for change, number in self._numbers if number.kind is not NumberKind.LINK}
        return describe(self._strokes, self._clauses, numbered)

    @cached_property
    def changed_clauses(self) -> tuple[ClauseChange, ...]:
        """The clauses in which anything changed, in the order in which they are read."""
        return clause_changes(self._plan, self._clauses, self.changes)

    @cached_property
    def renamed(self) -> Mapping[str, str]:
        """What the clauses of the new text that had another id in the old one were called there, by their new id."""
        clauses = ((self.old.document.clauses[i], self.new.document.clauses[j]) for i, j in self._clauses.heirs.items())
        return {new.id: old.id for old, new in clauses if new.id != old.id}

    @cached_property
    def numbers(self) -> tuple[NumberChange, ...]:
        """The numbers, amounts, dates, periods, percentages and addresses that became others."""
        return tuple(number for _, number in self._numbers)

    @cached_property
    def statistics(self) -> Statistics:
        """How many words were kept, inserted, deleted and moved."""
        return count_words(self.old, self.new, self._plan, len(self._strokes))

    def count(self, kind: ChangeClass) -> int:
        """Return how many changes are of the class `kind`."""
        return sum(1 for change in self.changes if change.kind is kind)

    @cached_property
    def _numbers(self) -> tuple[tuple[int, NumberChange], ...]:
        return number_changes(self._plan, self._clauses)

    @cached_property
    def _clauses(self) -> ClauseMap:
        return ClauseMap(self.old, self.new, self._plan)
