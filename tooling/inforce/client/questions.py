"""Build a question for `decide` from the app's data about a user and the client's state of the site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from inforce.acceptance import DeferralForm, Question, RecordForm, Role, StateForm, SubjectForm
from inforce.client.state import ClientState
from inforce.instant import format_instant


class Circumstances(NamedTuple):
    """Optional data for a decision.

    `languages` are those the user reads, best first; `audience` are the tags that apply to the user. `seen` is, by
    policy, the newest version shown to the user; `deferred` are their deferrals. `role` is `server` unless the app runs
    on the user's own device.
    """

    languages: Sequence[str]
    audience: Sequence[str]
    seen: Mapping[str, int]
    deferred: Mapping[str, DeferralForm]
    role: Role


def question(
    memory: ClientState,
    now: datetime,
    records: Iterable[RecordForm],
    subject: str | SubjectForm,
    circumstances: Circumstances,
) -> Question:
    """Return the question what `subject` with `records` owes at `now`, given `memory` and `circumstances`.

    `subject` is an id, or an object with the id, the date the user joined, and their other ids.
    """
    state: StateForm = {
        "records": list(records),
        "seen": dict(circumstances.seen),
        "deferred": dict(circumstances.deferred),
    }
    if memory.last_serial >= 0:
        state["last_serial"] = memory.last_serial
    if memory.last_server_time:
        state["last_server_time"] = format_instant(memory.last_server_time)
    return {
        "manifest": memory.manifest,
        "now": format_instant(now),
        "subject": {"id": subject} if isinstance(subject, str) else subject,
        "state": state,
        "clock_offset_seconds": memory.clock_offset_seconds,
        "audience": list(circumstances.audience),
        "languages": list(circumstances.languages),
        "role": circumstances.role,
    }
