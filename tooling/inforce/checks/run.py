"""The use case: check a book by the rules of the catalogue, and separate dismissed questions."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from inforce.checks.book import Book
from inforce.checks.context import CheckContext
from inforce.checks.dismissals import Dismissal
from inforce.checks.finding import Finding, Severity
from inforce.checks.rule import Rule
from inforce.checks.rules import CATALOGUE
from inforce.checks.rules.meta import unused_dismissal
from inforce.errors import BookError

# A problem that begins with one of these has no subject; the file name is put before it.
PREDICATES = ("is ", "has ", "holds ", "cannot ")


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissedQuestion:
    """A question and the dismissal that applies to it."""

    finding: Finding
    dismissal: Dismissal


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """The findings of one run, sorted by path, line and rule; dismissed questions are listed separately."""

    findings: tuple[Finding, ...]
    dismissed: tuple[DismissedQuestion, ...] = ()

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the findings of `severity`."""
        return tuple(finding for finding in self.findings if finding.severity is severity)

    @property
    def blocks(self) -> bool:
        """Whether the report contains an error."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def changes_history(self) -> bool:
        """Whether a finding means that published history would change."""
        return any(CATALOGUE[finding.rule].history for finding in self.findings if finding.rule in CATALOGUE)


def check(book: Book, now: datetime) -> tuple[Finding, ...]:
    """Return the findings of all rules about `book` at `now`, except dismissed questions."""
    return examine(book, now).findings


def examine(book: Book, now: datetime, rules: Iterable[Rule] = tuple(CATALOGUE.values())) -> CheckReport:
    """Check `book` at the instant `now` by `rules`, and include the errors found while reading it.

    Unused dismissals are reported only if `rules` is the whole catalogue.
    """
    rules = tuple(rules)
    findings = [from_fault(fault) for fault in book.faults]
    ctx = CheckContext(book, book.catalog, now) if book.catalog else None
    if ctx:
        findings += [finding for rule in rules if rule.find for finding in rule.find(ctx)]
    dismissed = [
        DismissedQuestion(finding=finding, dismissal=dismissal)
        for finding in findings
        if (dismissal := book.dismissals.for_finding(finding)) is not None
    ]
    dismissed_ids = {id(question.finding) for question in dismissed}
    remaining = [finding for finding in findings if id(finding) not in dismissed_ids]
    if ctx and len(rules) == len(CATALOGUE):
        remaining += _unused_dismissals(ctx, {question.dismissal for question in dismissed})
    return CheckReport(
        findings=tuple(sorted(remaining, key=lambda finding: finding.order)),
        dismissed=tuple(sorted(dismissed, key=lambda question: question.finding.order)),
    )


def from_fault(fault: BookError) -> Finding:
    """Return the finding for `fault`, an error found while reading."""
    name = fault.place.path.rpartition("/")[2]
    subject = f"“{name}” " if fault.problem.startswith(PREDICATES) else ""
    return Finding(
        rule=fault.rule,
        severity=CATALOGUE[fault.rule].severity if fault.rule in CATALOGUE else Severity.ERROR,
        place=fault.place,
        message=_sentence(f"{subject}{fault.problem}"),
        fix=_sentence(fault.fix),
    )


def _sentence(words: str) -> str:
    """Return `words` with a capital at the beginning and a full stop at the end."""
    return words[:1].upper() + words[1:] + ("" if not words or words.endswith((".", "?", "!")) else ".")


def _unused_dismissals(ctx: CheckContext, used: set[Dismissal]) -> Iterator[Finding]:
    """Yield a finding for each unused dismissal; dismissals about locked texts are kept as a record."""
    fixable = {file.source.path for file in ctx.files}
    for dismissal in ctx.book.dismissals.entries:
        covered = {path for path in ctx.paths if dismissal.covers(path)}
        if dismissal not in used and (not covered or covered & fixable or _is_invalid(dismissal)):
            yield unused_dismissal.finding(
                ctx.book.dismissals.source.place(f"dismissals[{dismissal.number}]"),
                f"This dismissal {_why_unused(dismissal, covered)}.",
                evidence=dismissal.rule,
                fix="Remove it.",
            )


def _is_invalid(dismissal: Dismissal) -> bool:
    rule = CATALOGUE.get(dismissal.rule)
    return rule is None or rule.severity is not Severity.QUESTION


def _why_unused(dismissal: Dismissal, covered: set[str]) -> str:
    rule = CATALOGUE.get(dismissal.rule)
    if rule is None:
        close = difflib.get_close_matches(dismissal.rule, CATALOGUE, n=1)
        hint = f" – did you mean “{close[0]}”?" if close else ""
        return f"refers to the rule “{dismissal.rule}”, which does not exist{hint}"
    if rule.severity is not Severity.QUESTION:
        return f"is for {dismissal.rule}, which does not ask questions"
    return "no longer matches any question" if covered else f"refers to “{dismissal.path}”, which does not exist"
