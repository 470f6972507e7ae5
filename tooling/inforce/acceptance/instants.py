"""Convert RFC 3339 text to whole milliseconds since 1970, and milliseconds to UTC text with whole seconds.

Invariants: two texts of one instant give the same number, whatever their offset or fraction; written text reads back as
the same second.
Not responsible for: dates without a time, named time zones, leap seconds (second 60 is rejected), lower-case `t` and
`z`, reading a clock.

The unit is the millisecond because `Date` in a browser has no finer one.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, TypeAlias

Instant: TypeAlias = int
"""Milliseconds since 1970-01-01T00:00:00Z."""

SECOND: Final = 1_000
"""One second, in the unit of an Instant."""

DAY: Final = 86_400 * SECOND
"""One day, in the unit of an Instant."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_YEAR_10000: Final = 253_402_300_800 * SECOND
_DATE_TIME: Final = re.compile(
    r"""([1-9]\d{3}-\d\d-\d\d) T
        ((?:[01]\d|2[0-3]):\d\d:\d\d) (?:\.(\d+))?
        (?:Z | ([+-]) ([01]\d|2[0-3]) : ([0-5]\d))""",
    re.ASCII | re.VERBOSE,
)


@lru_cache(maxsize=4096)  # a manifest contains the same instants in every question
def parse_instant(text: str) -> Instant | None:
    """Read `text`, an RFC 3339 date-time of the years 1000 to 9999; return None for any other text.

    Digits beyond milliseconds are truncated.
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    date, time, fraction, sign, hours, minutes = match.groups()
    try:
        local = datetime.fromisoformat(f"{date}T{time}+00:00")
    except ValueError:
        return None
    east = 3600 * int(sign + hours) + 60 * int(sign + minutes) if sign else 0
    seconds = (local - _EPOCH) // timedelta(seconds=1) - east
    return seconds * SECOND + int(((fraction or "") + "000")[:3])


@lru_cache(maxsize=4096)
def write_instant(instant: Instant | None) -> str | None:
    """Return `instant` as UTC text with whole seconds and `Z`; None for None and for years after 9999.

    The fraction of a second is truncated.
    """
    if instant is None or instant >= _YEAR_10000:
        return None
    return (_EPOCH + timedelta(seconds=instant // SECOND)).isoformat()[:19] + "Z"
