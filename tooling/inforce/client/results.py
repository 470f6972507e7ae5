"""Refusals: every reason for which a client keeps what it has, and the report of one refresh.

Keeps true: a refusal is a value that names its reason; none of them ever means “no policy” or “accepted”.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inforce.errors import DigestMismatchError, InforceError, UnknownVersionError


class Reason(StrEnum):
    """Why an answer was not taken."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    REDIRECT = "redirect"
    TOO_LARGE = "too-large"
    MISSING = "missing"
    BUSY = "busy"
    STATUS = "status"
    UNEXPECTED_304 = "unexpected-304"
    CONTENT_TYPE = "content-type"
    NOT_JSON = "not-json"
    SIGNATURE = "signature"
    NOT_A_MANIFEST = "not-a-manifest"
    UNSUPPORTED_SPEC = "unsupported-spec"
    WRONG_SITE = "wrong-site"
    WRONG_PATH = "wrong-path"
    SCHEMA = "schema"
    ISSUED_IN_FUTURE = "issued-in-future"
    ROLLBACK = "rollback"
    EQUIVOCATION = "equivocation"
    CHANGED_VERSION = "changed-version"
    STATE_FILE = "state-file"
    UNREADABLE = "unreadable"
    UNPROVEN = "unproven"


class RefusedError(InforceError):
    """An answer was not taken: `reason` in one word, `detail` in a sentence.

    `retry_after` is the number of seconds a busy host asked to be left alone.
    """

    exit_code = 4

    def __init__(self, reason: Reason, detail: str, *, retry_after: int | None = None) -> None:
        self.reason = reason
        self.detail = detail
        self.retry_after = retry_after
        super().__init__(f"{reason}: {detail}")


@contextlib.contextmanager
def refusing(what: str) -> Iterator[None]:
    """Turn every undocumented exception raised while judging `what` into a RefusedError.

    The input comes from a host or a file, so a fault in our code must not become a fault of the app. Documented errors
    pass, and so do KeyboardInterrupt, SystemExit and asyncio.CancelledError.
    """
    try:
        yield
    except (RefusedError, UnknownVersionError, DigestMismatchError):
        raise
    except Exception as cause:
        raise RefusedError(
            Reason.UNREADABLE, f"{what} cannot be read: {type(cause).__name__}: {cause}"[:500]
        ) from cause


class Outcome(StrEnum):
    """What a refresh did to what the client knows."""

    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshReport:
    """What came of one refresh. With `reason`, something was refused and what was known before was kept.

    One reason goes with `updated`: `state-file`, when a new manifest is in use and could not be saved.
    """

    outcome: Outcome
    at: datetime
    reason: Reason | None = None
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.outcome}: {self.reason}: {self.detail}" if self.reason else str(self.outcome)
