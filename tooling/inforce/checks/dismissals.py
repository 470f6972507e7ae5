"""Answers: questions of the checks that somebody has answered, each with the reason, kept in the book.

An answer says which question it meets by rule and path, and more narrowly by section and by the words concerned. A path
that names a folder holds for everything below, so that an answer outlives the version it was given for.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from inforce.checks.finding import Finding, Severity
from inforce.fields import Fields, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissal:
    """An answered question: `rule` about `path`, and the reason why all is well. `number` counts answers from 0."""

    rule: str
    path: str
    reason: str
    section: str = ""
    evidence: str = ""
    number: int = 0

    @classmethod
    def from_shape(cls, shape: Fields, folder: str = "", number: int = 0) -> Dismissal:
        """Read an answer out of `shape`; paths are those of findings, or relative to the book's `folder`."""
        path = shape.text("path").strip("/")
        answer = cls(
            rule=shape.text("rule"),
            path=path if not folder or path == folder or path.startswith(f"{folder}/") else f"{folder}/{path}",
            section=shape.text("section", ""),
            evidence=shape.text("evidence", ""),
            reason=shape.text("reason"),
            number=number,
        )
        shape.close()
        return answer

    def meets(self, finding: Finding) -> bool:
        """Say whether this is the answer to `finding`, which has to be a question."""
        return (
            finding.severity is Severity.QUESTION
            and finding.rule == self.rule
            and self.covers(finding.place.path)
            and self.section in ("", finding.place.section)
            and _plain(self.evidence) in ("", _plain(finding.evidence))
        )

    def covers(self, path: str) -> bool:
        """Say whether `path` is what the answer names, or lies below it."""
        return path == self.path or path.startswith(f"{self.path}/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissals:
    """All answers of a book, in the order of the file."""

    answers: tuple[Dismissal, ...] = ()
    source: Source = field(default_factory=lambda: Source(path="dismissals.yml"), compare=False)

    @classmethod
    def from_shape(cls, shape: Fields, source: Source) -> Dismissals:
        """Read the field `dismissals` of dismissals.yml's `shape`; ShapeError names what is wrong."""
        folder = source.path.rpartition("/")[0]
        answers = [
            Dismissal.from_shape(item, folder, number) for number, item in enumerate(shape.shapes("dismissals", ()))
        ]
        shape.close()
        return cls(answers=tuple(answers), source=source)

    def to(self, finding: Finding) -> Dismissal | None:
        """Find the first answer to `finding`."""
        return next((answer for answer in self.answers if answer.meets(finding)), None)


def _plain(words: str) -> str:
    return " ".join(words.split())
