"""Compute what a user owes under a manifest. `decide` is the only entry point: a pure function without dependencies.

`decide.js` is the same function for browsers. `vectors.json` in this package defines the behaviour of both and of any
further client. This package does not read that file, because it does no I/O.

The types of fields with a fixed set of values:

- `ActOfRecord`: `accepted`, `acknowledged`, `consented`; `declined`, `refused`, `withdrawn`
- `Role`: `client`, `server`
- `Outcome`, from the least to the most strict: `ok`, `notice`, `stale`, `prompt`, `block`
- `Reason`, about the manifest: `no-manifest`, `unsupported-spec`, `rollback`, `expired`; about a policy:
  `not-applicable`, `policy-withdrawn`, `upcoming`, `not-yet-effective`, `expired`, `refused`, `declined`, `first-time`,
  `reaccept`, `deferred`, `changed`, `manifest-behind`, `current`
- `Flag`, about a dropped record: `cancelled-version`, `digest-mismatch`, `other-act`, `unknown-version`,
  `unreadable-record`; about one that counts: `early-record`, `future-record`, `manifest-behind`
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
