"""Summarise a subject's records about one policy.

Invariants: a dropped record has no effect, but sets a flag if the app needs to know; a withdrawal is dropped only if
its digest contradicts the published one; a negative act is overridden only by an affirmative one that certainly was
made later; the order in which records are listed is irrelevant.
Not responsible for: whether the answers suffice.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from inforce.acceptance.question import NO, Context, Record
from inforce.acceptance.timeline import Timeline
from inforce.acceptance.types import ActOfRecord, Flag
from inforce.fields import LARGEST_INTEGER
from inforce.instant import MIN_INSTANT, after
from inforce.manifest import ManifestPolicy, ManifestVersion

_DAY: Final = timedelta(days=1)
_DAY_SECONDS: Final = 86_400
_TICK: Final = 0.001  # the finest unit of an instant, in seconds
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# The acts that meet the act of a version; any affirmative act meets the others.
_FITTING: Final = {"accept": "accepted", "consent": "consented"}


class Answer(NamedTuple):
    """A record that counts: when it counts as made, its number among answers of that instant, and its place."""

    at: datetime
    number: int
    place: tuple[int, int]
    record: Record

    @classmethod
    def of(cls, record: Record, place: tuple[int, int], now: datetime) -> Answer:
        """Return `record` as an answer to the version at `place`."""
        if record.at <= now:
            return cls(record.at, place[1], place, record)
        # Its real time is unknown: in a tie the negative act wins.
        return cls(record.made_at(now), LARGEST_INTEGER if record.act in NO else 0, place, record)

    def is_removed(self, negative: list[Answer], context: Context) -> bool:
        """Return whether one of the `negative` answers removes this affirmative one.

        A withdrawal removes the answers to all versions, another negative act those to the same original.
        """
        for no in negative:
            concerns = no.record.act == "withdrawn" or no.place[0] == self.place[0]
            if concerns and not self._overrides(no, context):
                return True
        return False

    def _overrides(self, no: Answer, context: Context) -> bool:
        """Return whether this affirmative answer was certainly made after the answer `no`."""
        known = None if self.record.after is None else context.by_id.get(self.record.after)
        if known is not None and (known.id == no.record.id or known.is_received_before(no.record) is False):
            return True
        later = (self.at, self.number) > (no.at, no.number)
        return later and not self.record.is_received_before(no.record)

    def refused(self, timeline: Timeline) -> int:
        """Return the original that this negative answer refuses, or the last of several."""
        if self.record.act != "withdrawn":
            return self.place[0]
        return max(self.place[0], timeline.original_at(self.at))


class RecordHistory(NamedTuple):
    """The affirmative answer with the last place and the newest negative one, with their instants, and the flags.

    `have` is the place of the former, `no` the original of the version that the latter refuses; (0, 0) and 0 mean that
    no such answer exists. `have_at` is the latest affirmative answer to the same original. `turns` are the instants,
    past ones included, at which the result changes because a record or its manifest is dated in the future.
    """

    have: tuple[int, int]
    have_at: datetime
    no: int
    no_at: datetime
    flags: list[Flag]
    turns: list[datetime]

    @classmethod
    def of(cls, policy: ManifestPolicy, timeline: Timeline, context: Context, serial: int) -> RecordHistory:
        """Summarise the records of `context` about `policy`, given its `timeline` and the `serial` of the manifest."""
        flags: set[Flag] = set()
        if context.unreadable and any(record.policy in (None, policy.id) for record in context.unreadable):
            flags.add("unreadable-record")
        records = context.records.get(policy.id)
        if not records:
            return cls((0, 0), MIN_INSTANT, 0, MIN_INSTANT, sorted(flags), [])
        answers: list[Answer] = []
        turns: list[datetime] = []
        for record in records:
            version = policy.version(record.seq)
            place, flag = _place(record, version, policy, timeline, serial, context.now)
            if flag:
                flags.add(flag)
                turns += _turns_of_serial(record) if flag == "unknown-version" else []
            if place is not None:
                answers.append(Answer.of(record, place, context.now))
                _flag_date(record, version, context.now, flags)
        turns += _turns(answers, context.now)
        no = [answer for answer in answers if answer.record.act in NO]
        yes = answers
        if no:
            yes = [answer for answer in answers if answer.record.act not in NO and not answer.is_removed(no, context)]
        have = max([answer.place for answer in yes]) if yes else (0, 0)
        have_at = max([answer.at for answer in yes if answer.place[0] == have[0]]) if yes else MIN_INSTANT
        refused, no_at = max([(answer.refused(timeline), answer.at) for answer in no]) if no else (0, MIN_INSTANT)
        return cls(have, have_at, refused, no_at, sorted(flags), turns)


def _place(
    record: Record,
    version: ManifestVersion | None,
    policy: ManifestPolicy,
    timeline: Timeline,
    serial: int,
    now: datetime,
) -> tuple[tuple[int, int] | None, Flag | None]:
    """Return the place `record`, about `version`, counts for, None if it does not count, and the flag it sets."""
    published = version.digests.get(record.language) if version and record.language is not None else None
    if published and record.digest and record.digest != str(published):
        return None, "digest-mismatch"
    place = version.place if version else (policy.original(record.seq), record.seq)
    same_text = timeline.lifts.get(record.seq)
    if same_text and same_text.place > place and fits(record.act, policy.act_of(same_text)):
        place = same_text.place
    # A withdrawal counts for the versions that applied when it was made, whatever number it has.
    otherwise = (0, record.seq) if record.act == "withdrawn" else None
    if place[0] in policy.cancelled:
        return otherwise, "cancelled-version"
    if not version and place[1] == record.seq and not policy.knows(record.seq):
        if record.serial is None or record.serial <= serial:
            return otherwise, "unknown-version"
        if record.serial - _DAY_SECONDS > (now - _EPOCH).total_seconds():
            return otherwise, "unknown-version"
        return place, "manifest-behind"
    return (place, None) if fits(record.act, policy.act_of(version)) else (None, "other-act")


def fits(given: ActOfRecord, required: str) -> bool:
    """Return whether the act `given` is a possible answer to a version that requires the act `required`."""
    return given in NO or given == _FITTING.get(required, given)


def _flag_date(record: Record, version: ManifestVersion | None, now: datetime, flags: set[Flag]) -> None:
    """Add to `flags` those of `record`, about `version`, for a date long after `now` or long before publication."""
    if record.at > now and record.at - now >= _DAY:
        flags.add("future-record")
    published_at = version.published_at if version else None
    if published_at is not None and record.at < published_at and published_at - record.at > _DAY:
        flags.add("early-record")


def _turns_of_serial(record: Record) -> list[datetime]:
    """Return the instant at which the serial of `record` is no longer more than a day ahead."""
    return [] if record.serial is None else [after(_EPOCH, record.serial - _DAY_SECONDS)]


def _turns(answers: list[Answer], now: datetime) -> list[datetime]:
    """Return the instants at which the order or the flags of `answers` change without new data.

    Only records dated after `now` cause such a change: until its date or its receipt a record counts as made now, and
    it can overtake any other record one instant after that record.
    """
    future = [answer.record for answer in answers if answer.record.at > now]
    if not future:
        return []
    turns = [after(answer.record.at, seconds) for answer in answers for seconds in (_TICK, _TICK - _DAY_SECONDS)]
    return turns + [after(record.received_at, _TICK) for record in future if record.received_at is not None]
