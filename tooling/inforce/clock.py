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
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from inforce.errors import ClockError, quoted
from inforce.instant import format_instant, parse_instant

AT = "INFORCE_AT"
EPOCH = "SOURCE_DATE_EPOCH"
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC)

_OPTION, _CONFIGURED, _SYSTEM = "--at", "“at” in mkdocs.yml", "the clock of this system"
# Machines that commit and machines that build differ by minutes; serials are never compared with commits.
_TOLERANCE = timedelta(minutes=5)
_SUSPICIOUS, _IMPOSSIBLE = timedelta(days=365), timedelta(days=3652)

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
        return _from_text(_OPTION, option, zone)
    if at := environ.get(AT):
        return _from_text(AT, at, zone)
    if configured is not None:
        return _from_text(_CONFIGURED, configured, zone)
    now = epoch or system_clock().astimezone(UTC).replace(microsecond=0)
    return _in_range(_SYSTEM, format_instant(now), now)


def source_of_instant(environ: Mapping[str, str], *, option: str | None = None, configured: str | None = None) -> str:
    """Return the name of the source that `current_instant` takes the instant from."""
    if option is not None:
        return _OPTION
    if environ.get(AT):
        return AT
    if configured is not None:
        return _CONFIGURED
    return EPOCH if environ.get(EPOCH) else _SYSTEM


def compare_with_commit(now: datetime, newest: datetime | None, source: str, *, signing: bool) -> str | None:
    """Compare the instant `now` of a build or a signature with the date of the `newest` commit; None: there is none.

    A wrong clock gives a manifest whose serial clients refuse, or one that locks out later manifests. Returns a warning
    more than a year after the commit, and for a preview: an instant before the commit that a person chose, without a
    key to sign with. ClockError, naming `source`, for any other instant before the commit, and for one more than ten
    years after it.
    """
    if newest is None:
        return None
    at, commit = format_instant(now), f"the newest commit (of {format_instant(newest)})"
    if now < newest - _TOLERANCE:
        if source in (_OPTION, AT, _CONFIGURED) and not signing:
            return f"this site is a preview as of {at}, before {commit}: do not publish it"
        fix = "set the clock, or for an unsigned preview name the day with --at"
        raise ClockError(source, f"gives {at}, before {commit}; {fix}")
    if now > newest + _IMPOSSIBLE:
        raise ClockError(source, f"gives {at}, more than ten years after {commit}; set the clock")
    if now > newest + _SUSPICIOUS:
        return f"{source} gives {at}, more than a year after {commit}; check the clock"
    return None


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
