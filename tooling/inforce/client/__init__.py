"""The Python client: which policies are in force and what a user owes, with few dependencies.

Invariants: an invalid, stale, rolled back or missing manifest is reported; it never locks out a user, never counts as
an acceptance and never prevents an app from starting. The client needs filelock, httpx2 and joserfc, and none
of the build libraries.

`help(Policies)` describes the methods, with examples. `RECEIPT_BYTES` is the limit of the size of a receipt.
"""

from __future__ import annotations

from inforce.client.changes import Changes
from inforce.client.forms import PolicyForm
from inforce.client.limits import Limits
from inforce.client.policies import AsyncPolicies, Policies
from inforce.client.receipts import (
    RECEIPT_BYTES,
    ReceiptProblem,
    ReceiptProblemError,
    is_same_receipt,
    parse_receipt,
)
from inforce.client.requests import accept_language, opens
from inforce.client.results import Outcome, Reason, RefreshReport, RefusedError
from inforce.client.texts import PolicyText
from inforce.client.trust import ManifestFile
from inforce.errors import (
    DigestMismatchError,
    InforceError,
    ReceiptError,
    SetupError,
    ShapeError,
    SignatureError,
    UnknownVersionError,
)

__all__ = [
    "RECEIPT_BYTES",
    "AsyncPolicies",
    "Changes",
    "DigestMismatchError",
    "InforceError",
    "Limits",
    "ManifestFile",
    "Outcome",
    "Policies",
    "PolicyForm",
    "PolicyText",
    "Reason",
    "ReceiptError",
    "ReceiptProblem",
    "ReceiptProblemError",
    "RefreshReport",
    "RefusedError",
    "SetupError",
    "ShapeError",
    "SignatureError",
    "UnknownVersionError",
    "accept_language",
    "is_same_receipt",
    "opens",
    "parse_receipt",
]
