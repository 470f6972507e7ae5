"""Table B: what is due about one policy. The rows stand here as the design has them, and the first that holds decides.

Kept true: only `accept` can block. Not done here: what several policies come to together, and whether the manifest may
be relied on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from inforce.acceptance.case import Case
from inforce.acceptance.forms import Outcome, PolicyDecision, Reason
from inforce.acceptance.instants import write_instant
from inforce.acceptance.languages import look_up


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its name, when it holds, and what follows.

    Without `reason` it is `first-time`, or `reaccept` where there is a yes. `apart` means that the policy does not
    concern the subject, and no more is told. `leads_on` hands over to the quiet rows.
    """

    name: str
    holds: Callable[[Case], bool]
    outcome: Outcome = "ok"
    reason: Reason | None = None
    deferrable: bool = False
    apart: bool = False
    leads_on: bool = False


_ROWS: Final = (
    Row("B1", Case.outside, "ok", "not-applicable", apart=True),
    Row("B2", Case.withdrawn, "ok", "policy-withdrawn", apart=True),
    Row("B3", lambda case: case.nothing_in_force() and bool(case.news()), "notice", "upcoming"),
    Row("B4", Case.nothing_in_force, "ok", "not-yet-effective"),
    Row("B5", lambda case: case.act == "none", leads_on=True),
    Row("B6", lambda case: case.settled() and case.outdated(), "prompt", "expired", deferrable=True),
    Row("B7", Case.settled, leads_on=True),
    Row("B8", lambda case: case.refused() and case.outdated(), "prompt", "expired", deferrable=True),
    Row("B9", Case.refused, "ok", "refused"),
    Row("B10", lambda case: case.declined() and not case.overdue(), "notice", "declined"),
    Row("B11", Case.declined, "block", "declined"),
    Row("B12", lambda case: case.act == "accept" and case.overdue(), "block"),
    Row("B13", lambda case: case.put_off() and not case.overdue(), "notice", "deferred", deferrable=True),
    Row("B14", lambda case: not case.overdue(), "prompt", deferrable=True),
    Row("B15", lambda _: True, "prompt"),
)

_QUIET_ROWS: Final = (
    Row("Q1", lambda case: bool(case.news()), "notice", "upcoming"),
    Row("Q2", lambda case: case.timeline.notice_floor > case.known, "notice", "changed"),
    Row("Q3", lambda case: "manifest-behind" in case.answers.flags, "ok", "manifest-behind"),
    Row("Q3", lambda _: True, "ok", "current"),
)


def rows_met(case: Case) -> list[Row]:
    """Return the rows `case` meets: the one of the table, and the quiet one it led to, if it did."""
    row = _first(_ROWS, case)
    return [row, _first(_QUIET_ROWS, case)] if row.leads_on else [row]


def judge(case: Case) -> PolicyDecision:
    """Conclude what is due in `case`."""
    row = rows_met(case)[-1]
    decision: PolicyDecision = {
        "id": case.policy.id,
        "outcome": row.outcome,
        "reason": row.reason or ("reaccept" if case.answers.have else "first-time"),
        "target_seq": None,
        "base_seq": None,
        "deadline": None,
        "deferrable": row.deferrable,
        "language": look_up(case.context.languages, case.policy.languages, case.policy.binding_language),
        "next_at": None,
        "flags": [],
    }
    if row.apart:
        return decision
    upcoming = row.reason == "upcoming"
    target = max(version.seq for version in case.timeline.announced()) if upcoming else case.timeline.target
    deadline = min(map(case.timeline.applies_at, case.news())) if upcoming else case.deadline
    decision["target_seq"] = target or None
    decision["base_seq"] = case.answers.have or None
    decision["deadline"] = write_instant(deadline)
    decision["next_at"] = write_instant(case.next_at())
    decision["flags"] = case.answers.flags
    return decision


def _first(rows: Iterable[Row], case: Case) -> Row:
    for row in rows:  # the last one always holds
        if row.holds(case):
            break
    return row
