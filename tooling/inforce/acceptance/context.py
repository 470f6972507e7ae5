"""Context: who asks, when, from where, and in which languages they read.

Kept true: nonsense from the app is refused with ShapeError and the path to it, whether or not a manifest is at hand.
Not done here: reading a clock; the instant comes in with the question.
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
    """Who is asked; `since` None means that they join now."""

    id: str
    since: Instant | None
    linked: list[str]

    @classmethod
    def from_data(cls, data: Data) -> Subject:
        """Read `data`, the member `subject` of a question."""
        return cls(a_text(data, "id"), optional(data, "since", an_instant), texts(data, "linked"))

    def left(self, record: Record) -> bool:
        """Tell whether `record` is the subject's to answer with: their own, or a yes under a linked id."""
        return record.subject == self.id or (record.subject in self.linked and record.act not in NO)

    def may_have_left(self, record: Unreadable) -> bool:
        """Return whether `record` names the subject, a linked id, or no subject that can be read."""
        return record.subject is None or record.subject == self.id or record.subject in self.linked


class Context(NamedTuple):
    """Everything about a question but the manifest.

    `now` is corrected, and never before a server time seen. `records` are the subject's; on a server, confirmed ones.
    `unreadable` are the subject's records that cannot be read.
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
        """Read `data`, a question."""
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
        """Return this context, its `now` raised to `instant` where it lies before that."""
        return self if self.now > instant else self._replace(now=instant)


def _a_role(data: Data, name: str) -> Role:
    return a_word(data, name, _ROLES)
