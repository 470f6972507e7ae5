"""Fingerprints: identify a finding across runs even if its line number changes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from inforce.checks.finding import Finding


def fingerprinted(findings: Iterable[Finding]) -> Iterator[tuple[Finding, str]]:
    """Yield each of `findings` with a hash of its rule, path, section, evidence and index among equal findings."""
    counts: Counter[tuple[str, ...]] = Counter()
    for finding in findings:
        key = (finding.rule, finding.place.path, finding.place.section or "", finding.evidence)
        counts[key] += 1
        yield finding, hashlib.sha256("\0".join((*key, str(counts[key]))).encode()).hexdigest()
