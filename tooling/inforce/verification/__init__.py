"""Compare a built or live site with the lock, and with the same site built again: content, headers, and rollbacks.

Invariants: every text ever published is fetched and hashed, every date compared, every signature checked, every file
compared with the one built from the repository; a failed request is a finding.
Not responsible for: fixing anything. This package needs the libraries that read a book; back ends that only call
`decide` do not load it.
"""

from __future__ import annotations

from inforce.verification.files import Rebuild
from inforce.verification.rules import RULES, to_lines
from inforce.verification.verify import verify

__all__ = ["RULES", "Rebuild", "to_lines", "verify"]
