"""State: what the app has kept about a subject: records, what was seen, what was put off, how far time had come.

Kept true: nonsense from the app is refused with ShapeError and the path to it. Not done here: deciding which records
count, and which of what is kept still matters.
"""

from __future__ import annotations

from typing import Final, NamedTuple, get_args

from inforce.acceptance.forms import ActOfRecord
from inforce.acceptance.instants import Instant
from inforce.acceptance.members import (
    Data,
    a_bool,
    a_seq,
    a_text,
    a_word,
    an_instant,
    an_integer,
    inside,
    mapping,
    maybe_an_instant,
    objects,
    optional,
)

NO: Final[frozenset[ActOfRecord]] = frozenset({"declined", "refused", "withdrawn"})
"""The acts that say no; the others say yes."""

_ACTS: Final[tuple[ActOfRecord, ...]] = get_args(ActOfRecord)


class Record(NamedTuple):
    """What somebody once did about one version."""

    policy: str
    seq: int
    act: ActOfRecord
    at: Instant
    subject: str
    language: str | None
    digest: str | None
    serial: int | None
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
            optional(data, "pending", a_bool),
        )


class Deferral(NamedTuple):
    """“Later”, said about the version `seq`."""

    seq: int
    until: Instant

    @classmethod
    def from_data(cls, data: Data) -> Deferral:
        """Read `data`, a member of `deferred`."""
        return cls(a_seq(data, "seq"), an_instant(data, "until"))


class State(NamedTuple):
    """All that was kept. `seen` and `deferred` are by policy id; the last two are the highest ever met."""

    records: list[Record]
    seen: dict[str, int]
    deferred: dict[str, Deferral]
    last_serial: int | None
    last_server_time: Instant | None

    @classmethod
    def from_data(cls, data: Data) -> State:
        """Read `data`, the member `state` of a question."""
        return cls(
            optional(data, "records", _records) or [],
            mapping(data, "seen", an_integer),
            mapping(data, "deferred", _a_deferral),
            optional(data, "last_serial", an_integer),
            maybe_an_instant(data, "last_server_time"),
        )


def _records(data: Data, name: str) -> list[Record]:
    return objects(data, name, Record.from_data)


def _a_deferral(data: Data, name: str) -> Deferral:
    return inside(data, name, Deferral.from_data)
