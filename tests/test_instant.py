"""Instants: dates in the book's time zone, RFC 3339 timestamps, and rejected input."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from inforce.instant import (
    MAX_INSTANT,
    MIN_INSTANT,
    after,
    day_of,
    format_instant,
    format_local,
    is_start_of_day,
    parse_date,
    parse_instant,
    parse_rfc3339,
    parse_zone,
    start_of_day,
)


@pytest.mark.parametrize(
    ("text", "zone", "utc"),
    [
        pytest.param("2027-03-01", "UTC", "2027-03-01T00:00:00Z", id="midnight in UTC"),
        pytest.param("2027-03-01", "Asia/Shanghai", "2027-02-28T16:00:00Z", id="Shanghai is eight hours ahead"),
        pytest.param("2027-03-01", "America/Los_Angeles", "2027-03-01T08:00:00Z", id="California is behind"),
        pytest.param("2027-07-01", "Europe/Berlin", "2027-06-30T22:00:00Z", id="summer time counts"),
        pytest.param("2027-03-01", "Asia/Kathmandu", "2027-02-28T18:15:00Z", id="quarters of an hour count"),
        pytest.param(
            "2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z", id="a day whose midnight was skipped begins at 1"
        ),
        pytest.param("2018-02-18", "America/Sao_Paulo", "2018-02-18T03:00:00Z", id="a midnight that came twice"),
        pytest.param("2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z", id="a day that was skipped whole"),
        pytest.param("2024-03-31", "America/Nuuk", "2024-03-31T01:00:00Z", id="a gap that ends at midnight"),
        pytest.param("2027-03-01T09:30:00+08:00", "UTC", "2027-03-01T01:30:00Z", id="an offset is itself"),
        pytest.param("2027-03-01T00:00:00Z", "Asia/Shanghai", "2027-03-01T00:00:00Z", id="Z in any zone"),
        pytest.param("2027-03-01T00:00:00-00:00", "UTC", "2027-03-01T00:00:00Z", id="an unknown offset is UTC"),
        pytest.param("2028-02-29", "UTC", "2028-02-29T00:00:00Z", id="a leap day"),
    ],
)
def test_date_is_the_start_of_day_in_the_zone_and_timestamp_is_an_instant(text: str, zone: str, utc: str) -> None:
    instant = parse_instant(text, parse_zone(zone))
    assert format_instant(instant) == utc
    assert instant.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "expected a date such as", id="nothing"),
        pytest.param("soon", "expected a date such as", id="a word"),
        pytest.param("1.3.2027", "expected a date such as", id="a date in another format"),
        pytest.param("2027-3-1", "expected a date such as", id="missing digits"),
        pytest.param("2027-03-01 ", "expected a date such as", id="a trailing blank"),
        pytest.param("2027-03-01\n", "expected a date such as", id="a trailing line end"),
        pytest.param("２０２７-03-01", "expected a date such as", id="full-width digits"),
        pytest.param("2027-03-01T00:00:00", "expected a date such as", id="a timestamp without offset"),
        pytest.param("2027-03-01T00:00Z", "expected a date such as", id="a timestamp without seconds"),
        pytest.param("2027-03-01T00:00:00.5Z", "expected a date such as", id="a fraction of a second"),
        pytest.param("2027-03-01T24:00:00Z", "expected a date such as", id="the twenty-fifth hour"),
        pytest.param("2027-03-01T23:59:60Z", "expected a date such as", id="a leap second"),
        pytest.param("2027-03-01 00:00:00Z", "expected a date such as", id="a blank for the T"),
        pytest.param("2027-02-29", "expected an existing date, got “2027-02-29”", id="a date that does not exist"),
        pytest.param("2027-13-01", "expected an existing date", id="a month that does not exist"),
        pytest.param(
            "2027-02-30T00:00:00Z", "expected an existing date", id="a date that does not exist in a timestamp"
        ),
        pytest.param("2027-03-01T00:00:00+24:00", "expected an offset of less than a day", id="an invalid offset"),
        pytest.param("0001-01-01", "expected a date in the years 1920 to 9998", id="a year outside all zones"),
        pytest.param(
            "9999-12-31T23:59:59Z", "expected a date in the years 1920 to 9998", id="the last second of the last year"
        ),
        pytest.param("0000-01-01", "expected an existing date", id="the year zero"),
    ],
)
def test_invalid_instant_is_rejected_with_expected_and_actual_value(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_instant(text, parse_zone("Asia/Shanghai"))


def test_date_is_parsed_without_a_zone() -> None:
    assert parse_date("2027-03-01") == date(2027, 3, 1)
    with pytest.raises(ValueError, match="expected a date such as “2027-03-01”, got “2027-03-01T00:00:00Z”"):
        parse_date("2027-03-01T00:00:00Z")


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+12"])
def test_iana_zone_names_are_accepted(name: str) -> None:
    assert parse_zone(name) == ZoneInfo(name)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("", id="nothing"),
        pytest.param("Europe/Berln", id="misspelt"),
        pytest.param("+08:00", id="an offset"),
        pytest.param("Europe", id="a folder of the database"),
        pytest.param("../../etc/passwd", id="a path out of the database"),
        pytest.param("/etc/localtime", id="an absolute path"),
        pytest.param("localtime", id="the setting of this machine"),
        pytest.param("posixrules", id="a file that is not a zone"),
        pytest.param("right/UTC", id="a zone with leap seconds"),
        pytest.param("Factory", id="a machine without settings"),
        pytest.param("A\0B", id="a NUL"),
        pytest.param("\ud800", id="a lone surrogate"),
        pytest.param("A" * 5000, id="a very long name"),
    ],
)
def test_machine_dependent_zone_is_rejected(name: str) -> None:
    with pytest.raises(ValueError, match="expected a name of the IANA time zone database such as “Europe/Berlin”"):
        parse_zone(name)


def test_day_of_an_instant_depends_on_the_zone() -> None:
    late = datetime(2027, 2, 28, 16, tzinfo=UTC)
    assert day_of(late, ZoneInfo("Asia/Shanghai")) == date(2027, 3, 1)
    assert day_of(late, ZoneInfo("UTC")) == date(2027, 2, 28)


def test_start_of_day_is_formatted_as_a_date() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    start = start_of_day(date(2027, 3, 1), shanghai)
    assert is_start_of_day(start, shanghai)
    assert format_local(start, shanghai) == "2027-03-01"
    assert not is_start_of_day(start + timedelta(seconds=1), shanghai)
    assert format_local(start + timedelta(hours=9.5), shanghai) == "2027-03-01 09:30 Asia/Shanghai"


def test_start_of_a_day_without_midnight_is_formatted_as_a_date() -> None:
    sao_paulo = ZoneInfo("America/Sao_Paulo")
    assert format_local(start_of_day(date(2018, 11, 4), sao_paulo), sao_paulo) == "2018-11-04"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param(1, datetime(2027, 3, 1, 0, 0, 1, tzinfo=UTC), id="a second"),
        pytest.param(-0.0004, datetime(2027, 2, 28, 23, 59, 59, 999_000, tzinfo=UTC), id="rounded down to 1 ms"),
        pytest.param(1e300, MAX_INSTANT, id="beyond all intervals"),
        pytest.param(-1e300, MIN_INSTANT, id="beyond all intervals, backwards"),
        pytest.param(2**53, MAX_INSTANT, id="after the year 9999"),
        pytest.param(-(10**11), MIN_INSTANT, id="before the year 1"),
    ],
)
def test_addition_of_seconds_stays_within_the_range_of_instants(seconds: float, expected: datetime) -> None:
    assert after(datetime(2027, 3, 1, tzinfo=UTC), seconds) == expected


def test_digits_beyond_milliseconds_are_truncated() -> None:
    assert parse_rfc3339("2027-03-01T00:00:00.9999Z") == datetime(2027, 3, 1, 0, 0, 0, 999_000, tzinfo=UTC)
    assert parse_rfc3339("2027-03-01T08:00:00.25+08:00") == datetime(2027, 3, 1, 0, 0, 0, 250_000, tzinfo=UTC)
