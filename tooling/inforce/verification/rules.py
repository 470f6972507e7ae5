"""The rules of `inforce verify`, and findings as lines of text."""

from __future__ import annotations

from collections.abc import Iterable

from inforce.checks import Finding, Rule, Severity
from inforce.errors import Place


def _rule(rule_id: str, title: str, severity: Severity = Severity.ERROR) -> Rule:
    return Rule(id=rule_id, severity=severity, title=title)


MISSING = _rule("LIVE-missing", "A published address no longer answers.")
DIGEST = _rule("LIVE-digest", "A text differs from the locked one.")
MANIFEST = _rule("LIVE-manifest", "The manifest cannot be read, or belongs to another site.")
SIGNATURE = _rule("LIVE-signature", "The manifest is not signed with the keys in book.yml.")
SERIAL = _rule("LIVE-serial", "The manifest is older than one seen before, or contradicts it.")
DATE = _rule("LIVE-date", "The manifest has expired, or was issued in the future.")
LOCK = _rule("LIVE-lock", "The data of a version differ from the lock.")
UNLOCKED = _rule("LIVE-unlocked", "The site shows a version or a language that was never locked.")
FILE = _rule("LIVE-file", "A page or file differs from the one that the repository builds.")
PROOF = _rule("LIVE-proof", "The digests in the manifest do not match the published files.")
HEADER = _rule("LIVE-header", "A header prevents apps from reading the site.")
CACHE = _rule("LIVE-cache", "A header makes apps notice changes late or poll too often.", Severity.NOTE)
KEY = _rule("LIVE-key", "A key in book.yml has not signed.", Severity.NOTE)
STATE = _rule("LIVE-state", "The state of the last run cannot be read.", Severity.NOTE)

RULES = {
    rule.id: rule
    for rule in (
        *(MISSING, DIGEST, MANIFEST, SIGNATURE, SERIAL, DATE, LOCK, UNLOCKED, FILE, PROOF),
        *(HEADER, CACHE, KEY, STATE),
    )
}


def found(rule: Rule, address: str, message: str, fix: str = "") -> Finding:
    """Return a finding of `rule` at `address`, relative to the site; `message` becomes a sentence."""
    text = f"{message[:1].upper()}{message[1:]}{'' if message.endswith('.') else '.'}"
    return rule.finding(Place(path=address), text, fix=fix)


def to_lines(findings: Iterable[Finding]) -> list[str]:
    """Return each of `findings` as one line, for a log or an e-mail."""
    return [
        " ".join(f"{finding.severity} {finding.rule} /{finding.place}: {finding.message}".split())
        for finding in findings
    ]
