"""Acceptance: what a subject owes under a manifest. `decide` is the one function: pure, and with no library behind it.

`decide.js` is the same function for browsers. `vectors.json` beside this file holds both to one behaviour, and every
other client that may be written; it is a plain file, and reading it is left to those who may touch a disk.
"""

from __future__ import annotations

from inforce.acceptance.manifest_table import decide
from inforce.acceptance.state import check_record
from inforce.acceptance.types import (
    ActOfPolicy,
    ActOfRecord,
    Change,
    Decision,
    DeferralForm,
    Flag,
    ManifestForm,
    Outcome,
    PolicyDecision,
    PolicyForm,
    Question,
    Reason,
    RecordForm,
    Role,
    StateForm,
    SubjectForm,
    VersionForm,
)

__all__ = [
    "ActOfPolicy",
    "ActOfRecord",
    "Change",
    "Decision",
    "DeferralForm",
    "Flag",
    "ManifestForm",
    "Outcome",
    "PolicyDecision",
    "PolicyForm",
    "Question",
    "Reason",
    "RecordForm",
    "Role",
    "StateForm",
    "SubjectForm",
    "VersionForm",
    "check_record",
    "decide",
]
