"""Read a question: the subject, the time, the role, the languages of the subject, and the state stored by the app.

Invariants: invalid data from the app raises ShapeError with its path, with or without a manifest. Records are stored
data: a record with a missing field, or a field of the wrong type, is read as Unreadable, so that it cannot lock out a
user.
Not responsible for: reading a clock; the question contains the time. Deciding which records and which other stored
values count.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple, get_args

from inforce.acceptance.types import ActOfRecord, Role
from inforce.errors import ShapeError
from inforce.fields import Fields, LenientFields, one_of
from inforce.instant import after, parse_rfc3339

NO: Final[frozenset[ActOfRecord]] = frozenset({"declined", "refused", "withdrawn"})
"""The negative acts; all others are affirmative."""

_act = one_of(get_args(ActOfRecord))
_role = one_of(get_args(Role))


class Record(NamedTuple):
    """One act of a user concerning one version."""

    policy: str
    seq: int
    act: ActOfRecord
    at: datetime
    subject: str
    language: str | None
    digest: str | None
    serial: int | None
    received_at: datetime | None
    pending: bool | None
    id: str | None
    n: int | None
    after: str | None

    @classmethod
    def from_shape(cls, shape: Fields) -> Record:
        """Read an item of `records` from `shape`."""
        return cls(
            shape.text("policy"),
            shape.integer("seq", least=1),
            shape.parsed("act", _act),
            shape.parsed("at", parse_rfc3339),
            shape.text("subject"),
            shape.text("language", None),
            shape.text("digest", None),
            shape.integer("serial", None),
            shape.parsed("received_at", parse_rfc3339, None),
            shape.flag("pending", None),
            shape.text("id", None),
            shape.integer("n", None),
            shape.text("after", None),
        )

    def made_at(self, now: datetime) -> datetime:
        """Return when the record, dated after `now`, counts as made: when it was received, at most `now`."""
        return now if self.received_at is None else min(self.received_at, now)

    def is_received_before(self, other: Record) -> bool | None:
        """Return whether the server received this record before `other`; None if that is unknown."""
        if self.n is not None and other.n is not None and self.n != other.n:
            return self.n < other.n
        if self.received_at is None or other.received_at is None:
            return None
        return self.received_at < other.received_at


class Unreadable(NamedTuple):
    """A record that cannot be read. `policy` and `subject` are None if they cannot be read either."""

    policy: str | None
    subject: str | None

    @classmethod
    def from_value(cls, value: object) -> Unreadable:
        """Read `policy` and `subject` of `value`, an invalid item of `records`."""
        data = value if isinstance(value, dict) else {}
        policy, subject = data.get("policy"), data.get("subject")
        return cls(policy if isinstance(policy, str) else None, subject if isinstance(subject, str) else None)


def check_record(value: object) -> None:
    """Check that `decide` can read the record `value`, and would not drop it as unreadable.

        >>> check_record({"policy": "terms", "seq": 2, "act": "accepted", "at": "2027-03-01", "subject": "u_8f3c"})
        Traceback (most recent call last):
        inforce.errors.ShapeError: at: expected an RFC 3339 instant such as 2027-03-01T00:00:00Z, got “2027-03-01”

    :param value: a decoded record; its fields are those of `RecordForm`
    :raises ShapeError: if a field is missing or has the wrong type; `path` is the field
    """
    Record.from_shape(LenientFields(value))


def _a_record(value: object) -> Record | Unreadable:
    try:
        return Record.from_shape(LenientFields(value))
    except ShapeError:
        return Unreadable.from_value(value)


class Deferral(NamedTuple):
    """The user's choice to answer later about the version `seq`."""

    seq: int
    until: datetime

    @classmethod
    def from_shape(cls, shape: Fields) -> Deferral:
        """Read a field of `deferred` from `shape`."""
        return cls(shape.integer("seq", least=1), shape.parsed("until", parse_rfc3339))


class AppState(NamedTuple):
    """All stored state. `seen` and `deferred` are by policy id; the last two fields are the highest values seen."""

    records: list[Record | Unreadable]
    seen: dict[str, int]
    deferred: dict[str, Deferral]
    last_serial: int | None
    last_server_time: datetime | None

    @classmethod
    def from_shape(cls, shape: Fields) -> AppState:
        """Read the field `state` of a question from `shape`."""
        return cls(
            [_a_record(value) for value in shape.items("records", ())],
            shape.by_name("seen", Fields.integer),
            shape.by_name("deferred", lambda deferred, policy: Deferral.from_shape(deferred.shape(policy, {}))),
            shape.integer("last_serial", None),
            shape.parsed("last_server_time", parse_rfc3339, None),
        )


class Subject(NamedTuple):
    """The user a decision is about; `since` None means that they join now."""

    id: str
    since: datetime | None
    linked: tuple[str, ...]

    @classmethod
    def from_shape(cls, shape: Fields) -> Subject:
        """Read the field `subject` of a question from `shape`."""
        return cls(shape.text("id"), shape.parsed("since", parse_rfc3339, None), shape.words("linked", ()))

    def left(self, record: Record) -> bool:
        """Return whether `record` counts for the subject: their own record, or an affirmative act under a linked id."""
        return record.subject == self.id or (record.subject in self.linked and record.act not in NO)

    def may_have_left(self, record: Unreadable) -> bool:
        """Return whether `record` has the subject's id, a linked id, or no readable id."""
        return record.subject is None or record.subject == self.id or record.subject in self.linked


class Context(NamedTuple):
    """All parts of a question except the manifest.

    `now` is the corrected time, at least the latest server time seen; `soon` is one second later. `records` are the
    subject's records by policy; on a server, only confirmed ones. `unreadable` are those that cannot be read. `by_id`
    contains every readable record that has an id; the first one if several have the same.
    """

    now: datetime
    soon: datetime
    subject: Subject
    audience: tuple[str, ...]
    languages: tuple[str, ...]
    records: dict[str, list[Record]]
    by_id: dict[str, Record]
    unreadable: list[Unreadable]
    state: AppState

    @classmethod
    def from_shape(cls, shape: Fields) -> Context:
        """Read a question from `shape`."""
        state = AppState.from_shape(shape.shape("state", {}))
        subject = Subject.from_shape(shape.shape("subject", {}))
        confirmed_only = shape.parsed("role", _role, None) == "server"
        now, offset = shape.parsed("now", parse_rfc3339), shape.number("clock_offset_seconds", 0)
        now = after(now, offset) if offset else now
        now = now if state.last_server_time is None else max(now, state.last_server_time)
        records: dict[str, list[Record]] = {}
        by_id: dict[str, Record] = {}
        unreadable: list[Unreadable] = []
        for record in state.records:
            if isinstance(record, Unreadable):
                unreadable += [record] if subject.may_have_left(record) else []
                continue
            if record.id is not None:
                by_id.setdefault(record.id, record)
            if subject.left(record) and not (record.pending and confirmed_only):
                records.setdefault(record.policy, []).append(record)
        audience, languages = shape.words("audience", ()), shape.words("languages", ())
        return cls(now, after(now, 1), subject, audience, languages, records, by_id, unreadable, state)

    def not_before(self, instant: datetime) -> Context:
        """Return this context with `now` raised to `instant` if it is earlier."""
        return self if self.now > instant else self._replace(now=instant, soon=after(instant, 1))
