"""Steps: the changes from one version to the next, as feeds and histories show them.

Invariants: a step equals the published comparison of the two texts, so that the texts are compared only once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from inforce.policy import Edition
from inforce.redline import ClauseState, Redline
from inforce.rendering.json import to_data
from inforce.rendering.labels import ENGLISH, Labels
from inforce.rendering.sentences import to_sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseStep:
    """The change to one clause: the percentage of its words that differ, and its previous id if that was different.

    For a removed clause, `after` is the id of the clause before it.
    """

    id: str
    heading: str
    state: ClauseState
    percent: int
    was: str = ""
    after: str = ""

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> ClauseStep:
        """Parse a clause from a published comparison."""
        return cls(
            id=data["id"],
            heading=data["heading"],
            state=ClauseState(data["state"]),
            percent=max(1, data["percent"]),  # a changed link or format counts as at least 1 %
            was=data.get("was", ""),
            after=data.get("after", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The changes between two texts: the clauses in reading order, and a sentence per change."""

    clauses: tuple[ClauseStep, ...]
    sentences: tuple[str, ...]

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Step:
        """Parse a step from a published comparison."""
        clauses = tuple(ClauseStep.from_data(clause) for clause in document["clauses"])
        return cls(clauses=clauses, sentences=tuple(document["sentences"]))

    @classmethod
    def of(cls, redline: Redline, labels: Labels = ENGLISH) -> Step:
        """Return the step of `redline`, with sentences in the words of `labels`."""
        return cls.from_document({**to_data(redline), "sentences": to_sentences(redline, labels)})


Steps = Callable[[Edition, Edition, str], Step]
"""Returns the step between two editions; the string is the path of their published comparison, or empty."""
