"""Both tables of a decision: whether the manifest can be relied on (A), and what is due for each policy (B).

The first matching row of a table applies; the rows are in the order of the specification.

Invariants: a missing, foreign, rolled back, expired or invalid manifest never blocks a user; only `accept` can block.
Not responsible for: fetching a manifest; showing anything to the user.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from inforce.acceptance.facts import PolicyFacts
from inforce.acceptance.languages import look_up
from inforce.acceptance.question import Context
from inforce.acceptance.raw_manifest import manifest_for_decision
from inforce.acceptance.types import Decision, Outcome, PolicyDecision, Question, Reason
from inforce.errors import ShapeError
from inforce.fields import Fields, LenientFields
from inforce.instant import MAX_INSTANT, format_instant
from inforce.manifest import Manifest

_RANK: Final[tuple[Outcome, ...]] = ("ok", "notice", "stale", "prompt", "block")
_QUIET: Final[tuple[Reason, ...]] = ("current", "not-applicable")
_NO_POLICY: Final[tuple[Outcome, Reason]] = ("ok", "current")
_MAJOR: Final = "1"


def decide(question: Question) -> Decision:
    """Return what the subject of `question` owes under its manifest at its time, given their earlier answers.

    Input and output are plain JSON data, except the manifest; no state is stored or modified.

        >>> decide({"manifest": None, "now": "2027-03-01T00:00:00Z", "subject": {"id": "u_8f3c"}})
        {'outcome': 'stale', 'reason': 'no-manifest', 'next_at': None, 'policies': []}

    :param question: a dict with the fields below; only the first three are required

    - `manifest`: a validated `Manifest`, or None if none was ever obtained. A decoded one (dict) is read at every
      call, and counts as none if it cannot be read.
    - `now`: the time of this machine as an RFC 3339 instant
    - `subject`: the user, a `SubjectForm`
    - `state`: what the app stores about the user, a `StateForm`; default: nothing
    - `clock_offset_seconds`: seconds that are added to `now`; default: 0
    - `audience`: list of the tags that apply to the user; a policy for other audiences is `not-applicable`
    - `languages`: list of the language tags (BCP 47) that the user reads, best first (RFC 4647, section 3.4)
    - `role`: `server` counts confirmed records only; `client`, or absent: all records

    :raises ShapeError: if a field other than the manifest or a record cannot be read; `path` is the field
    """
    shape = LenientFields(question)
    context = Context.from_shape(shape)
    manifest = shape.value("manifest", {})
    if isinstance(manifest, Manifest):
        return _stale("rollback") if _is_rollback(manifest.serial, context) else _relying(manifest, context)
    try:
        return _under(shape.shape("manifest", {}), context)
    except ShapeError:
        return _stale("no-manifest")


def _under(document: Fields, context: Context) -> Decision:
    if document.text("spec").split(".")[0] != _MAJOR:
        return _stale("unsupported-spec")
    if _is_rollback(document.integer("serial"), context):
        return _stale("rollback")
    return _relying(manifest_for_decision(document), context)


def _is_rollback(serial: int, context: Context) -> bool:
    return context.state.last_serial is not None and serial < context.state.last_serial


def _relying(manifest: Manifest, context: Context) -> Decision:
    context = context.not_before(manifest.issued_at)
    policies = [judge(PolicyFacts.of(policy, manifest, context)) for policy in manifest.policies]
    worst = max(policies, key=_rank, default=None)
    outcome, reason = (worst["outcome"], worst["reason"]) if worst else _NO_POLICY
    if context.now > manifest.expires_at:  # a manifest is still fresh at the instant of expiry
        return {**_stale("expired"), "would_be": outcome, "policies": policies}
    # The manifest expires one second after the instant of expiry.
    expires_at = max(manifest.expires_at, context.soon)
    turns = [_written(expires_at), *(policy["next_at"] for policy in policies)]
    return {
        "outcome": outcome,
        "reason": reason,
        "next_at": min(filter(None, turns), default=None),
        "policies": policies,
    }


def _rank(policy: PolicyDecision) -> tuple[int, int]:
    """Return the rank of `policy` by its outcome, then by its reason: those that say little are last."""
    return _RANK.index(policy["outcome"]), -_QUIET.index(policy["reason"]) if policy["reason"] in _QUIET else 1


def _stale(reason: Reason) -> Decision:
    return {"outcome": "stale", "reason": reason, "next_at": None, "policies": []}


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of the table: its name, its condition and its result.

    The default `reason` is `reaccept` if the subject has accepted before, otherwise `first-time`. `apart` means that
    the policy does not concern the subject; the decision then has no further fields. `leads_on` continues with the
    non-blocking rows.
    """

    name: str
    holds: Callable[[PolicyFacts], bool]
    outcome: Outcome = "ok"
    reason: Reason | None = None
    deferrable: bool = False
    apart: bool = False
    leads_on: bool = False


