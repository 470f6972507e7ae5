"""The rules a site is held to, and findings as lines for whoever watches it."""

from __future__ import annotations

from collections.abc import Iterable

from inforce.checks import Finding, Rule, Severity
from inforce.errors import Place


def _rule(rule_id: str, title: str, severity: Severity = Severity.ERROR) -> Rule:
    return Rule(id=rule_id, severity=severity, title=title)


MISSING = _rule("LIVE-missing", "An address that was published does not answer any more.")
DIGEST = _rule("LIVE-digest", "A text is not, byte for byte, the one that was locked.")
MANIFEST = _rule("LIVE-manifest", "The manifest cannot be read, or is another site's.")
SIGNATURE = _rule("LIVE-signature", "The manifest is not signed as the book promises.")
SERIAL = _rule("LIVE-serial", "The manifest went back behind one that was seen, or contradicts it.")
DATE = _rule("LIVE-date", "The manifest has expired, or was issued in the future.")
LOCK = _rule("LIVE-lock", "What the site says of a version is not what was locked.")
UNLOCKED = _rule("LIVE-unlocked", "The site shows a version or a language that was never locked.")
WORDS = _rule("LIVE-words", "A page shows other words than the locked ones.")
PROOF = _rule("LIVE-proof", "The digests that the manifest names do not prove what the site publishes.")
HEADER = _rule("LIVE-header", "A header keeps apps from reading what is published.")
CACHE = _rule("LIVE-cache", "A header makes apps see changes late, or ask more often than they need.", Severity.NOTE)
KEY = _rule("LIVE-key", "A key the book names has not signed.", Severity.NOTE)
STATE = _rule("LIVE-state", "What was seen the last time cannot be read.", Severity.NOTE)

RULES = {
    rule.id: rule
    for rule in (
        *(MISSING, DIGEST, MANIFEST, SIGNATURE, SERIAL, DATE, LOCK, UNLOCKED, WORDS, PROOF),
        *(HEADER, CACHE, KEY, STATE),
    )
}


def found(rule: Rule, address: str, message: str, fix: str = "") -> Finding:
    """Make a finding of `rule` about what stands at `address`, relative to the site; `message` becomes a sentence."""
    said = f"{message[:1].upper()}{message[1:]}{'' if message.endswith('.') else '.'}"
    return rule.finding(Place(path=address), said, fix=fix)


def to_lines(findings: Iterable[Finding]) -> list[str]:
    """Write each of `findings` as one line, for a log or a mail."""
    return [
        " ".join(f"{finding.severity} {finding.rule} /{finding.place}: {finding.message}".split())
        for finding in findings
    ]
