"""A report as JSON of our own."""

from __future__ import annotations

import json
from typing import Any

from inforce.checks.examine import Report
from inforce.checks.finding import Finding


def to_json(report: Report) -> str:
    """Write `report` as JSON: `findings`, and `answered` questions each with the reason; absent members are null."""
    data = {
        "findings": [_finding(finding) for finding in report.findings],
        "answered": [{**_finding(one.finding), "reason": one.answer.reason} for one in report.answered],
    }
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
        "mend": finding.mend,
    }
