"""A report for GitHub: annotations on the lines of a pull request, and a job summary with all findings.

GitHub shows ten annotations of each kind per step and drops the rest. If there are more, the tenth annotation refers to
the job summary. See “Workflow commands for GitHub Actions: Setting an error message”.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from inforce.checks.finding import Finding, Severity
from inforce.checks.reports.text import count
from inforce.checks.run import CheckReport
from inforce.errors import printable
from inforce.escaping import plain

MOST = 10
COMMANDS = {Severity.ERROR: "error", Severity.QUESTION: "warning", Severity.NOTE: "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def to_github(report: CheckReport) -> str:
    """Return up to ten workflow commands for each severity of `report`."""
    lines = [line for severity in Severity for line in _commands(report.of(severity), COMMANDS[severity])]
    return "".join(f"{line}\n" for line in lines)


def to_job_summary(report: CheckReport) -> str:
    """Return all of `report` as Markdown for the summary of a job."""
    lines = ["## Checks of the policies", "", count(report), ""]
    for path, findings in groupby(report.findings, key=lambda finding: finding.place.path):
        lines += [f"### {_plain(path)}", "", *(_item(finding) for finding in findings), ""]
    if report.dismissed:
        dismissed = [
            f"- {question.finding.rule}, {_plain(str(question.finding.place))}: {_plain(question.dismissal.reason)}"
            for question in report.dismissed
        ]
        lines += ["### Dismissed questions", "", *dismissed, ""]
    return "\n".join(lines)


def _commands(findings: tuple[Finding, ...], command: str) -> Iterator[str]:
    shown = findings if len(findings) <= MOST else findings[: MOST - 1]
    for finding in shown:
        place = {"file": finding.place.path, "line": str(finding.place.line or 1), "title": finding.rule}
        properties = ",".join(f"{name}={value.translate(_PROPERTY)}" for name, value in place.items())
        yield f"::{command} {properties}::{f'{finding.message} {finding.fix}'.strip().translate(_DATA)}"
    if len(shown) < len(findings):
        yield f"::{command} title=inforce::{len(findings) - len(shown)} more are listed in the summary of this job."


def _item(finding: Finding) -> str:
    line = f", line {finding.place.line}" if finding.place.line else ""
    fix = f" {_plain(finding.fix)}" if finding.fix else ""
    return f"- **{finding.severity}** {finding.rule}{line}: {_plain(finding.message)}{fix}"


def _plain(words: str) -> str:
    """Return `words` on one line, escaped so that Markdown shows them literally."""
    return plain(printable(" ".join(words.split())))
