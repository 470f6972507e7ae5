"""Table A: whether a manifest can be relied on. `decide` applies it, then table B to each policy.

Invariants: a missing, foreign, rolled back, expired or invalid manifest never blocks a user.
Not responsible for: fetching a manifest; showing anything to the user.
"""

from __future__ import annotations

from typing import Final

from inforce.acceptance.context import Context
from inforce.acceptance.facts import PolicyFacts
from inforce.acceptance.instants import SECOND, write_instant
from inforce.acceptance.manifest import DecisionManifest
from inforce.acceptance.members import Data, a_text, an_integer, an_object, as_object
from inforce.acceptance.policy_table import judge
from inforce.acceptance.types import Decision, Outcome, PolicyDecision, Question, Reason
from inforce.errors import ShapeError

_RANK: Final[tuple[Outcome, ...]] = ("ok", "notice", "stale", "prompt", "block")
_MAJOR: Final = "1"


def decide(question: Question) -> Decision:
    """Return what the subject of `question` owes under its manifest at its time, given their earlier answers.

    Input and output are plain JSON data; no state is stored or modified. An unreadable manifest counts as no manifest.
    Raise ShapeError, with the path, if another part of `question` cannot be read.
    """
    data = as_object(question)
    context = Context.from_data(data)
    try:
        return _under(an_object(data, "manifest"), context)
    except ShapeError:
        return _stale("no-manifest")


def _under(document: Data, context: Context) -> Decision:
    if a_text(document, "spec").split(".")[0] != _MAJOR:
        return _stale("unsupported-spec")
    serial, last_serial = an_integer(document, "serial"), context.state.last_serial
    if last_serial is not None and serial < last_serial:
        return _stale("rollback")
    manifest = DecisionManifest.from_data(document)
    return _relying(manifest, context.not_before(manifest.issued_at))


def _relying(manifest: DecisionManifest, context: Context) -> Decision:
    policies = [judge(PolicyFacts.of(policy, manifest, context)) for policy in manifest.policies]
    worst = max(policies, key=_rank, default=None)
    outcome = worst["outcome"] if worst else "ok"
    if context.now > manifest.expires_at:  # a manifest is still fresh at the instant of expiry
        return {**_stale("expired"), "would_be": outcome, "policies": policies}
    # The manifest expires one second after the instant of expiry.
    expires_at = max(manifest.expires_at, context.now + SECOND)
    turns = [write_instant(expires_at), *(policy["next_at"] for policy in policies)]
    return {
        "outcome": outcome,
        "reason": worst["reason"] if worst else "current",
        "next_at": min(filter(None, turns), default=None),
        "policies": policies,
    }


def _rank(policy: PolicyDecision) -> int:
    return _RANK.index(policy["outcome"])


def _stale(reason: Reason) -> Decision:
    return {"outcome": "stale", "reason": reason, "next_at": None, "policies": []}