_ROWS: Final = (
    TableRow("B1", PolicyFacts.outside, "ok", "not-applicable", apart=True),
    TableRow("B2", PolicyFacts.withdrawn, "ok", "policy-withdrawn", apart=True),
    TableRow("B3", lambda case: case.nothing_in_force() and bool(case.news), "notice", "upcoming"),
    TableRow("B4", PolicyFacts.nothing_in_force, "ok", "not-yet-effective"),
    TableRow("B5", lambda case: case.act == "none", leads_on=True),
    TableRow("B6", lambda case: case.settled and case.outdated(), "prompt", "expired", deferrable=True),
    TableRow("B7", lambda case: case.settled, leads_on=True),
    TableRow("B8", lambda case: case.refused() and case.outdated(), "prompt", "expired", deferrable=True),
    TableRow("B9", PolicyFacts.refused, "ok", "refused"),
    TableRow("B10", lambda case: case.declined() and not case.overdue(), "notice", "declined"),
    TableRow("B11", PolicyFacts.declined, "block", "declined"),
    TableRow("B12", lambda case: case.act == "accept" and case.overdue(), "block"),
    TableRow("B13", lambda case: case.put_off() and not case.overdue(), "notice", "deferred", deferrable=True),
    TableRow("B14", lambda case: not case.overdue(), "prompt", deferrable=True),
    TableRow("B15", lambda _: True, "prompt"),
)

_QUIET_ROWS: Final = (
    TableRow("Q1", lambda case: bool(case.news), "notice", "upcoming"),
    TableRow("Q2", lambda case: bool(case.untold), "notice", "changed"),
    TableRow("Q3", lambda case: "manifest-behind" in case.answers.flags, "ok", "manifest-behind"),
    TableRow("Q3", lambda _: True, "ok", "current"),
)


def _rows_met(case: PolicyFacts) -> list[TableRow]:
    """Return the rows that `case` matches: its row in the table and, if that has no outcome, the non-blocking one."""
    row = _first(_ROWS, case)
    return [row, _first(_QUIET_ROWS, case)] if row.leads_on else [row]


def judge(case: PolicyFacts) -> PolicyDecision:
    """Return the decision for `case`."""
    row = _rows_met(case)[-1]
    base = case.answers.have[1] or None
    decision: PolicyDecision = {
        "id": case.policy.id,
        "act": case.policy.act if row.apart else case.act,
        "outcome": row.outcome,
        "reason": row.reason or ("reaccept" if base else "first-time"),
        "target_seq": None,
        "base_seq": None,
        "untold_seqs": [],
        "deadline": None,
        "deferrable": row.deferrable,
        "language": look_up(case.context.languages, case.policy.languages, case.policy.binding_language or None),
        "next_at": None,
        "flags": [],
    }
    if row.apart:
        return decision
    upcoming = row.reason == "upcoming"
    target = case.timeline.newest_announced() if upcoming else case.timeline.target
    deadline = min(map(case.timeline.applies_at, case.news)) if upcoming else case.deadline
    decision["target_seq"] = target.seq if target else None
    decision["base_seq"] = base
    decision["untold_seqs"] = [version.seq for version in case.untold]
    decision["deadline"] = _written(deadline)
    decision["next_at"] = _written(case.next_at())
    decision["flags"] = case.answers.flags
    return decision


def _first(rows: Iterable[TableRow], case: PolicyFacts) -> TableRow:
    for row in rows:  # the last row always matches
        if row.holds(case):
            break
    return row


def _written(instant: datetime | None) -> str | None:
    return None if instant is None or instant == MAX_INSTANT else format_instant(instant)
