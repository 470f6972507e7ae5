"""Fingerprints: which finding of yesterday is which of today, although lines have moved."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from inforce.checks.finding import Finding


def fingerprinted(findings: Iterable[Finding]) -> Iterator[tuple[Finding, str]]:
    """Give each of `findings` a fingerprint of its rule, path, section and evidence; equal ones are numbered."""
    seen: Counter[tuple[str, ...]] = Counter()
    for finding in findings:
        key = (finding.rule, finding.place.path, finding.place.section or "", finding.evidence)
        seen[key] += 1
        yield finding, hashlib.sha256("\0".join((*key, str(seen[key]))).encode()).hexdigest()
