"""Findings: one thing a check says, with its place, the words concerned and the way to fix it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from inforce.errors import Place


class Severity(StrEnum):
    """What a finding asks for: an error blocks, a question wants one answer with a reason, a note wants nothing."""

    ERROR = "error"
    QUESTION = "question"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the rule `rule` says about `place`: a sentence, the words of the book it is about, and a way to fix it."""

    rule: str
    severity: Severity
    place: Place
    message: str
    evidence: str = ""
    fix: str = ""

    def __post_init__(self) -> None:
        if not self.rule or not self.message.strip():
            message = "a finding names its rule and says something"
            raise ValueError(message)

    @property
    def order(self) -> tuple[str, int, str, str, str]:
        """Where the finding stands in a report: by path, then line, then rule."""
        return (self.place.path, self.place.line or 0, self.rule, self.message, self.evidence)
