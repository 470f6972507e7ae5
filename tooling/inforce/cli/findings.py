"""Findings for people: grouped by file, in sentences, with colour in a terminal."""

from __future__ import annotations

from itertools import groupby

from inforce.checks import Finding, Report, Severity
from inforce.cli.screen import Screen
from inforce.errors import quoted

_COLOURS = {Severity.ERROR: "bold red", Severity.QUESTION: "bold yellow", Severity.NOTE: "bold blue"}
_LONGEST = 160


def show(screen: Screen, report: Report) -> None:
    """Print every finding of `report`, file by file, and how many of each kind there are."""
    for path, findings in groupby(report.findings, key=lambda finding: finding.place.path):
        screen.say(path, style="bold")
        for finding in findings:
            _show(screen, finding)
        screen.say()
    screen.say(_counted(report))


def _show(screen: Screen, finding: Finding) -> None:
    place = finding.place
    where = f"line {place.line}" if place.line else ""
    section = f"#{place.section}" if place.section else ""
    head = ", ".join(part for part in (where, section) if part)
    screen.say(f"  {finding.severity}  {finding.rule}  {head}".rstrip(), style=_COLOURS[finding.severity])
    screen.say(f"    {finding.message}")
    evidence = " ".join(finding.evidence.split())
    if evidence and evidence not in finding.message:
        screen.say(f"    {evidence if evidence.startswith('“') else quoted(evidence, _LONGEST)}")
    if finding.mend:
        screen.say(f"    {finding.mend}", style="dim")


def _counted(report: Report) -> str:
    counts = [(len(report.of(severity)), str(severity)) for severity in Severity]
    found = [f"{number} {word}{'' if number == 1 else 's'}" for number, word in counts if number]
    answered = f" ({len(report.answered)} answered)" if report.answered else ""
    return f"{', '.join(found) or 'Nothing to mend'}{answered}."
