"""Build a question for `decide` from the app's data about a user and the client's state of the site.

Invariants: an instant can be an aware datetime wherever `decide` takes a text; one without a zone is rejected, because
its meaning would depend on the machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from inforce.acceptance import DeferralForm, Question, RecordForm, Role, StateForm, SubjectForm
from inforce.client.state import ClientState
from inforce.errors import ShapeError
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
    deferred: Mapping[str, DeferralForm | Mapping[str, Any]]
    role: Role


def question(
    memory: ClientState,
    now: datetime,
    records: Iterable[RecordForm | Mapping[str, Any]],
    subject: str | SubjectForm | Mapping[str, Any],
    circumstances: Circumstances,
) -> Question:
    """Return the question what `subject` with `records` owes at `now`, given `memory` and `circumstances`.

    `subject` is an id, or an object with the id, the date the user joined, and their other ids.
    """
    deferred = {
        policy: written(each, f"state.deferred.{policy}", "until") for policy, each in circumstances.deferred.items()
    }
    state: StateForm = {
        "records": [written(record, "state.records", "at", "received_at") for record in records],
        "seen": dict(circumstances.seen),
        "deferred": deferred,
    }
    if memory.last_serial >= 0:
        state["last_serial"] = memory.last_serial
    if memory.last_server_time:
        state["last_server_time"] = format_instant(memory.last_server_time)
    return {
        "manifest": memory.manifest,
        "now": format_instant(now),
        "subject": {"id": subject} if isinstance(subject, str) else written(subject, "subject", "since"),
        "state": state,
        "clock_offset_seconds": memory.clock_offset_seconds,
        "audience": list(circumstances.audience),
        "languages": list(circumstances.languages),
        "role": circumstances.role,
    }


def written(data: Any, path: str, *names: str) -> Any:
    """Return `data`, a mapping at `path` of the question, with each datetime among its fields `names` as a text.

    Other data is returned unchanged, for `decide` to judge.
    """
    if not isinstance(data, Mapping):
        return data
    plain = data if type(data) is dict else dict(data)
    found = {name: plain[name] for name in names if isinstance(plain.get(name), datetime)}
    return {**plain, **{name: instant_text(each, f"{path}.{name}") for name, each in found.items()}} if found else plain


def instant_text(moment: datetime, path: str) -> str:
    """Return `moment` as RFC 3339 in UTC with milliseconds; raise ShapeError, with `path`, if it has no zone."""
    if moment.utcoffset() is None:
        problem = "expected a datetime with a zone, such as datetime.now(UTC), got one without a zone"
        raise ShapeError(path, problem)
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
