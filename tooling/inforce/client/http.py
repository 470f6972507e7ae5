"""HTTP requests and responses as plain values, and the meaning of their headers. This module opens no connection.

Invariants: a request stays with the origin it was made for (RFC 6454); header values are limited to valid ranges.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urljoin, urlsplit

from inforce.client.results import Reason, RefusedError
from inforce.errors import quoted

LONGEST_RETRY_AFTER = 86_400
MISSING_STATUSES = (404, 410)
_DEFAULT_PORTS = {"http": 80, "https": 443}
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_ENTITY_TAG = re.compile(r'(W/)?"[\x21\x23-\x7e]{0,200}"')
_LONGEST_AGE = 9  # digits, about 30 years
_FIRST_YEAR, _LAST_YEAR = 1900, 9900
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request for `url`, whose body may have `limit` bytes after decompression."""

    url: str
    limit: int
    method: Literal["GET", "HEAD"] = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The response of a host; names in `headers` are in lower case, `body` is decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def media_type(self) -> str:
        """The media type without parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def secure_site(text: str) -> str:
    """Return `text` if it is the address of a trustworthy site: https, or http on localhost.

    Raise ValueError otherwise, and if the address has a query, a fragment or credentials, or does not end in `/`.
    """
    parts = urlsplit(text)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    plain = parts.hostname and not (parts.query or parts.fragment or "@" in parts.netloc)
    if not (secure and plain and parts.path.endswith("/") and text.isprintable() and " " not in text):
        message = f"expected an https address ending in “/” such as “https://policies.example/”, got {quoted(text)}"
        raise ValueError(message)
    return text


def body_of(response: Response, name: str) -> bytes:
    """Return the body of `response`; raise RefusedError, with `name`, for a status other than 200."""
    if response.status == 200:
        return response.body
    reason = Reason.MISSING if response.status in MISSING_STATUSES else Reason.STATUS
    raise RefusedError(reason, f"{name}: expected status 200, got {response.status}")


def redirected(request: Request, response: Response) -> Request | None:
    """Return the request that `response` to `request` redirects to; None if it is not a redirect.

    Raise RefusedError if it leads to another origin, i.e. another scheme, host or port.
    """
    if response.status not in _REDIRECTS:
        return None
    location = response.headers.get("location", "")
    try:
        target = urljoin(request.url, location)
        same = _origin(target) == _origin(request.url)
    except ValueError:  # an invalid address
        same = False
    if not same:
        raise RefusedError(Reason.REDIRECT, f"{request.url} redirects to another origin: {quoted(location, 200)}")
    return replace(request, url=target)


def retry_after(response: Response, now: datetime) -> int | None:
    """Return the number of seconds after `now` given by `Retry-After` (RFC 9110, section 10.2.3), at most a day.

    Return None if the header is missing or is neither a number of seconds nor a date.
    """
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return LONGEST_RETRY_AFTER if len(text) > 5 else min(int(text), LONGEST_RETRY_AFTER)
    date = _date(text)
    if date is None:
        return None
    return max(0, min(int((date - now).total_seconds()), LONGEST_RETRY_AFTER))


def server_time(response: Response) -> datetime | None:
    """Return the time at the host when it answered: the header Date, plus Age if the response comes from a cache."""
    date = _date(response.headers.get("date", ""))
    age = response.headers.get("age", "").strip()
    if date and age.isascii() and age.isdigit() and len(age) <= _LONGEST_AGE:
        return date + timedelta(seconds=int(age))
    return date


def entity_tag(response: Response) -> str:
    """Return the ETag (RFC 9110, section 8.8.3) for the next conditional request; empty if there is none."""
    tag = response.headers.get("etag", "")
    return tag if _ENTITY_TAG.fullmatch(tag) else ""


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        return date.astimezone(UTC) if _FIRST_YEAR <= date.year <= _LAST_YEAR else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)
