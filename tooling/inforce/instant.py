"""Instants: dates in the book's time zone and RFC 3339 timestamps, both as aware UTC datetimes of whole seconds.

Invariants: a date is the start of that day where the book lives, and every instant that leaves is UTC. Does not know
what time it is: the clock is an argument everywhere.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from inforce.errors import quoted

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RFC3339 = re.compile(_DATE.pattern + r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:Z|[+-][0-9]{2}:[0-9]{2})")
# Every zone of the database begins so; what does not (“localtime”, “right/UTC”) means another thing on every machine.
_ZONE = re.compile(r"(?!Factory$)[A-Z][A-Za-z0-9_+/-]{0,63}")
# Within these every instant can be written in every zone, and no clock that skips midnight began to before midnight.
_YEARS = range(1920, 9999)


def parse_zone(name: str) -> ZoneInfo:
    """Look `name` up in the IANA time zone database; ValueError where it is not in there."""
    message = f"expected a name of the IANA time zone database such as “Europe/Berlin” or “UTC”, got {quoted(name)}"
    if not _ZONE.fullmatch(name):
        raise ValueError(message)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as cause:
        raise ValueError(message) from cause


def parse_date(text: str) -> date:
    """Read `text` as a calendar date `YYYY-MM-DD`; ValueError where there is no such day, or not from 1920 to 9998."""
    if not _DATE.fullmatch(text):
        message = f"expected a date such as “2027-03-01”, got {quoted(text)}"
        raise ValueError(message)
    try:
        day = date.fromisoformat(text)
    except ValueError as cause:
        message = f"expected a day that is in the calendar, got {quoted(text)}"
        raise ValueError(message) from cause
    if day.year not in _YEARS:
        message = f"expected a day of the years {_YEARS.start} to {_YEARS.stop - 1}, got {quoted(text)}"
        raise ValueError(message)
    return day


def parse_instant(text: str, zone: ZoneInfo) -> datetime:
    """Read `text` as an instant: a date is the start of that day in `zone`, an RFC 3339 timestamp is itself.

    Returns an aware UTC datetime of whole seconds. ValueError for anything else: a timestamp without offset,
    fractions of a second, a leap second, a day or an hour that does not exist.
    """
    if _DATE.fullmatch(text):
        return start_of_day(parse_date(text), zone)
    if not _RFC3339.fullmatch(text):
        message = (
            f"expected a date such as “2027-03-01” or an instant such as “2027-03-01T00:00:00Z”, got {quoted(text)}"
        )
        raise ValueError(message)
    parse_date(text[:10])
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as cause:
        message = f"expected an offset of less than a day, got {quoted(text)}"
        raise ValueError(message) from cause


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Find the first instant of `day` in `zone`; where the clock skips midnight, the first one after the gap."""
    # With fold 0 a skipped midnight counts in the offset before the gap, which gives the gap's end (PEP 495).
    return datetime.combine(day, time(), zone).astimezone(UTC)


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """Name the calendar day on which `instant` falls in `zone`."""
    return instant.astimezone(zone).date()


def is_start_of_day(instant: datetime, zone: ZoneInfo) -> bool:
    """Return whether `instant` is the first one of its day in `zone`, so that the date alone says it all."""
    return start_of_day(day_of(instant, zone), zone) == instant


@lru_cache(1024)  # the pages of a version and its neighbours name the same few instants again and again
def format_instant(instant: datetime) -> str:
    """Write `instant` as RFC 3339 in UTC with whole seconds: `2027-02-28T16:00:00Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def format_local(instant: datetime, zone: ZoneInfo) -> str:
    """Write `instant` for people in `zone`: the date alone at the start of a day, otherwise with time and zone."""
    local = instant.astimezone(zone)
    if is_start_of_day(instant, zone):
        return local.date().isoformat()
    return f"{local:%Y-%m-%d %H:%M} {zone.key}"
