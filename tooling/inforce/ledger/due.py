"""Who owes an answer: group subjects whose decisions are equal, so that one decision serves each group.

Invariants: a subject has a group only if its decision follows from what the group compares; every other subject is
decided separately.
Not responsible for: reading what subjects have answered; deciding.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Hashable, Iterable
from datetime import datetime
from typing import Final, NamedTuple

from inforce.acceptance.question import NO
from inforce.manifest import Manifest

_TOLD: Final = "notice"
_OWED: Final = ("prompt", "block")


class AnswerGiven(NamedTuple):
    """What the database has about one record of a subject without opening it; `policy` is None for other records."""

    policy: str | None
    seq: int | None
    act: str | None
    verdict: str | None


class DueGroups:
    """The groups of subjects under one manifest.

    :param manifest: the manifest
    """

    def __init__(self, manifest: Manifest) -> None:
        self.serial = manifest.serial
        versions = [version for policy in manifest.policies for version in policy.versions]
        instants = {each.effective_at for each in versions} | {each.effective_at_new for each in versions}
        self._instants = sorted(instant for instant in instants if instant is not None)
        self._reasking = {policy.id for policy in manifest.policies if policy.reask_seconds is not None}

    def group(self, given: Collection[AnswerGiven], since: datetime | None, audience: Iterable[str]) -> Hashable | None:
        """Return the group of a subject; None if its records must be opened to decide.

        The time of an answer decides only where answers expire, where a positive and a negative one compete, and for a
        withdrawal. When a subject joined is compared only with the instants of the manifest.

        :param given: what the subject has answered
        :param since: when it joined; None: now
        :param audience: the tags that apply to it
        """
        acts: dict[str, bool] = {}
        answers = [each for each in given if each.policy is None or each.act is not None]  # notices do not decide
        for policy, _, act, verdict in answers:
            if policy is None or act is None or verdict != "verified" or policy in self._reasking or act == "withdrawn":
                return None
            negative = act in NO
            if acts.setdefault(policy, negative) != negative:
                return None
        place = None if since is None else (bisect_left(self._instants, since), bisect_right(self._instants, since))
        return frozenset(answers), place, frozenset(audience)


def is_due(outcome: str, *, told: bool) -> bool:
    """Return whether a subject with this `outcome` of a policy owes an answer or, if `told`, at least a notice."""
    return outcome in _OWED or (told and outcome == _TOLD)
