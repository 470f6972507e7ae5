"""The earliest effective date that complies with the notice period in book.yml."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from inforce.instant import day_of, is_start_of_day, start_of_day


def earliest_effective(published: datetime, promised: int, zone: ZoneInfo) -> datetime:
    """Return the first instant that is `promised` whole days in `zone` after `published`; for 0 days, `published`."""
    day = day_of(published, zone) + timedelta(days=promised)
    if promised and not is_start_of_day(published, zone):
        day += timedelta(days=1)
    return start_of_day(day, zone) if promised else published
