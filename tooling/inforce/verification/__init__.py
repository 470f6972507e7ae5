"""Verification: a built or live site against the lock — what it serves, how it serves it, and whether it moved back.

Keeps true: every text that was ever published is asked for and hashed, every date compared, every signature checked;
what cannot be asked is a finding, never a silence. Does not fix anything. It needs what reads a book, and a back end
that only asks what its users owe does not load it.
"""

from __future__ import annotations

from inforce.verification.rules import RULES, to_lines
from inforce.verification.verify import verify

__all__ = ["RULES", "to_lines", "verify"]
