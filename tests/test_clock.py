"""The clock: precedence of its sources, accepted values, and errors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from inforce.clock import AT, EARLIEST, EPOCH, LATEST, Clock, compare_with_commit
from inforce.errors import ClockError

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2027, 3, 1, 12, 30, 15, 999_999, tzinfo=timezone(timedelta(hours=8)))
OPTION = {"option": "2027-01-01"}
CONFIGURED = {"configured": "2027-01-03"}
ENV_AT, ENV_EPOCH = {AT: "2027-01-02"}, {EPOCH: "1800000000"}


def instant(environ: dict[str, str] | None = None, zone: ZoneInfo = SHANGHAI, **given: str) -> str:
    return f"{Clock.of(environ or {}, **given).instant(zone, lambda: NOW):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize(
    ("environ", "given", "expected"),
    [
        pytest.param(ENV_AT | ENV_EPOCH, OPTION | CONFIGURED, "2026-12-31T16:00:00Z", id="option"),
        pytest.param(ENV_AT | ENV_EPOCH, CONFIGURED, "2027-01-01T16:00:00Z", id="INFORCE_AT"),
        pytest.param(ENV_EPOCH, CONFIGURED, "2027-01-02T16:00:00Z", id="mkdocs.yml"),
        pytest.param(ENV_EPOCH, {}, "2027-01-15T08:00:00Z", id="SOURCE_DATE_EPOCH"),
        pytest.param({}, {}, "2027-03-01T04:30:15Z", id="system"),
        pytest.param({AT: "", EPOCH: ""}, {}, "2027-03-01T04:30:15Z", id="empty variables"),
        pytest.param({EPOCH: "0"}, {}, "1970-01-01T00:00:00Z", id="epoch 0"),
        pytest.param({EPOCH: "253370764799"}, {}, "9998-12-31T23:59:59Z", id="the last second of 9998"),
    ],
)
def test_first_source_with_a_value_takes_precedence(
    environ: dict[str, str], given: dict[str, str], expected: str
) -> None:
    assert instant(environ, **given) == expected


BAD_EPOCHS = ["abc", "-1", "+1", " 1", "1 ", "1_000", "1.5", "1e9", "١٢٣", "²", "0x10", "253370764800", "9" * 5000]
BAD_INSTANTS = [
    *(
        "tomorrow",
        "1969-12-31",
        "1969-01-01",
        "1919-12-31",
        "9999-01-01",
        "10000-01-01",
        "-001-01-01",
        "２０２７-03-01",
    ),
    *(" 2027-03-01", "2027-03-01 ", "2027-03-01\n", "2027-03-01T00:00:00", "2027-03-01T00:00:00.5Z", "1800000000"),
    *("1970-01-01T00:00:00+00:01", "9998-12-31T23:59:59-00:01", "2027-02-30", "2027-03-01T24:00:00Z", "9" * 5000),
]


@pytest.mark.parametrize("text", BAD_EPOCHS, ids=lambda text: repr(text)[:20])
@pytest.mark.parametrize("given", [{}, OPTION], ids=["alone", "in addition to an option"])
def test_invalid_epoch_is_an_error_wherever_it_is_set(text: str, given: dict[str, str]) -> None:
    with pytest.raises(ClockError, match=r"\ASOURCE_DATE_EPOCH: expected seconds since 1970 as digits.*got “") as error:
        instant({EPOCH: text}, **given)
    assert (error.value.exit_code, len(str(error.value)) < 200) == (2, True)


@pytest.mark.parametrize("text", BAD_INSTANTS, ids=lambda text: repr(text)[:20])
def test_invalid_instant_is_an_error_with_its_source(text: str) -> None:
    messages = []
    for source, environ, given in [
        ("--at", {}, {"option": text}),
        ("INFORCE_AT", {AT: text}, {}),
        ("“at” in mkdocs.yml", {}, {"configured": text}),
    ]:
        with pytest.raises(ClockError, match="expected a") as error:
            instant(environ, zone=ZoneInfo("UTC"), **given)
        assert (error.value.source, error.value.exit_code) == (source, 2)
        messages.append(str(error.value).removeprefix(f"{source}: "))
    assert len(set(messages)) == 1
    assert len(messages[0]) < 200


def test_empty_option_is_rejected() -> None:
    with pytest.raises(ClockError, match="--at: expected a date"):
        instant(option="")


def test_date_before_1970_in_the_books_time_zone_is_rejected() -> None:
    assert instant(zone=ZoneInfo("UTC"), option="1970-01-01") == "1970-01-01T00:00:00Z"
    with pytest.raises(ClockError, match="from 1970-01-01T00:00:00Z to 9998-12-31T23:59:59Z"):
        instant(option="1970-01-01")


@pytest.mark.parametrize("now", [EARLIEST - timedelta(seconds=1), LATEST + timedelta(days=1)], ids=["early", "late"])
def test_system_clock_out_of_range_is_an_error(now: datetime) -> None:
    with pytest.raises(ClockError, match=r"\Athe clock of this system: expected"):
        Clock().instant(ZoneInfo("UTC"), lambda: now.astimezone(UTC))


NEWEST = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "source", "signing", "warning"),
    [
        pytest.param("2026-05-31T23:56:00Z", "the clock of this system", True, None, id="clocks differ by minutes"),
        pytest.param("2027-05-31T00:00:00Z", "the clock of this system", True, None, id="within a year"),
        pytest.param("2027-06-03T00:00:00Z", "SOURCE_DATE_EPOCH", True, "more than a year after", id="after a year"),
        pytest.param("2026-05-01T00:00:00Z", "--at", False, "preview", id="preview of an earlier day"),
        pytest.param("2026-05-01T00:00:00Z", "INFORCE_AT", False, "preview", id="preview by a variable"),
    ],
)
def test_clock_close_to_the_newest_commit_is_accepted(
    now: str, source: str, signing: bool, warning: str | None
) -> None:
    said = compare_with_commit(datetime.fromisoformat(now), NEWEST, source, signing=signing)
    assert said is None if warning is None else warning in str(said)
    assert compare_with_commit(datetime.fromisoformat(now), None, source, signing=signing) is None


@pytest.mark.parametrize(
    ("now", "source", "signing"),
    [
        pytest.param("2026-05-31T23:54:00Z", "the clock of this system", False, id="clock before the commit"),
        pytest.param("2026-05-01T00:00:00Z", "SOURCE_DATE_EPOCH", False, id="epoch before the commit"),
        pytest.param("2026-05-01T00:00:00Z", "--at", True, id="preview with a key"),
        pytest.param("2036-06-04T00:00:00Z", "--at", False, id="ten years after the commit"),
    ],
)
def test_clock_far_from_the_newest_commit_is_rejected(now: str, source: str, signing: bool) -> None:
    with pytest.raises(ClockError, match=rf"{source} is 20.* the newest commit \(of 2026-06-01"):
        compare_with_commit(datetime.fromisoformat(now), NEWEST, source, signing=signing)
