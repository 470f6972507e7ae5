"""A report in SARIF 2.1.0 (OASIS), a format for code scanning services."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from inforce import __version__
from inforce.checks.finding import Finding, Severity
from inforce.checks.reports.fingerprint import fingerprinted
from inforce.checks.rules import CATALOGUE
from inforce.checks.run import CheckReport

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.QUESTION: "warning", Severity.NOTE: "note"}


def to_sarif(report: CheckReport) -> str:
    """Return `report` as one SARIF run; dismissed questions are suppressed results with their reason."""
    dismissed = [question.finding for question in report.dismissed]
    rules = sorted({finding.rule for finding in (*report.findings, *dismissed)})
    results = [_result(finding, fingerprint, rules) for finding, fingerprint in fingerprinted(report.findings)]
    for question, (finding, fingerprint) in zip(report.dismissed, fingerprinted(dismissed), strict=True):
        suppression = {"kind": "external", "justification": question.dismissal.reason}
        results.append(_result(finding, fingerprint, rules) | {"suppressions": [suppression]})
    driver = {"name": "inforce", "semanticVersion": __version__, "rules": [_rule(rule) for rule in rules]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    data = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _rule(rule_id: str) -> dict[str, Any]:
    rule = CATALOGUE.get(rule_id)
    if rule is None:
        return {"id": rule_id}
    return {
        "id": rule_id,
        "shortDescription": {"text": rule.title},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
    }


def _result(finding: Finding, fingerprint: str, rules: list[str]) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(finding.place.path)},
            "region": {"startLine": finding.place.line or 1},
        }
    }
    if finding.place.section:
        location["logicalLocations"] = [{"name": finding.place.section}]
    return {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": LEVELS[finding.severity],
        "message": {"text": f"{finding.message} {finding.fix}".strip()},
        "locations": [location],
        "partialFingerprints": {"inforce/v1": fingerprint},
    }
