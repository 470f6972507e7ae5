"""Dismissals: questions of the checks that an editor dismissed, each with the reason, stored in the book.

A dismissal applies to a rule and a path, and optionally to a section and to the words concerned. If the path is a
folder, it applies to everything below it, including later versions.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from inforce.checks.finding import Finding, Severity
from inforce.fields import Fields, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissal:
    """One dismissal: the `rule`, the `path` and the reason. `number` is its position in the file, from 0."""

    rule: str
    path: str
    reason: str
    section: str = ""
    evidence: str = ""
    number: int = 0

    @classmethod
    def from_shape(cls, shape: Fields, folder: str = "", number: int = 0) -> Dismissal:
        """Read a dismissal from `shape`; its path has the form of findings or is relative to the book's `folder`."""
        path = shape.text("path").strip("/")
        dismissal = cls(
            rule=shape.text("rule"),
            path=path if not folder or path == folder or path.startswith(f"{folder}/") else f"{folder}/{path}",
            section=shape.text("section", ""),
            evidence=shape.text("evidence", ""),
            reason=shape.text("reason"),
            number=number,
        )
        shape.close()
        return dismissal

    def applies_to(self, finding: Finding) -> bool:
        """Return whether this dismissal applies to `finding`, which must be a question."""
        return (
            finding.severity is Severity.QUESTION
            and finding.rule == self.rule
            and self.covers(finding.place.path)
            and self.section in ("", finding.place.section)
            and _plain(self.evidence) in ("", _plain(finding.evidence))
        )

    def covers(self, path: str) -> bool:
        """Return whether `path` is the path of this dismissal or below it."""
        return path == self.path or path.startswith(f"{self.path}/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissals:
    """All dismissals of a book, in the order of the file."""

    entries: tuple[Dismissal, ...] = ()
    source: Source = field(default_factory=lambda: Source(path="dismissals.yml"), compare=False)

    @classmethod
    def from_shape(cls, shape: Fields, source: Source) -> Dismissals:
        """Read the field `dismissals` from the `shape` of dismissals.yml; raise ShapeError if it is invalid."""
        folder = source.path.rpartition("/")[0]
        dismissals = [
            Dismissal.from_shape(item, folder, number) for number, item in enumerate(shape.shapes("dismissals", ()))
        ]
        shape.close()
        return cls(entries=tuple(dismissals), source=source)

    def for_finding(self, finding: Finding) -> Dismissal | None:
        """Return the first dismissal that applies to `finding`, or None."""
        return next((dismissal for dismissal in self.entries if dismissal.applies_to(finding)), None)


def _plain(words: str) -> str:
    return " ".join(words.split())
