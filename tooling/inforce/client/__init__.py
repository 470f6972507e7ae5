"""The client: what an app needs to know which policies are in force and what its users owe, and nothing heavier.

Keeps true: a broken, stale, rolled back or missing manifest is noticed and reported, and never locks anybody out, never
stands for an acceptance, never keeps an app from starting. Needs httpx2 and joserfc, none of what builds a site.

>>> policies = Policies("https://policies.shop.example/", state_file="policies-state.json")        # doctest: +SKIP
>>> policies.check(records_of(user), {"id": user.id, "since": user.joined}, languages=["de-AT"])   # doctest: +SKIP
"""

from __future__ import annotations

from inforce.client.changes import Changes
from inforce.client.limits import Limits
from inforce.client.policies import AsyncPolicies, Policies
from inforce.client.questions import Circumstances
from inforce.client.receipts import InvalidReceiptError, parse_receipt
from inforce.client.results import Outcome, Reason, RefreshReport, RefusedError
from inforce.client.texts import PolicyText

__all__ = [
    "AsyncPolicies",
    "Changes",
    "Circumstances",
    "InvalidReceiptError",
    "Limits",
    "Outcome",
    "Policies",
    "PolicyText",
    "Reason",
    "RefreshReport",
    "RefusedError",
    "parse_receipt",
]
