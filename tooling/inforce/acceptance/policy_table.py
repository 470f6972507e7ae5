"""Table B: what is due for one policy. The first matching row applies; the rows are in the order of the design.

Invariants: only `accept` can block.
Not responsible for: combining policies; whether the manifest can be relied on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from inforce.acceptance.facts import PolicyFacts
from inforce.acceptance.instants import write_instant
from inforce.acceptance.languages import look_up
from inforce.acceptance.types import Outcome, PolicyDecision, Reason


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
    TableRow("B3", lambda case: case.nothing_in_force() and bool(case.news()), "notice", "upcoming"),
    TableRow("B4", PolicyFacts.nothing_in_force, "ok", "not-yet-effective"),
    TableRow("B5", lambda case: case.act == "none", leads_on=True),
    TableRow("B6", lambda case: case.settled() and case.outdated(), "prompt", "expired", deferrable=True),
    TableRow("B7", PolicyFacts.settled, leads_on=True),
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
    TableRow("Q1", lambda case: bool(case.news()), "notice", "upcoming"),
    TableRow("Q2", lambda case: case.timeline.notice_floor > case.known, "notice", "changed"),
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


def _first(rows: Iterable[TableRow], case: PolicyFacts) -> TableRow:
    for row in rows:  # the last row always matches
        if row.holds(case):
            break
    return row
