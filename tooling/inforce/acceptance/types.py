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
    "other-act",
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
    """One act of a user concerning one version.

    - `policy`: id of the policy
    - `seq`: number of the version, from 1
    - `act`: what the user did, an `ActOfRecord`
    - `at`: when, an RFC 3339 instant
    - `subject`: id of the user
    - `language`: optional; tag of the language in which the text was shown
    - `digest`: optional; digest of the text that was shown, `sha256:` and 64 hexadecimal digits
    - `serial`: optional; serial of the manifest in use, its `issued_at` in seconds
    - `received_at`: optional; the server's time of receipt, which replaces an `at` later than the decision
    - `pending`: optional; True if the server has not confirmed the record yet
    - `id`: optional; a unique id of the record
    - `n`: optional; number of the record in the server's order, which takes precedence over `received_at`
    - `after`: optional; `id` of the newest record of the user, of any policy, that was known when this one was made
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
    id: NotRequired[str | None]
    n: NotRequired[int | None]
    after: NotRequired[str | None]


class DeferralForm(TypedDict):
    """The user's choice to answer later about one version.

    - `seq`: number of the version, from 1
    - `until`: when to ask again, an RFC 3339 instant
    """

    seq: int
    until: str


class StateForm(TypedDict, total=False):
    """The state stored by the app; every field is optional.

    - `records`: the user's records, in any order; a record that cannot be read is dropped and flagged
    - `seen`: by policy id, the highest `seq` of the versions of which the user was told
    - `deferred`: by policy id, the deferral of the user
    - `last_serial`: the highest manifest serial seen; a manifest with a lower one is a rollback
    - `last_server_time`: the latest time received from a server, an RFC 3339 instant; `now` is never earlier
    """

    records: list[RecordForm]
    seen: dict[str, int]
    deferred: dict[str, DeferralForm]
    last_serial: int | None
    last_server_time: str | None


class SubjectForm(TypedDict):
    """The user a decision is about.

    - `id`: an opaque id
    - `since`: optional; when the user joined, an RFC 3339 instant; absent: they join now
    - `linked`: optional; other ids of the user, whose affirmative records count too
    """

    id: str
    since: NotRequired[str | None]
    linked: NotRequired[list[str]]


class Question(TypedDict):
    """The argument of `decide`; `help(decide)` describes its fields."""

    manifest: Manifest | Mapping[str, Any] | None
    now: str
    subject: SubjectForm
    state: NotRequired[StateForm]
    clock_offset_seconds: NotRequired[float]
    audience: NotRequired[list[str]]
    languages: NotRequired[list[str]]
    role: NotRequired[Role]


class PolicyDecision(TypedDict):
    """The decision for one policy.

    - `id`: id of the policy
    - `act`: the act that the version in force requires; if none is in force, that of the policy
    - `outcome`: what the app does, as in `Decision`
    - `reason`: the rule that applied, such as `first-time`, `reaccept` or `upcoming`
    - `target_seq`: `seq` of the version the user is asked or notified about; None if there is none
    - `base_seq`: `seq` of the user's own version, where the redline to show starts; None if they have none
    - `untold_seqs`: `seq` of each version in force or announced, `material` or `notice`, of which the user has not been
      told yet; a notice lists all of them, and the app stores the highest as `seen`
    - `deadline`: the instant (RFC 3339) from which a missing answer blocks, or at which an upcoming version takes
      effect; None if there is none
    - `deferrable`: whether the user may answer later
    - `language`: tag of the published language that fits the user best
    - `next_at`: the next instant (RFC 3339) at which the decision can change without new data, or None
    - `flags`: problems of the user's records, sorted
    """

    id: str
    act: str
    outcome: Outcome
    reason: Reason
    target_seq: int | None
    base_seq: int | None
    untold_seqs: list[int]
    deadline: str | None
    deferrable: bool
    language: str | None
    next_at: str | None
    flags: list[Flag]


class Decision(TypedDict):
    """The result of `decide`.

    - `outcome`: what the app does: `ok` nothing; `notice` notifies the user; `stale` lets the user through, because no
      current manifest is available; `prompt` asks the user; `block` asks before the user can continue
    - `reason`: the reason of the strictest policy, or why the manifest is not relied on
    - `next_at`: the next instant (RFC 3339) at which the decision can change without new data, or None
    - `would_be`: only under an expired manifest: the outcome under a fresh one, which `policies` then describes
    - `policies`: the decision for each policy, in the order of the manifest
    """

    outcome: Outcome
    reason: Reason
    next_at: str | None
    would_be: NotRequired[Outcome]
    policies: list[PolicyDecision]
