"""Changes: what differs between two editions of a policy clause by clause, beside what the author says about it.

Keeps true: a clause that changed is in here whether or not the summary speaks of it. Does not judge (see `checks`)
and does not show (see `rendering`).
"""

from __future__ import annotations

from dataclasses import dataclass

from inforce.policy import Edition, SummaryPoint
from inforce.redline import ClauseChange, Prepared, Redline, redline


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionChanges:
    """What `redline` found between the editions `old` and `new`, which are in one language."""

    old: Edition
    new: Edition
    redline: Redline

    @classmethod
    def between(cls, old: Edition, new: Edition, prepared: tuple[Prepared, Prepared]) -> EditionChanges:
        """Compare `old` with `new`, whose texts are `prepared` in that order; ValueError for two languages."""
        if old.language != new.language:
            message = f"a text in {old.language} cannot be compared with one in {new.language}"
            raise ValueError(message)
        return cls(old=old, new=new, redline=redline(*prepared))

    @property
    def clauses(self) -> tuple[ClauseChange, ...]:
        """The clauses in which anything changed, in reading order."""
        return self.redline.changed_clauses

    def said(self, clause: str) -> tuple[SummaryPoint, ...]:
        """List what the author of the newer edition says of the clause with the id `clause`."""
        return tuple(point for point in self.new.summary if point.section == clause)

    @property
    def unmentioned(self) -> tuple[ClauseChange, ...]:
        """The changed clauses that no point of the summary names; none where a point speaks of the whole text."""
        named = {point.section for point in self.new.summary}
        return () if "" in named else tuple(clause for clause in self.clauses if clause.id not in named)
