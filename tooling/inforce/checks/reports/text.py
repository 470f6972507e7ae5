"""A report as plain text, grouped by file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from inforce.checks.finding import Finding, Severity
from inforce.checks.run import CheckReport, DismissedQuestion
from inforce.errors import counted, listed, printable


def to_text(report: CheckReport) -> str:
    """Return `report` as text, file by file, with the counts at the end."""
    lines: list[str] = []
    for path, findings in groupby(report.findings, key=lambda finding: finding.place.path):
        lines += [path, *(line for finding in findings for line in _lines(finding)), ""]
    if report.dismissed:
        lines += ["Dismissed questions", *(_dismissed(question) for question in report.dismissed), ""]
    lines.append(count(report))
    if report.dismissed:
        lines.append(f"{counted(len(report.dismissed), 'question')} dismissed in dismissals.yml.")
    if report.of(Severity.QUESTION):
        lines.append(
            "To dismiss a question permanently, add its rule, path, evidence and your reason to dismissals.yml."
        )
    # The report quotes the book, which can contain terminal control characters.
    return "".join(f"{printable(line)}\n" for line in lines)


def count(report: CheckReport) -> str:
    """Return the numbers of errors, questions and notes in `report`, in words."""
    counts = [counted(len(report.of(severity)), str(severity)) for severity in Severity if report.of(severity)]
    return f"{listed(counts)}." if counts else "The checks found nothing."


def _lines(finding: Finding) -> Iterator[str]:
    line = f"line {finding.place.line}" if finding.place.line else "the whole file"
    section = f", section “{finding.place.section}”" if finding.place.section else ""
    yield f"  {finding.severity} {finding.rule}, {line}{section}"
    yield f"    {finding.message}"
    if finding.fix:
        yield f"    → {finding.fix}"


def _dismissed(question: DismissedQuestion) -> str:
    return f"  {question.finding.rule} {question.finding.place}: {question.dismissal.reason}"
