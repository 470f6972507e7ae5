"""Print the findings of a report, grouped by file, with colour in a terminal."""

from __future__ import annotations

import re

from inforce.checks import CheckReport, Severity
from inforce.checks.reports import to_text
from inforce.cli.console import Screen

_COLOURS = {str(Severity.ERROR): "bold red", str(Severity.QUESTION): "bold yellow", str(Severity.NOTE): "bold blue"}
_HEAD = re.compile(r"  (\w+) [A-Z]+-")


def show(screen: Screen, report: CheckReport) -> None:
    """Print every finding of `report`, file by file, and the number of findings of each severity."""
    for line in to_text(report).splitlines():
        head = _HEAD.match(line)
        style = _COLOURS.get(head[1], "") if head else "bold" if line[:1] not in ("", " ") else ""
        screen.say(line, style="dim" if line.startswith("    →") else style)
