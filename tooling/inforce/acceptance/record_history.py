"""Summarise a subject's records about one policy.

Invariants: a dropped record has no effect, but sets a flag if the app needs to know; records are ordered by time, then
by number; in a tie a negative act overrides a record dated in the future, otherwise the listed order decides.
Not responsible for: whether the answers suffice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from inforce.acceptance.question import NO, Context, Record
from inforce.acceptance.timeline import Timeline
from inforce.acceptance.types import ActOfRecord, Flag
from inforce.instant import MIN_INSTANT, after
from inforce.manifest import ManifestPolicy, ManifestVersion

_DAY: Final = timedelta(days=1)
_TICK: Final = 0.001  # the finest unit of an instant, in seconds
Counted: TypeAlias = tuple[datetime, int, int, ActOfRecord]
"""A record that counts: its effective time, the number it counts for, its rank in a tie of both, and its `act`."""

_BY_TIME_NUMBER_AND_PLACE: Final = itemgetter(0, 1, 2)


class RecordHistory(NamedTuple):
    """The highest affirmative answer and the newest negative one, each with its latest instant, and the flags.

    Number 0 means that no such answer exists. `turns` are the instants, past ones included, at which the result changes
    because a record is dated in the future.
    """

    have: int
    have_at: datetime
    no: int
    no_at: datetime
    flags: list[Flag]
    turns: list[datetime]

    @classmethod
    def of(cls, policy: ManifestPolicy, timeline: Timeline, context: Context, serial: int) -> RecordHistory:
        """Summarise the records of `context` about `policy`, given its `timeline` and the `serial` of the manifest."""
        counted: list[Counted] = []
        dates: list[datetime] = []
        flags: set[Flag] = set()
        if context.unreadable and any(record.policy in (None, policy.id) for record in context.unreadable):
            flags.add("unreadable-record")
        now, records = context.now, context.records.get(policy.id)
        if not records:
            return cls(0, MIN_INSTANT, 0, MIN_INSTANT, sorted(flags), [])
        for record in records:
            version = policy.version(record.seq)
            number, flag = _number(record, version, policy, timeline, serial)
            if flag:
                flags.add(flag)
            if number:
                counted.append((record.made_at(now), number, _place_in_tie(record, now), record.act))
                dates.append(record.at)
                if record.at > now and record.at - now >= _DAY:
                    flags.add("future-record")
                if version and _is_early(record, version):
                    flags.add("early-record")
        counted.sort(key=_BY_TIME_NUMBER_AND_PLACE)
        return cls._sum(counted, sorted(flags), _turns(dates, now))

    @classmethod
    def _sum(cls, counted: list[Counted], flags: list[Flag], turns: list[datetime]) -> RecordHistory:
        yes: dict[int, datetime] = {}
        newest_no = (0, MIN_INSTANT)
        for at, number, _, act in counted:
            if act not in NO:
                yes[number] = at
                continue
            newest_no = max(newest_no, (number, at))
            if act == "withdrawn":
                yes = {answered: when for answered, when in yes.items() if answered > number}
            else:
                yes.pop(number, None)
        have = max(yes) if yes else 0
        return cls(have, yes.get(have, MIN_INSTANT), newest_no[0], newest_no[1], flags, turns)


def _number(
    record: Record, version: ManifestVersion | None, policy: ManifestPolicy, timeline: Timeline, serial: int
) -> tuple[int, Flag | None]:
    """Return the number `record`, about `version`, counts for, 0 if it does not count, and the flag it sets."""
    published = version.digests.get(record.language) if version and record.language is not None else None
    if published and record.digest and record.digest != str(published):
        return 0, "digest-mismatch"
    number = max(record.seq, timeline.lifts.get(record.seq, 0))
    if number in policy.cancelled:
        return 0, "cancelled-version"
    if policy.knows(number):
        return number, None
    if record.serial is not None and record.serial > serial:
        return number, "manifest-behind"
    return 0, "unknown-version"


def _place_in_tie(record: Record, now: datetime) -> int:
    """Return the rank of `record` among records of equal time and number: a higher rank overrides a lower one."""
    if record.at <= now:
        return 0
    return 1 if record.act in NO else -1


def _is_early(record: Record, version: ManifestVersion) -> bool:
    """Return whether `record` was made more than a day before `version` was published."""
    published_at = version.published_at
    return published_at is not None and record.at < published_at and published_at - record.at > _DAY


def _turns(dates: list[datetime], now: datetime) -> list[datetime]:
    """Return the instants at which the order or the flags of records change without new data.

    Only records dated after `now` cause such a change: until its date a record counts as made now, and it can overtake
    any other record one instant after that record's date.
    """
    if not dates or max(dates) <= now:
        return []
    return [after(date, seconds) for date in dates for seconds in (0, _TICK, _TICK - 86_400)]
