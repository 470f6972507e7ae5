"""Policies, their versions and editions: what the book says, as values whose constructors refuse nonsense.

Keeps true: rules that need one policy alone. State is derived from an instant, never stored. Does not read files and
does not know other policies (see `catalog`).
"""

from __future__ import annotations

from inforce.policy.edition import Edition, SummaryPoint
from inforce.policy.label import Label
from inforce.policy.policy import Interval, Policy, PolicyState, Withdrawal
from inforce.policy.version import Cancellation, ChangeLevel, Origin, Version
from inforce.policy.words import Act, Kind

__all__ = [
    "Act",
    "Cancellation",
    "ChangeLevel",
    "Edition",
    "Interval",
    "Kind",
    "Label",
    "Origin",
    "Policy",
    "PolicyState",
    "SummaryPoint",
    "Version",
    "Withdrawal",
]
