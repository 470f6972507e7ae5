"""A report in inforce's own JSON format."""

from __future__ import annotations

import json
from typing import Any

from inforce.checks.finding import Finding
from inforce.checks.run import CheckReport


def to_json(report: CheckReport, *, dismissals: bool = False) -> str:
    """Return the `findings` of `report` as JSON; absent fields are null.

    With `dismissals` there is a second list, `dismissed`: the dismissed questions, each with its `reason`.
    """
    data = {"findings": [_finding(finding) for finding in report.findings]}
    if dismissals:
        data["dismissed"] = [
            {**_finding(question.finding), "reason": question.dismissal.reason} for question in report.dismissed
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
