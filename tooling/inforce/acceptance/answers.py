"""Answers: what a subject's records about one policy come to.

Kept true: a record that is dropped has no effect, and leaves a flag where the app should know of it; time decides, then
number, never the order in which records are listed. Not done here: whether the answers suffice.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from inforce.acceptance.context import Context
from inforce.acceptance.forms import ActOfRecord, Flag
from inforce.acceptance.instants import Instant
from inforce.acceptance.manifest import PolicyEntry
from inforce.acceptance.state import NO, Record
from inforce.acceptance.timeline import Timeline

Counted: TypeAlias = tuple[Instant, int, ActOfRecord]
"""A record that counts: its `at`, the number it counts for, and its `act`."""

_BY_TIME_THEN_NUMBER: Final = itemgetter(0, 1)


class Answers(NamedTuple):
    """The highest yes and the newest no, each with its latest instant (number 0: there is none), and the flags."""

    have: int
    have_at: Instant
    no: int
    no_at: Instant
    flags: list[Flag]

    @classmethod
    def of(cls, policy: PolicyEntry, timeline: Timeline, context: Context, serial: int) -> Answers:
        """Weigh what `context` holds about `policy`, whose versions stand on `timeline` of the manifest `serial`."""
        counted: list[Counted] = []
        flags: set[Flag] = set()
        for record in context.records:
            if record.policy != policy.id:
                continue
            number, flag = _number(record, policy, timeline, serial)
            if flag:
                flags.add(flag)
            if number:
                counted.append((record.at, number, record.act))
        return cls._sum(sorted(counted, key=_BY_TIME_THEN_NUMBER), sorted(flags))

    @classmethod
    def _sum(cls, counted: list[Counted], flags: list[Flag]) -> Answers:
        yes: dict[int, Instant] = {}
        newest_no = (0, 0)
        for at, number, act in counted:
            if act not in NO:
                yes[number] = at
                continue
            newest_no = max(newest_no, (number, at))
            if act == "withdrawn":
                yes = {answered: when for answered, when in yes.items() if answered > number}
            else:
                yes.pop(number, None)
        have = max(yes, default=0)
        return cls(have, yes.get(have, 0), *newest_no, flags)


def _number(record: Record, policy: PolicyEntry, timeline: Timeline, serial: int) -> tuple[int, Flag | None]:
    """Return the number `record` counts for, 0 where it does not, and the flag it raises."""
    published = policy.digest(record.seq, record.language)
    if published and record.digest and record.digest != published:
        return 0, "digest-mismatch"
    number = max(record.seq, timeline.lifts.get(record.seq, 0))
    if number in policy.cancelled:
        return 0, "cancelled-version"
    if policy.knows(number):
        return number, None
    if record.serial is not None and record.serial > serial:
        return number, "manifest-behind"
    return 0, "unknown-version"
