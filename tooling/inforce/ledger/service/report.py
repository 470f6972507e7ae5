"""Report for each version how many users owe an answer to it, accepted it, declined it, and were told of it.

Invariants: who owes an answer is decided as for a single user; users whose decisions are equal are decided once.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Hashable
from typing import NamedTuple

from inforce.client import AsyncPolicies
from inforce.errors import LedgerError
from inforce.instant import parse_rfc3339
from inforce.ledger.answers import Numbers, Person
from inforce.ledger.due import DueGroups, is_due
from inforce.ledger.entries import to_instant
from inforce.ledger.ledger import Ledger
from inforce.ledger.service.decisions import decided

_NONE = Numbers(0, 0, 0)


class VersionReport(NamedTuple):
    """The numbers of one version; `version` is its label, empty if the manifest no longer lists it."""

    policy: str
    seq: int
    version: str
    owing: int
    accepted: int
    declined: int
    told: int


async def version_reports(ledger: Ledger, policies: AsyncPolicies) -> list[VersionReport]:
    """Return the report of each version in the manifest or the ledger, by policy and number.

    A user joined when the ledger received the first record about them. Raise LedgerError if no manifest applies now.
    """
    await policies.refresh()
    state = await policies.check([], "anyone")
    manifest = policies.manifest
    if manifest is None or state["outcome"] == "stale":
        raise LedgerError(f"the ledger has no manifest of the site that applies now: {state['reason']}")
    groups = DueGroups(manifest)
    known: dict[Hashable, list[tuple[str, int]]] = {}
    owing: Counter[tuple[str, int]] = Counter()
    for people in ledger.answers.everyone():
        for person in people:
            group = groups.group(person.given, parse_rfc3339(to_instant(person.since)), ())
            due = known.get(group) if group is not None else None
            if due is None:
                due = await _due(ledger, policies, person)
                if group is not None:
                    known[group] = due
            owing.update(due)
        await asyncio.sleep(0)
    labels = {(policy.id, each.seq): each.version for policy in manifest.policies for each in policy.versions}
    numbers = ledger.answers.numbers()
    return [
        VersionReport(*version, labels.get(version, ""), owing[version], *numbers.get(version, _NONE))
        for version in sorted({*labels, *numbers, *owing})
    ]


async def _due(ledger: Ledger, policies: AsyncPolicies, person: Person) -> list[tuple[str, int]]:
    reference = ledger.answers.reference(person.sid)
    decision, _ = await decided(ledger, policies, reference, to_instant(person.since))
    return [
        (policy["id"], policy["target_seq"])
        for policy in decision["policies"]
        if policy["target_seq"] is not None and is_due(policy["outcome"], told=False)
    ]
