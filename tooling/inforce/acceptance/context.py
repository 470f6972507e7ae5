"""Context of a decision: the subject, the time, the place and the languages the subject reads.

Invariants: invalid data from the app raises ShapeError with its path, with or without a manifest.
Not responsible for: reading a clock; the question contains the time.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple, get_args

from inforce.acceptance.instants import SECOND, Instant
from inforce.acceptance.members import Data, a_number, a_text, a_word, an_instant, inside, optional, texts
from inforce.acceptance.state import NO, AppState, Record, Unreadable
from inforce.acceptance.types import Role

_ROLES: Final[tuple[Role, ...]] = get_args(Role)


class Subject(NamedTuple):
    """The user a decision is about; `since` None means that they join now."""

    id: str
    since: Instant | None
    linked: list[str]

    @classmethod
    def from_data(cls, data: Data) -> Subject:
        """Read the field `subject` of a question from `data`."""
        return cls(a_text(data, "id"), optional(data, "since", an_instant), texts(data, "linked"))

    def left(self, record: Record) -> bool:
        """Return whether `record` counts for the subject: their own record, or an affirmative act under a linked id."""
        return record.subject == self.id or (record.subject in self.linked and record.act not in NO)

    def may_have_left(self, record: Unreadable) -> bool:
        """Return whether `record` has the subject's id, a linked id, or no readable id."""
        return record.subject is None or record.subject == self.id or record.subject in self.linked


class Context(NamedTuple):
    """All parts of a question except the manifest.

    `now` is the corrected time, at least the latest server time seen. `records` are the subject's records; on a server,
    only confirmed ones. `unreadable` are the subject's records that cannot be read.
    """

    now: Instant
    subject: Subject
    audience: list[str]
    languages: tuple[str, ...]
    records: list[Record]
    unreadable: list[Unreadable]
    state: AppState

    @classmethod
    def from_data(cls, data: Data) -> Context:
        """Read the question `data`."""
        state = inside(data, "state", AppState.from_data)
        subject = inside(data, "subject", Subject.from_data)
        confirmed_only = optional(data, "role", _a_role) == "server"
        offset = math.floor((optional(data, "clock_offset_seconds", a_number) or 0) * SECOND)
        now = an_instant(data, "now") + offset
        return cls(
            now=now if state.last_server_time is None else max(now, state.last_server_time),
            subject=subject,
            audience=texts(data, "audience"),
            languages=tuple(texts(data, "languages")),
            records=[
                record
                for record in state.records
                if isinstance(record, Record) and subject.left(record) and not (record.pending and confirmed_only)
            ],
            unreadable=[
                record for record in state.records if isinstance(record, Unreadable) and subject.may_have_left(record)
            ],
            state=state,
        )

    def not_before(self, instant: Instant) -> Context:
        """Return this context with `now` raised to `instant` if it is earlier."""
        return self if self.now > instant else self._replace(now=instant)


def _a_role(data: Data, name: str) -> Role:
    return a_word(data, name, _ROLES)
