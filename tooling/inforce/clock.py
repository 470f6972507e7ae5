"""The one clock: the instant at which a command or a build works, from its option, the environment or the system.

The first source that is set decides: the option `--at`, `INFORCE_AT`, `at` in mkdocs.yml, `SOURCE_DATE_EPOCH`, the
clock of the system. An empty variable counts as not set.

Invariants: every instant is in whole seconds of UTC, between `EARLIEST` and `LATEST`, so that the serial of a manifest
is never negative and every date can be written; a source with a wrong value is one error, ClockError, everywhere, also
`SOURCE_DATE_EPOCH` where another source decides, since other programs of a build read it.
Not responsible for: reading the environment or the system's clock, which the callers pass in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from inforce.errors import ClockError, quoted
from inforce.instant import format_instant, parse_instant

AT = "INFORCE_AT"
EPOCH = "SOURCE_DATE_EPOCH"
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC)

_DIGITS = re.compile("[0-9]{1,12}")  # without the digits of other scripts; 12 of them reach beyond LATEST


def current_instant(
    zone: ZoneInfo,
    environ: Mapping[str, str],
    system_clock: Callable[[], datetime],
    *,
    option: str | None = None,
    configured: str | None = None,
) -> datetime:
    """Return the instant to work at; a date is the start of that day in `zone`.

    `option` is the value of `--at`, `configured` that of `at` in mkdocs.yml, `system_clock` returns an aware datetime.
    ClockError names the source that has a wrong value.
    """
    epoch = _from_epoch(environ[EPOCH]) if environ.get(EPOCH) else None
    if option is not None:
        return _from_text("--at", option, zone)
    if at := environ.get(AT):
        return _from_text(AT, at, zone)
    if configured is not None:
        return _from_text("“at” in mkdocs.yml", configured, zone)
    now = epoch or system_clock().astimezone(UTC).replace(microsecond=0)
    return _in_range("the clock of this system", format_instant(now), now)


def _from_text(source: str, text: str, zone: ZoneInfo) -> datetime:
    try:
        return _in_range(source, text, parse_instant(text, zone))
    except ValueError as cause:
        raise ClockError(source, str(cause)) from cause


def _from_epoch(text: str) -> datetime:
    most = int(LATEST.timestamp())
    seconds = int(text) if _DIGITS.fullmatch(text) else -1
    if not 0 <= seconds <= most:
        raise ClockError(EPOCH, f"expected seconds since 1970 as digits, at most {most}, got {quoted(text)}")
    return datetime.fromtimestamp(seconds, UTC)


def _in_range(source: str, text: str, instant: datetime) -> datetime:
    if not EARLIEST <= instant <= LATEST:
        limits = f"{format_instant(EARLIEST)} to {format_instant(LATEST)}"
        raise ClockError(source, f"expected an instant from {limits}, got {quoted(text)}")
    return instant
