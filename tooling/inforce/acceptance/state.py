"""State stored by the app for a subject: records, seen versions, deferrals, and the highest serial and server time.

Invariants: invalid data from the app raises ShapeError with its path. Records are stored data: a record with a missing
field, or a field of the wrong type, is read as Unreadable, so that it cannot lock out a user.
Not responsible for: deciding which records and which other stored values count.
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
    """One act of a user concerning one version."""

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
        """Return when the record counts as made: `at`, or `received_at` if `at` is later than `now`."""
        if self.at <= now:
            return self.at
        return now if self.received_at is None else min(self.received_at, now)


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
    """Raise ShapeError, with the path, if `decide` would drop the record `value` as unreadable."""
    Record.from_data(as_object(value))


class Deferral(NamedTuple):
    """The user's choice to answer later about the version `seq`."""

    seq: int
    until: Instant

    @classmethod
    def from_data(cls, data: Data) -> Deferral:
        """Read `data`, a field of `deferred`."""
        return cls(a_seq(data, "seq"), an_instant(data, "until"))


class AppState(NamedTuple):
    """All stored state. `seen` and `deferred` are by policy id; the last two fields are the highest values seen."""

    records: list[Record | Unreadable]
    seen: dict[str, int]
    deferred: dict[str, Deferral]
    last_serial: int | None
    last_server_time: Instant | None

    @classmethod
    def from_data(cls, data: Data) -> AppState:
        """Read `data`, the field `state` of a question."""
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
