"""A report for GitLab: a Code Quality artefact, which GitLab compares with the artefact of the target branch."""

from __future__ import annotations

import json

from inforce.checks.finding import Finding, Severity
from inforce.checks.reports.fingerprint import fingerprinted
from inforce.checks.rules import CATALOGUE
from inforce.checks.run import CheckReport

SEVERITIES = {Severity.ERROR: "critical", Severity.QUESTION: "minor", Severity.NOTE: "info"}


def to_gitlab(report: CheckReport) -> str:
    """Return the findings of `report` as a Code Quality report; changes of published history are blockers."""
    issues = [
        {
            "description": f"{finding.message} {finding.fix}".strip(),
            "check_name": finding.rule,
            "fingerprint": fingerprint,
            "severity": _severity(finding),
            "location": {"path": finding.place.path, "lines": {"begin": finding.place.line or 1}},
        }
        for finding, fingerprint in fingerprinted(report.findings)
    ]
    return json.dumps(issues, ensure_ascii=False, indent=2) + "\n"


def _severity(finding: Finding) -> str:
    rule = CATALOGUE.get(finding.rule)
    return "blocker" if rule and rule.history else SEVERITIES[finding.severity]
