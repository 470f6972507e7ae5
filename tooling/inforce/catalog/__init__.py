"""The catalogue of a book: its settings and all its policies, and the lock that says what has been published.

Keeps true: rules that need more than one policy, and that what is locked can be told from what is not. Does not read
files and does not decide what a difference to the lock means (see `checks`).
"""

from __future__ import annotations

from inforce.catalog.catalog import Catalog
from inforce.catalog.evidence import Evidence
from inforce.catalog.lock import Lock, LockEntry

__all__ = ["Catalog", "Evidence", "Lock", "LockEntry"]
