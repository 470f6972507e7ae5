"""State: what the app has kept about a subject: records, what was seen, what was put off, how far time had come.

Kept true: nonsense from the app is refused with ShapeError and the path to it. A record is stored data: one with a
missing field or one of the wrong type is read as Unreadable, so that it locks no user out. Not done here: deciding
which records count, and which of what is kept still matters.
"""

from __future__ import annotations

from typing import Final, NamedTuple, get_args

from inforce.acceptance.instants import Instant
from inforce.acceptance.members import (
    Data,
    a_bool,
    a_list,
    a_seq,
    a_text,
    a_word,
    an_instant,
    an_integer,
    as_object,
    inside,
    mapping,
    maybe_an_instant,
    optional,
)
from inforce.acceptance.types import ActOfRecord
from inforce.errors import ShapeError

NO: Final[frozenset[ActOfRecord]] = frozenset({"declined", "refused", "withdrawn"})
"""The acts that say no; the others say yes."""

_ACTS: Final[tuple[ActOfRecord, ...]] = get_args(ActOfRecord)


class Record(NamedTuple):
    """What a user once did about one version."""

    policy: str
    seq: int
    act: ActOfRecord
    at: Instant
    subject: str
    language: str | None
    digest: str | None
    serial: int | None
    received_at: Instant | None
    pending: bool | None

    @classmethod
    def from_data(cls, data: Data) -> Record:
        """Read `data`, an item of `records`."""
        return cls(
            a_text(data, "policy"),
            a_seq(data, "seq"),
            a_word(data, "act", _ACTS),
            an_instant(data, "at"),
            a_text(data, "subject"),
            optional(data, "language", a_text),
            optional(data, "digest", a_text),
            optional(data, "serial", an_integer),
            maybe_an_instant(data, "received_at"),
            optional(data, "pending", a_bool),
        )

    def made_at(self, now: Instant) -> Instant:
        """Return when the record counts as made: `at`, or the time of receipt where `at` is later than `now`."""
        if self.at <= now:
            return self.at
        return now if self.received_at is None else min(self.received_at, now)


class Unreadable(NamedTuple):
    """A record that cannot be read. `policy` and `subject` are None where they cannot be read either."""

    policy: str | None
    subject: str | None

    @classmethod
    def from_value(cls, value: object) -> Unreadable:
        """Return what is left of `value`, an item of `records`."""
        data = value if isinstance(value, dict) else {}
        policy, subject = data.get("policy"), data.get("subject")
        return cls(policy if isinstance(policy, str) else None, subject if isinstance(subject, str) else None)


def check_record(value: object) -> None:
    """Raise ShapeError, with the path, where `value` is a record that `decide` would drop as unreadable."""
    Record.from_data(as_object(value))


class Deferral(NamedTuple):
    """“Later”, said about the version `seq`."""

    seq: int
    until: Instant

    @classmethod
    def from_data(cls, data: Data) -> Deferral:
        """Read `data`, a member of `deferred`."""
        return cls(a_seq(data, "seq"), an_instant(data, "until"))


class AppState(NamedTuple):
    """All that was kept. `seen` and `deferred` are by policy id; the last two are the highest ever met."""

    records: list[Record | Unreadable]
    seen: dict[str, int]
    deferred: dict[str, Deferral]
    last_serial: int | None
    last_server_time: Instant | None

    @classmethod
    def from_data(cls, data: Data) -> AppState:
        """Read `data`, the member `state` of a question."""
        return cls(
            [_a_record(value) for value in a_list(data, "records")],
            mapping(data, "seen", an_integer),
            mapping(data, "deferred", _a_deferral),
            optional(data, "last_serial", an_integer),
            maybe_an_instant(data, "last_server_time"),
        )


def _a_record(value: object) -> Record | Unreadable:
    try:
        return Record.from_data(as_object(value))
    except ShapeError:
        return Unreadable.from_value(value)


def _a_deferral(data: Data, name: str) -> Deferral:
    return inside(data, name, Deferral.from_data)
