"""Instants: RFC 3339 timestamps and dates in the book's time zone, both as aware UTC datetimes.

Invariants: a date means the start of that day in the book's time zone; every returned instant is in UTC; two texts of
one instant are parsed as equal values, even if their offsets differ. Not responsible for: reading the clock, which is
an argument everywhere.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from inforce.errors import quoted

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RFC3339 = re.compile(
    r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?P<fraction>\.[0-9]+)?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
_WHOLE_SECONDS = re.compile(_DATE.pattern + r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:Z|[+-][0-9]{2}:[0-9]{2})")
# The form of every zone in the database; other names (“localtime”, “right/UTC”) depend on the machine.
_ZONE = re.compile(r"(?!Factory$)[A-Z][A-Za-z0-9_+/-]{0,63}")
# Within these years, datetime can represent every instant in every zone, and no clock change that skips midnight
# starts before midnight.
_YEARS = range(1920, 9999)

MIN_INSTANT: Final = datetime.min.replace(tzinfo=UTC)
"""Represents every instant before the year 1."""

MAX_INSTANT: Final = datetime.max.replace(tzinfo=UTC)
"""Represents every instant after the year 9999."""


def parse_zone(name: str) -> ZoneInfo:
    """Return the zone `name` of the IANA time zone database; ValueError if it does not exist."""
    message = f"expected a name of the IANA time zone database such as “Europe/Berlin” or “UTC”, got {quoted(name)}"
    if not _ZONE.fullmatch(name):
        raise ValueError(message)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as cause:
        raise ValueError(message) from cause


def parse_date(text: str) -> date:
    """Parse `text` as a date `YYYY-MM-DD`; ValueError if it does not exist or is not in the years 1920 to 9998."""
    if not _DATE.fullmatch(text):
        message = f"expected a date such as “2027-03-01”, got {quoted(text)}"
        raise ValueError(message)
    try:
        day = date.fromisoformat(text)
    except ValueError as cause:
        message = f"expected an existing date, got {quoted(text)}"
        raise ValueError(message) from cause
    if day.year not in _YEARS:
        message = f"expected a date in the years {_YEARS.start} to {_YEARS.stop - 1}, got {quoted(text)}"
        raise ValueError(message)
    return day


@lru_cache(4096)  # a decision reads the same few instants for every user
def parse_rfc3339(text: str) -> datetime:
    """Parse `text` as an RFC 3339 timestamp of the years 1000 to 9999; ValueError for anything else.

    Digits beyond milliseconds are truncated, because a browser has no finer unit.
    """
    match = _RFC3339.fullmatch(text)
    message = f"expected an RFC 3339 instant such as 2027-03-01T00:00:00Z, got {quoted(text)}"
    if match is None:
        raise ValueError(message)
    try:
        local = datetime.fromisoformat(text)
    except ValueError as cause:
        raise ValueError(message) from cause
    try:
        instant = local.astimezone(UTC)
    except OverflowError:  # the offset moves the instant into the year 10000
        return MAX_INSTANT
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000) if match["fraction"] else instant


def parse_instant(text: str, zone: ZoneInfo) -> datetime:
    """Parse `text` as an instant: an RFC 3339 timestamp, or a date, meaning the start of that day in `zone`.

    Returns an aware UTC datetime of whole seconds. ValueError for anything else: a timestamp without offset,
    fractions of a second, a leap second, a day or an hour that does not exist.
    """
    if _DATE.fullmatch(text):
        return start_of_day(parse_date(text), zone)
    if not _WHOLE_SECONDS.fullmatch(text):
        message = (
            f"expected a date such as “2027-03-01” or an instant such as “2027-03-01T00:00:00Z”, got {quoted(text)}"
        )
        raise ValueError(message)
    parse_date(text[:10])
    try:
        return parse_rfc3339(text)
    except ValueError as cause:
        message = f"expected an offset of less than a day, got {quoted(text)}"
        raise ValueError(message) from cause


def after(instant: datetime, seconds: float) -> datetime:
    """Return the instant `seconds` after `instant`, in whole milliseconds, at most MAX_INSTANT."""
    try:
        return instant + timedelta(milliseconds=math.floor(seconds * 1000))
    except OverflowError:
        return MAX_INSTANT if seconds > 0 else MIN_INSTANT


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of `day` in `zone`; if the clock skips midnight, the first one after the gap."""
    # With fold=0, a skipped midnight uses the offset before the gap, which yields the end of the gap (PEP 495).
    return datetime.combine(day, time(), zone).astimezone(UTC)


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day of `instant` in `zone`."""
    return instant.astimezone(zone).date()


def is_start_of_day(instant: datetime, zone: ZoneInfo) -> bool:
    """Return whether `instant` is the start of its day in `zone`."""
    return start_of_day(day_of(instant, zone), zone) == instant


@lru_cache(1024)  # the pages of a version and its neighbours contain the same few instants
def format_instant(instant: datetime) -> str:
    """Format `instant` as RFC 3339 in UTC with whole seconds: `2027-02-28T16:00:00Z`."""
    return f"{instant.astimezone(UTC).isoformat()[:19]}Z"


def format_local(instant: datetime, zone: ZoneInfo) -> str:
    """Format `instant` for readers in `zone`: only the date at the start of a day, otherwise with time and zone."""
    local = instant.astimezone(zone)
    if is_start_of_day(instant, zone):
        return local.date().isoformat()
    return f"{local:%Y-%m-%d %H:%M} {zone.key}"
