"""Forms: the JSON that goes into `decide` and comes out of it, as types.

They describe plain dicts, so an app needs no class of ours. Kept true: every member `decide` reads or writes stands
here under its one name. Not done here: reading them, and any rule.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

ActOfPolicy: TypeAlias = Literal["acknowledge", "accept", "consent", "none"]
ActOfRecord: TypeAlias = Literal["accepted", "acknowledged", "consented", "declined", "refused", "withdrawn"]
Change: TypeAlias = Literal["material", "notice", "editorial"]
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


class VersionForm(TypedDict):
    """A version as the manifest lists it. `enforce_at` null means never, absent means from the effective instant."""

    seq: int
    change: Change
    effective_at: str
    effective_at_new: NotRequired[str]
    enforce_at: NotRequired[str | None]
    published_at: NotRequired[str]
    same_as: NotRequired[list[int]]
    digests: NotRequired[dict[str, str]]


class PolicyForm(TypedDict):
    """A policy as the manifest lists it."""

    id: str
    act: ActOfPolicy
    versions: list[VersionForm]
    languages: NotRequired[list[str]]
    binding_language: NotRequired[str]
    audience: NotRequired[list[str]]
    cancelled: NotRequired[list[int]]
    reask_seconds: NotRequired[int]
    withdrawn_at: NotRequired[str]


class ManifestForm(TypedDict):
    """The members of a manifest that bear on a decision."""

    spec: str
    serial: int
    issued_at: str
    expires_at: str
    policies: list[PolicyForm]


class RecordForm(TypedDict):
    """What a user once did about a version. `pending` means that the server has not confirmed it yet.

    `received_at` is the server's time of receipt: it replaces an `at` that lies ahead of the decision.
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
    """“Later”, said about one version."""

    seq: int
    until: str


class StateForm(TypedDict, total=False):
    """What the app has kept. `seen` and `deferred` are by policy id."""

    records: list[RecordForm]
    seen: dict[str, int]
    deferred: dict[str, DeferralForm]
    last_serial: int | None
    last_server_time: str | None


class SubjectForm(TypedDict):
    """Who is asked: an opaque id, since when they are a user (absent: they join now), and other ids they had."""

    id: str
    since: NotRequired[str | None]
    linked: NotRequired[list[str]]


class Question(TypedDict):
    """What `decide` takes: the manifest (null: none was ever obtained), the context and the state."""

    manifest: ManifestForm | None
    now: str
    subject: SubjectForm
    state: NotRequired[StateForm]
    clock_offset_seconds: NotRequired[float]
    audience: NotRequired[list[str]]
    languages: NotRequired[list[str]]
    role: NotRequired[Role]


class PolicyDecision(TypedDict):
    """What is due about one policy. `base_seq` is the user's own version: the redline shown starts there."""

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
    """What is due in all. `next_at` is the next instant at which that can change without new data.

    `would_be` is there only under an expired manifest: the outcome if it were fresh, which `policies` then explain.
    """

    outcome: Outcome
    reason: Reason
    next_at: str | None
    would_be: NotRequired[Outcome]
    policies: list[PolicyDecision]
