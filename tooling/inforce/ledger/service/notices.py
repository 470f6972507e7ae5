"""Answer `/v1/notices`: record what users were told, in bulk, and list it.

Invariants: what was recorded is durable before the answer; the same notice is recorded once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from starlette.datastructures import QueryParams

from inforce.errors import ShapeError, quoted
from inforce.fields import LARGEST_INTEGER
from inforce.ledger.ledger import Ledger
from inforce.ledger.notices import CHANNELS, STATUSES, STEP, notice_draft, notices_where, parse_notice
from inforce.ledger.service.problems import ProblemError
from inforce.ledger.service.requests import BATCH_RECEIPTS, parse_body, whole_number
from inforce.manifest.words import DIGEST, LANGUAGE, POLICY_ID

NOTICE_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "subject": {"type": "string", "minLength": 1, "maxLength": 256, "pattern": r"^[^\u0000-\u001f\u007f]+$"},
        "policy": {"type": "string", "pattern": f"^{POLICY_ID}$"},
        "seq": {"type": "integer", "minimum": 1, "maximum": LARGEST_INTEGER},
        "step": {"type": "string", "pattern": f"^{STEP}$"},
        "channel": {"enum": list(CHANNELS)},
        "language": {"type": "string", "pattern": f"^{LANGUAGE}$"},
        "at": {"type": "string", "format": "date-time"},
        "status": {"enum": list(STATUSES)},
        "digest": {"type": ["string", "null"], "pattern": f"^{DIGEST}$"},
    },
    "required": ["subject", "policy", "seq", "step", "channel", "language", "at", "status"],
    "additionalProperties": False,
}


async def add_notices(ledger: Ledger, body: bytes, caller: str) -> list[dict[str, Any]]:
    """Record the notices in `body` for `caller`, and return a result each; raise ProblemError for another body."""
    value = parse_body(body)
    values = value if isinstance(value, list) else [value]
    if not 1 <= len(values) <= BATCH_RECEIPTS:
        raise ProblemError("malformed", f"expected 1 to {BATCH_RECEIPTS:,} notices, got {len(values):,}")
    read = [_read(each) for each in values]
    added = iter(await ledger.append_once([notice_draft(each) for each in read if isinstance(each, dict)], caller))
    return [each.document if isinstance(each, ProblemError) else _result(*next(added)) for each in read]


def _read(value: object) -> dict[str, Any] | ProblemError:
    try:
        return parse_notice(value)
    except ShapeError as wrong:
        return ProblemError("malformed", str(wrong))


def _result(n: int, is_new: bool) -> dict[str, Any]:
    return {"status": 201 if is_new else 200, "n": n}


async def list_notices(ledger: Ledger, asked: QueryParams, after: int, limit: int) -> Sequence[dict[str, Any]]:
    """Return up to `limit` notices with a number above `after`; ProblemError if a parameter is wrong."""
    policy = asked.get("policy")
    if policy is not None and not re.fullmatch(POLICY_ID, policy):
        raise ProblemError("malformed", f"policy: expected the id of a policy, got {quoted(policy)}")
    seq = whole_number(asked.get("seq"), "seq", 0, 1)
    return await ledger.where(notices_where(after, policy, seq or None), limit)
