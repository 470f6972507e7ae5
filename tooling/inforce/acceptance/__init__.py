"""Compute what a user owes under a manifest. `decide` is the only entry point: a pure function without dependencies.

`decide.js` is the same function for browsers. `vectors.json` in this package defines the behaviour of both and of any
further client. This package does not read that file, because it does no I/O.
"""

from __future__ import annotations

from inforce.acceptance.decide import decide
from inforce.acceptance.question import check_record
from inforce.acceptance.types import (
    ActOfRecord,
    Decision,
    DeferralForm,
    Flag,
    Outcome,
    PolicyDecision,
    Question,
    Reason,
    RecordForm,
    Role,
    StateForm,
    SubjectForm,
)

__all__ = [
    "ActOfRecord",
    "Decision",
    "DeferralForm",
    "Flag",
    "Outcome",
    "PolicyDecision",
    "Question",
    "Reason",
    "RecordForm",
    "Role",
    "StateForm",
    "SubjectForm",
    "check_record",
    "decide",
]
