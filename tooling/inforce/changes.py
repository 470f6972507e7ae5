"""The differences between two editions of a policy by clause, together with the author's summary.

Invariants: every changed clause is included, whether or not the summary mentions it. Not responsible for: checking the
changes (see `checks`) and rendering them (see `rendering`).
"""

from __future__ import annotations

from dataclasses import dataclass

from inforce.policy import Edition, SummaryPoint
from inforce.redline import ClauseChange, Prepared, Redline, redline


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionChanges:
    """The editions `old` and `new`, which have the same language, and the `redline` between them."""

    old: Edition
    new: Edition
    redline: Redline

    @classmethod
    def between(cls, old: Edition, new: Edition, prepared: tuple[Prepared, Prepared]) -> EditionChanges:
        """Compare `old` with `new`, whose texts are `prepared` in that order; raise ValueError if the languages
        differ.
        """
        if old.language != new.language:
            message = f"a text in {old.language} cannot be compared with one in {new.language}"
            raise ValueError(message)
        return cls(old=old, new=new, redline=redline(*prepared))

    @property
    def clauses(self) -> tuple[ClauseChange, ...]:
        """The changed clauses in reading order."""
        return self.redline.changed_clauses

    def said(self, clause: str) -> tuple[SummaryPoint, ...]:
        """Return the points of the newer edition's summary about the clause with the id `clause`."""
        return tuple(point for point in self.new.summary if point.section == clause)

    @property
    def unmentioned(self) -> tuple[ClauseChange, ...]:
        """The changed clauses that no point of the summary refers to; empty if a point refers to the whole text."""
        sections = {point.section for point in self.new.summary}
        return () if "" in sections else tuple(clause for clause in self.clauses if clause.id not in sections)
