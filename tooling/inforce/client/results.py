"""The reasons for which a client refuses an answer, and the report of a refresh.

Invariants: a refusal is a value with a reason; no refusal means “no policy” or “accepted”.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inforce.errors import DigestMismatchError, InforceError, UnknownVersionError


class Reason(StrEnum):
    """Why an answer was refused."""

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
    """An answer was refused: `reason` is a code, `detail` a sentence.

    `retry_after` is the delay in seconds that a busy host requested.
    """

    exit_code = 4

    def __init__(self, reason: Reason, detail: str, *, retry_after: int | None = None) -> None:
        self.reason = reason
        self.detail = detail
        self.retry_after = retry_after
        super().__init__(f"{reason}: {detail}")


@contextlib.contextmanager
def refusing(what: str) -> Iterator[None]:
    """Convert every undocumented exception raised while processing `what` to a RefusedError.

    The input comes from a host or a file, so an error in this code must not become an error of the app. Documented
    exceptions pass, and so do KeyboardInterrupt, SystemExit and asyncio.CancelledError.
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
    """The effect of a refresh on the state."""

    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshReport:
    """The result of one refresh. With a `reason`, an answer was refused and the previous state was kept.

    The exception is `updated` with the reason `state-file`: a new manifest is in use but could not be saved.
    """

    outcome: Outcome
    at: datetime
    reason: Reason | None = None
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.outcome}: {self.reason}: {self.detail}" if self.reason else str(self.outcome)
