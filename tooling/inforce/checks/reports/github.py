"""A report for GitHub: annotations of the lines of a pull request, and the whole of it as a job summary.

GitHub shows ten annotations of each kind for a step and drops the others, so the most weighty come first and the last
annotation says where the others are (Workflow commands for GitHub Actions: setting an error message).
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
    """Write up to ten workflow commands for each severity of `report`."""
    lines = [line for severity in Severity for line in _commands(report.of(severity), COMMANDS[severity])]
    return "".join(f"{line}\n" for line in lines)


def to_job_summary(report: CheckReport) -> str:
    """Write all of `report` as Markdown for the summary of a job."""
    lines = ["## Checks of the policies", "", count(report), ""]
    for path, findings in groupby(report.findings, key=lambda finding: finding.place.path):
        lines += [f"### {_plain(path)}", "", *(_item(finding) for finding in findings), ""]
    if report.answered:
        answered = [
            f"- {one.finding.rule}, {_plain(str(one.finding.place))}: {_plain(one.answer.reason)}"
            for one in report.answered
        ]
        lines += ["### Questions that are answered", "", *answered, ""]
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
    """Write `words` so that Markdown shows every character of them, in one line."""
    return plain(printable(" ".join(words.split())))
