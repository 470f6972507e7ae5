"""Steps: what changed from one version to the next, as far as overviews of a whole policy tell of it.

Keeps true: a step says what the published comparison of the two texts says, so nothing is compared for it again.
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
    """What happened to one clause: how much of it differs in per cent, and its id before where it had another.

    Of one that is gone `after` is the id of the clause it stood after.
    """

    id: str
    heading: str
    state: ClauseState
    percent: int
    was: str = ""
    after: str = ""

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> ClauseStep:
        """Read a clause out of what a published comparison says of it."""
        return cls(
            id=data["id"],
            heading=data["heading"],
            state=ClauseState(data["state"]),
            percent=max(1, data["percent"]),  # a link or a format that differs is not nothing
            was=data.get("was", ""),
            after=data.get("after", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What changed between two texts: the clauses in reading order, and a sentence per change."""

    clauses: tuple[ClauseStep, ...]
    sentences: tuple[str, ...]

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Step:
        """Read a step out of a published comparison."""
        clauses = tuple(ClauseStep.from_data(clause) for clause in document["clauses"])
        return cls(clauses=clauses, sentences=tuple(document["sentences"]))

    @classmethod
    def of(cls, redline: Redline, labels: Labels = ENGLISH) -> Step:
        """Tell the step that `redline` is, in the words of `labels`."""
        return cls.from_document({**to_data(redline), "sentences": to_sentences(redline, labels)})


Steps = Callable[[Edition, Edition, str], Step]
"""Gives the step between two editions; the text is the address of their published comparison, empty for none."""
