"""Types of the JSON data that `decide` takes and returns, except the manifest.

They describe plain dicts, so an app needs no other classes of this package than `Manifest`.

Invariants: every field that `decide` reads or writes is declared here under its one name.
Not responsible for: reading the data; any rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

from inforce.manifest import Manifest

ActOfRecord: TypeAlias = Literal["accepted", "acknowledged", "consented", "declined", "refused", "withdrawn"]
Role: TypeAlias = Literal["client", "server"]
Flag: TypeAlias = Literal[
    "cancelled-version",
    "digest-mismatch",
    "early-record",
    "future-record",
    "manifest-behind",
    "unknown-version",
    "unreadable-record",
]
Outcome: TypeAlias = Literal["ok", "notice", "stale", "prompt", "block"]
Reason: TypeAlias = Literal[
    "no-manifest",
    "unsupported-spec",
    "rollback",
    "expired",
    "not-applicable",
    "policy-withdrawn",
    "upcoming",
    "not-yet-effective",
    "refused",
    "declined",
    "first-time",
    "reaccept",
    "deferred",
    "changed",
    "current",
    "manifest-behind",
]


class RecordForm(TypedDict):
    """One act of a user concerning one version. `pending` means that the server has not confirmed it yet.

    `received_at` is the server's time of receipt; it replaces an `at` that is later than the decision.
    """

    policy: str
    seq: int
    act: ActOfRecord
    at: str
    subject: str
    language: NotRequired[str | None]
    digest: NotRequired[str | None]
    serial: NotRequired[int | None]
    received_at: NotRequired[str | None]
    pending: NotRequired[bool | None]


class DeferralForm(TypedDict):
    """The user's choice to answer later about one version."""

    seq: int
    until: str


class StateForm(TypedDict, total=False):
    """The state stored by the app. `seen` and `deferred` are by policy id."""

    records: list[RecordForm]
    seen: dict[str, int]
    deferred: dict[str, DeferralForm]
    last_serial: int | None
    last_server_time: str | None


class SubjectForm(TypedDict):
    """The user: an opaque id, the date they joined (absent: they join now), and their earlier ids."""

    id: str
    since: NotRequired[str | None]
    linked: NotRequired[list[str]]


class Question(TypedDict):
    """The argument of `decide`: the manifest (null: none was ever obtained), the context and the state."""

    manifest: Manifest | Mapping[str, Any] | None
    now: str
    subject: SubjectForm
    state: NotRequired[StateForm]
    clock_offset_seconds: NotRequired[float]
    audience: NotRequired[list[str]]
    languages: NotRequired[list[str]]
    role: NotRequired[Role]


class PolicyDecision(TypedDict):
    """The decision for one policy. `base_seq` is the user's own version: the redline to show starts there."""

    id: str
    outcome: Outcome
    reason: Reason
    target_seq: int | None
    base_seq: int | None
    deadline: str | None
    deferrable: bool
    language: str | None
    next_at: str | None
    flags: list[Flag]


class Decision(TypedDict):
    """The result of `decide`. `next_at` is the next instant at which it can change without new data.

    `would_be` is present only under an expired manifest: the outcome under a fresh one, which `policies` then
    describes.
    """

    outcome: Outcome
    reason: Reason
    next_at: str | None
    would_be: NotRequired[Outcome]
    policies: list[PolicyDecision]
