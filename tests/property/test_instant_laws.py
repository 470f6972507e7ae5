"""Properties of instants: formatted instants parse to the same value, and every day has one start."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from inforce.instant import (
    day_of,
    format_instant,
    format_local,
    is_start_of_day,
    parse_instant,
    parse_zone,
    start_of_day,
)

SECOND = timedelta(seconds=1)
ZONES = (
    "UTC Asia/Shanghai Europe/Berlin America/Sao_Paulo America/St_Johns Pacific/Apia Pacific/Chatham America/Nuuk "
    "Australia/Lord_Howe Africa/Cairo Asia/Kathmandu America/Havana Etc/GMT+12"
)
zones = st.sampled_from(ZONES.split()).map(parse_zone)
days = st.dates(date(1920, 1, 1), date(9998, 12, 31)) | st.dates(date(1970, 1, 1), date(2040, 12, 31))
instants = st.datetimes(datetime(1920, 1, 2), datetime(9998, 12, 30)).map(  # noqa: DTZ001 # Hypothesis requires naive datetimes
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)


@given(instants, zones)
def test_instant_survives_the_round_trip_in_any_zone(instant: datetime, zone: ZoneInfo) -> None:
    assert parse_instant(format_instant(instant), zone) == instant


@given(days, zones)
def test_start_of_a_day_is_its_first_instant(day: date, zone: ZoneInfo) -> None:
    """The second before the start is on an earlier day; the start is on this day, or on the next if the day was
    skipped.
    """
    start = start_of_day(day, zone)
    assert day_of(start - SECOND, zone) < day <= day_of(start, zone)


@given(days, zones)
def test_start_of_day_is_formatted_as_date_and_parsed_again(day: date, zone: ZoneInfo) -> None:
    start = start_of_day(day, zone)
    assert is_start_of_day(start, zone)
    assert parse_instant(format_local(start, zone), zone) == start


@given(instants, zones)
def test_every_instant_is_within_its_day(instant: datetime, zone: ZoneInfo) -> None:
    day = day_of(instant, zone)
    assert start_of_day(day, zone) <= instant
    assert format_local(instant, zone).startswith(day.isoformat())


@given(
    st.text() | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2})?"), zones
)
def test_any_text_is_an_instant_or_rejected_with_a_reason(text: str, zone: ZoneInfo) -> None:
    read = instant_or_refusal(text, zone)
    if isinstance(read, str):
        assert read.startswith("expected ")
    else:
        assert (read.tzinfo, read.microsecond) == (UTC, 0)


def instant_or_refusal(text: str, zone: ZoneInfo) -> datetime | str:
    try:
        return parse_instant(text, zone)
    except ValueError as refused:
        return str(refused)
