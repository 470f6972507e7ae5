"""The use case: examine a book by every rule of the catalogue, and set answered questions apart."""

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

# How problems begin that leave it to the place to say what has them.
PREDICATES = ("is ", "has ", "holds ", "cannot ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissed:
    """A question that was answered, and the answer it met."""

    finding: Finding
    answer: Dismissal


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What an examination found, by path, line and rule; answered questions stand apart."""

    findings: tuple[Finding, ...]
    answered: tuple[Dismissed, ...] = ()

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """List the findings of `severity`."""
        return tuple(finding for finding in self.findings if finding.severity is severity)

    @property
    def blocks(self) -> bool:
        """Whether there is an error."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def changes_history(self) -> bool:
        """Whether going on would change what has been published."""
        return any(CATALOGUE[finding.rule].history for finding in self.findings if finding.rule in CATALOGUE)


def check(book: Book, now: datetime) -> tuple[Finding, ...]:
    """List everything the catalogue has to say about `book` at `now`, but for questions that were answered."""
    return examine(book, now).findings


def examine(book: Book, now: datetime, rules: Iterable[Rule] = tuple(CATALOGUE.values())) -> CheckReport:
    """Examine `book` at the instant `now` by `rules`, and add what could not be read of it.

    Answers are looked through for unused ones only where all questions are asked.
    """
    rules = tuple(rules)
    found = [from_fault(fault) for fault in book.faults]
    examination = CheckContext(book, book.catalog, now) if book.catalog else None
    if examination:
        found += [finding for rule in rules if rule.find for finding in rule.find(examination)]
    answered = [
        Dismissed(finding=finding, answer=answer)
        for finding in found
        if (answer := book.answers.to(finding)) is not None
    ]
    met = {id(one.finding) for one in answered}
    left = [finding for finding in found if id(finding) not in met]
    if examination and len(rules) == len(CATALOGUE):
        left += _unused_answers(examination, {one.answer for one in answered})
    return CheckReport(
        findings=tuple(sorted(left, key=lambda finding: finding.order)),
        answered=tuple(sorted(answered, key=lambda one: one.finding.order)),
    )


def from_fault(fault: BookError) -> Finding:
    """Make the finding that says what `fault`, met while reading, says."""
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
    """Begin `words` with a capital and end them with a full stop, where they do neither."""
    return words[:1].upper() + words[1:] + ("" if not words or words.endswith((".", "?", "!")) else ".")


def _unused_answers(book: CheckContext, used: set[Dismissal]) -> Iterator[Finding]:
    """Tell of answers that meet nothing; those to texts that are locked by now stay as a record."""
    held = book.paths
    fixable = {file.source.path for file in book.files}
    for answer in book.book.answers.answers:
        covered = {path for path in held if answer.covers(path)}
        if answer not in used and (not covered or covered & fixable or _is_senseless(answer)):
            place = book.book.answers.source.place(f"dismissals[{answer.number}]")
            yield unused_dismissal.finding(
                place, f"This dismissal {_why_unused(answer, covered)}.", evidence=answer.rule, fix="Take it out."
            )


def _is_senseless(answer: Dismissal) -> bool:
    rule = CATALOGUE.get(answer.rule)
    return rule is None or rule.severity is not Severity.QUESTION


def _why_unused(answer: Dismissal, covered: set[str]) -> str:
    rule = CATALOGUE.get(answer.rule)
    if rule is None:
        close = difflib.get_close_matches(answer.rule, CATALOGUE, n=1)
        hint = f" – did you mean “{close[0]}”" if close else ""
        return f"names the rule “{answer.rule}”, which does not exist{hint}"
    if rule.severity is not Severity.QUESTION:
        return f"is to {answer.rule}, which asks no question"
    return "no longer matches any question" if covered else f"names “{answer.path}”, which is not there"
