"""A report as JSON of our own."""

from __future__ import annotations

import json
from typing import Any

from inforce.checks.finding import Finding
from inforce.checks.run import CheckReport


def to_json(report: CheckReport, *, answers: bool = False) -> str:
    """Write the `findings` of `report` as JSON; absent members are null.

    With `answers` there is a second list, `answered`: the questions that were answered, each with its `reason`.
    """
    data = {"findings": [_finding(finding) for finding in report.findings]}
    if answers:
        data["answered"] = [{**_finding(one.finding), "reason": one.answer.reason} for one in report.answered]
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "path": finding.place.path,
        "line": finding.place.line,
        "section": finding.place.section,
        "message": finding.message,
        "evidence": finding.evidence,
        "fix": finding.fix,
    }
