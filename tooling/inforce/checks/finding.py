"""Findings: the results of the checks, each with its place, the words concerned and a fix."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from inforce.errors import Place


class Severity(StrEnum):
    """The severity of a finding: an error blocks, a question must be resolved or dismissed, a note needs no action."""

    ERROR = "error"
    QUESTION = "question"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A finding of `rule` at `place`: a message, the words of the book that it concerns, and a fix."""

    rule: str
    severity: Severity
    place: Place
    message: str
    evidence: str = ""
    fix: str = ""

    def __post_init__(self) -> None:
        if not self.rule or not self.message.strip():
            message = "a finding needs a rule and a message"
            raise ValueError(message)

    @property
    def order(self) -> tuple[str, int, str, str, str]:
        """The sort key of the finding in a report: path, then line, then rule."""
        return (self.place.path, self.place.line or 0, self.rule, self.message, self.evidence)
