"""Questions: from what an app knows of somebody, and what the client knows of the site, to a `decide` question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypedDict, cast

from inforce.acceptance import DeferralForm, ManifestForm, Question, RecordForm, Role, StateForm, SubjectForm
from inforce.client.state import ClientState
from inforce.instant import format_instant


class Circumstances(TypedDict, total=False):
    """What else bears on a decision.

    `languages` are those somebody reads, best first, `audience` the tags they fall under. `seen` is by policy the
    newest version they were told of, `deferred` what they put off. `role` is `server` unless the app runs on a user's
    own device.
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
    """Ask what `subject`, who left `records`, owes at `now` under what `memory` holds and in these `circumstances`.

    `subject` is an id, or an id with since when they are a user and which other ids are theirs.
    """
    state: StateForm = {
        "records": list(records),
        "seen": dict(circumstances.get("seen", {})),
        "deferred": dict(circumstances.get("deferred", {})),
    }
    if memory.last_serial >= 0:
        state["last_serial"] = memory.last_serial
    if memory.last_server_time:
        state["last_server_time"] = format_instant(memory.last_server_time)
    return {
        "manifest": cast(ManifestForm, memory.manifest.data) if memory.manifest else None,
        "now": format_instant(now),
        "subject": {"id": subject} if isinstance(subject, str) else subject,
        "state": state,
        "clock_offset_seconds": memory.clock_offset_seconds,
        "audience": list(circumstances.get("audience", ())),
        "languages": list(circumstances.get("languages", ())),
        "role": circumstances.get("role", "server"),
    }
