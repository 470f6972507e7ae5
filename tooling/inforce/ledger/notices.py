"""Notices: what users were told about a version, when, by which channel, and whether it arrived.

Invariants: a notice is an entry of its own in the log; a later status is a later entry, and the newest one applies.
Not responsible for: sending.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement

from inforce.errors import ShapeError
from inforce.fields import Fields, matching, one_of
from inforce.instant import parse_rfc3339
from inforce.ledger.entries import Randomness, other_row
from inforce.ledger.group import KnownSubject, LogDraft
from inforce.ledger.storage.tables import entries
from inforce.manifest.words import LANGUAGE, POLICY_ID
from inforce.text import Digest

NOTICE: Final = "notice"
CHANNELS: Final = ("email", "push", "post", "in-app")
STATUSES: Final = ("sent", "delivered", "bounced")
STEP: Final = r"[a-z0-9][a-z0-9-]{0,39}"
REFERENCE: Final = r"[^\x00-\x1f\x7f]{1,256}"
_FIELDS: Final = frozenset({"subject", "policy", "seq", "step", "channel", "language", "at", "status", "digest"})


def parse_notice(value: object) -> dict[str, Any]:
    """Return the notice in `value`, decoded JSON; raise ShapeError, with the name of the field, if it is not one."""
    shape = Fields(value)
    if unknown := sorted(set(shape.names()) - _FIELDS):
        raise ShapeError(unknown[0][:40], "is not a field of a notice")
    notice = {
        "subject": shape.parsed("subject", matching(REFERENCE, "a reference of 1 to 256 characters")),
        "policy": shape.parsed("policy", matching(POLICY_ID, "a policy id")),
        "seq": shape.integer("seq", least=1),
        "step": shape.parsed("step", matching(STEP, "a step such as “first” or “reminder-1”")),
        "channel": shape.parsed("channel", one_of(CHANNELS)),
        "language": shape.parsed("language", matching(LANGUAGE, "a language tag")),
        "at": shape.parsed("at", _instant),
        "status": shape.parsed("status", one_of(STATUSES)),
    }
    digest = shape.parsed("digest", Digest, None)
    return notice if digest is None else {**notice, "digest": str(digest)}


def _instant(text: str) -> str:
    parse_rfc3339(text)
    return text


def notice_draft(notice: Mapping[str, Any]) -> LogDraft:
    """Return what appends `notice`, a result of `parse_notice`, unless this step and status of it are in the log."""
    identity = "notice " + " ".join(str(notice[name]) for name in ("policy", "seq", "step", "status"))
    facts = {name: notice[name] for name in ("policy", "seq", "status")}

    def row(id: str, subject: KnownSubject, chance: Randomness, received: tuple[int, str]) -> dict[str, Any]:  # noqa: A002 - the column
        made = other_row(NOTICE, {**notice, "id": id}, facts, subject.key, subject.sid, chance, received)
        return {**made, "id": id, "policy": notice["policy"], "seq": notice["seq"]}

    return LogDraft(notice["subject"], identity, row)


def notices_where(after: int, policy: str | None, seq: int | None) -> ColumnElement[bool]:
    """Return the condition for notices with a number above `after`, about `policy` and `seq` unless they are None."""
    where = (entries.c.kind == NOTICE) & (entries.c.n > after)
    if policy is not None:
        where &= entries.c.policy == policy
    return where if seq is None else where & (entries.c.seq == seq)
