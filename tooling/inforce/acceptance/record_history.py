"""Summarise a subject's records about one policy.

Invariants: a dropped record has no effect, but sets a flag if the app needs to know; records are ordered by time, then
by number; in a tie a negative act overrides a record dated in the future, otherwise the listed order decides.
Not responsible for: whether the answers suffice.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from inforce.acceptance.context import Context
from inforce.acceptance.instants import DAY, Instant
from inforce.acceptance.manifest import PolicyEntry
from inforce.acceptance.state import NO, Record
from inforce.acceptance.timeline import Timeline
from inforce.acceptance.types import ActOfRecord, Flag

Counted: TypeAlias = tuple[Instant, int, int, ActOfRecord]
"""A record that counts: its effective time, the number it counts for, its rank in a tie of both, and its `act`."""

_BY_TIME_NUMBER_AND_PLACE: Final = itemgetter(0, 1, 2)


class RecordHistory(NamedTuple):
    """The highest affirmative answer and the newest negative one, each with its latest instant, and the flags.

    Number 0 means that no such answer exists. `turns` are the instants, past ones included, at which the result changes
    because a record is dated in the future.
    """

    have: int
    have_at: Instant
    no: int
    no_at: Instant
    flags: list[Flag]
    turns: list[Instant]

    @classmethod
    def of(cls, policy: PolicyEntry, timeline: Timeline, context: Context, serial: int) -> RecordHistory:
        """Summarise the records of `context` about `policy`, given its `timeline` and the `serial` of the manifest."""
        counted: list[Counted] = []
        dates: list[Instant] = []
        flags: set[Flag] = {"unreadable-record" for record in context.unreadable if record.policy in (None, policy.id)}
        for record in context.records:
            if record.policy != policy.id:
                continue
            number, flag = _number(record, policy, timeline, serial)
            if flag:
                flags.add(flag)
            if number:
                counted.append((record.made_at(context.now), number, _place_in_tie(record, context.now), record.act))
                dates.append(record.at)
                flags |= _flags_of_date(record, policy, context.now)
        return cls._sum(sorted(counted, key=_BY_TIME_NUMBER_AND_PLACE), sorted(flags), _turns(dates, context.now))

    @classmethod
    def _sum(cls, counted: list[Counted], flags: list[Flag], turns: list[Instant]) -> RecordHistory:
        yes: dict[int, Instant] = {}
        newest_no = (0, 0)
        for at, number, _, act in counted:
            if act not in NO:
                yes[number] = at
                continue
            newest_no = max(newest_no, (number, at))
            if act == "withdrawn":
                yes = {answered: when for answered, when in yes.items() if answered > number}
            else:
                yes.pop(number, None)
        have = max(yes, default=0)
        return cls(have, yes.get(have, 0), *newest_no, flags, turns)


def _number(record: Record, policy: PolicyEntry, timeline: Timeline, serial: int) -> tuple[int, Flag | None]:
    """Return the number `record` counts for, 0 if it does not count, and the flag it sets."""
    version = policy.version(record.seq)
    published = version.digests.get(record.language) if version and record.language is not None else None
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


def _place_in_tie(record: Record, now: Instant) -> int:
    """Return the rank of `record` among records of equal time and number: a higher rank overrides a lower one."""
    if record.at <= now:
        return 0
    return 1 if record.act in NO else -1


def _flags_of_date(record: Record, policy: PolicyEntry, now: Instant) -> set[Flag]:
    """Return the flags for a date far in the future of `now`, or long before the publication of the version."""
    flags: set[Flag] = set()
    if record.at - now >= DAY:
        flags.add("future-record")
    version = policy.version(record.seq)
    if version and version.published_at is not None and version.published_at - record.at > DAY:
        flags.add("early-record")
    return flags


def _turns(dates: list[Instant], now: Instant) -> list[Instant]:
    """Return the instants at which the order or the flags of records change without new data.

    Only records dated after `now` cause such a change: until its date a record counts as made now, and it can overtake
    any other record one instant after that record's date.
    """
    if max(dates, default=now) <= now:
        return []
    return [turn for date in dates for turn in (date, date + 1, date - DAY + 1)]
