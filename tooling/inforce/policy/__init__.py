"""Policies, their versions and editions as validated value objects.

Invariants: values comply with all rules that concern a single policy. State is derived from an instant and never
stored. Not responsible for: reading files, and rules across policies (see `catalog`).
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
