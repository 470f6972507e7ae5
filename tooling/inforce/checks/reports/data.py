"""A report in inforce's own JSON format."""

from __future__ import annotations

import json
from typing import Any

from inforce.checks.finding import Finding
from inforce.checks.run import CheckReport


def to_json(report: CheckReport, *, answers: bool = False) -> str:
    """Return the `findings` of `report` as JSON; absent fields are null.

    With `answers` there is a second list, `answered`: the answered questions, each with its `reason`.
    """
    data = {"findings": [_finding(finding) for finding in report.findings]}
    if answers:
        data["answered"] = [
            {**_finding(dismissed.finding), "reason": dismissed.answer.reason} for dismissed in report.answered
        ]
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
