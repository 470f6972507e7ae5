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
    """Why an answer was refused.

    - `unreachable`: no connection, or it was interrupted
    - `timeout`: the fetch took longer than the limit
    - `redirect`: a redirect to another host, scheme or port, or a redirect loop
    - `too-large`: more bytes than the limit, after decompression
    - `missing`: 404 or 410
    - `busy`: 429 or 503; `Retry-After` is honoured up to a day
    - `status`: any other status
    - `unexpected-304`: status 304, but the client has no manifest yet
    - `content-type`: not `application/json`; probably an HTML page
    - `not-json`: not strict JSON
    - `signature`: no known key has signed these bytes
    - `not-a-manifest`: a document of another kind
    - `unsupported-spec`: a major specification this client does not know
    - `wrong-site`: the manifest of another site
    - `wrong-path`: the `path` in the manifest differs from the requested one
    - `schema`: a field is missing or has the wrong type, or `serial` is not `issued_at` in seconds
    - `issued-in-future`: the manifest was issued more than a day after the times of both this machine and the host
    - `rollback`: an older manifest than one seen before
    - `equivocation`: a different manifest with a serial seen before
    - `changed-version`: a version seen before has another text, level, label or act, or amends another version
    - `state-file`: the state file is damaged, or cannot be written; a new manifest is in use nevertheless
    - `unreadable`: the answer caused an unexpected error in the client
    - `unproven`: the text or redline cannot be verified: there is no manifest yet, or it has no `versions_digest`
    """

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
    """An answer of the site was refused.

    :param reason: why
    :param detail: what is wrong, a sentence for operators
    :param retry_after: delay in seconds that a busy host requested (RFC 9110, section 10.2.3), None if it did not
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
    """The effect of a refresh on the state.

    - `updated`: a newer manifest is in use
    - `unchanged`: the manifest in use is still the newest
    - `kept`: the answer was refused, and the previous state is in use
    """

    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshReport:
    """The result of one refresh; `str` of it is a line for a log.

    - `outcome`: the effect on the state
    - `at`: when
    - `reason`: why the answer was refused, or None; `updated` with `state-file`: the new manifest could not be saved
    - `detail`: what is wrong, a sentence for operators
    """

    outcome: Outcome
    at: datetime
    reason: Reason | None = None
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.outcome}: {self.reason}: {self.detail}" if self.reason else str(self.outcome)
