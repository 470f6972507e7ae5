"""The clock: the instant of a command or a build, from its option, the environment or the system.

The first of these sources that is set takes precedence: the option `--at`, `INFORCE_AT`, `at` in mkdocs.yml,
`SOURCE_DATE_EPOCH`, the system clock. An empty variable counts as unset.

Invariants: every instant is in whole seconds of UTC, between `EARLIEST` and `LATEST`, so that the serial of a manifest
is never negative and every date can be formatted; an invalid value raises ClockError, for `SOURCE_DATE_EPOCH` even if
another source takes precedence, since other programs of a build read it.
Not responsible for: reading the environment or the system clock, which the callers pass in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from inforce.errors import ClockError, quoted
from inforce.instant import format_instant, parse_instant

AT = "INFORCE_AT"
EPOCH = "SOURCE_DATE_EPOCH"
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC)

_OPTION, _CONFIGURED, _SYSTEM = "--at", "“at” in mkdocs.yml", "the clock of this system"
# The clocks of the machines that commit and build may differ by minutes.
_TOLERANCE = timedelta(minutes=5)
_SUSPICIOUS, _IMPOSSIBLE = timedelta(days=365), timedelta(days=3652)

_DIGITS = re.compile("[0-9]{1,12}")  # ASCII only; 12 digits exceed LATEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The values of the sources of the instant, except the system clock; None or "" if a source is not set."""

    option: str | None = None
    variable: str = ""
    configured: str | None = None
    epoch: str = ""

    @classmethod
    def of(cls, environ: Mapping[str, str], *, option: str | None = None, configured: str | None = None) -> Clock:
        """Return the sources: `option` is the value of `--at`, `configured` the value of `at` in mkdocs.yml."""
        return cls(option=option, variable=environ.get(AT, ""), configured=configured, epoch=environ.get(EPOCH, ""))

    def instant(self, zone: ZoneInfo, system_clock: Callable[[], datetime]) -> datetime:
        """Return the current instant; a date means the start of that day in `zone`.

        `system_clock` returns an aware datetime. ClockError if a source has an invalid value.
        """
        epoch = _from_epoch(self.epoch) if self.epoch else None
        text = self._text
        if text is not None:
            return _from_text(self.source, text, zone)
        now = epoch or system_clock().astimezone(UTC).replace(microsecond=0)
        return _in_range(_SYSTEM, format_instant(now), now)

    @property
    def source(self) -> str:
        """The name of the source that `instant` uses."""
        if self.option is not None:
            return _OPTION
        if self.variable:
            return AT
        if self.configured is not None:
            return _CONFIGURED
        return EPOCH if self.epoch else _SYSTEM

    @property
    def _text(self) -> str | None:
        """The text of the source that is written by a person; None if there is none."""
        return {_OPTION: self.option, AT: self.variable, _CONFIGURED: self.configured}.get(self.source)


def compare_with_commit(now: datetime, newest: datetime | None, source: str, *, signing: bool) -> str | None:
    """Compare the instant `now` of a build or a signature with the time of the `newest` commit (None: no commits).

    If the clock is wrong, clients reject the manifest or all later ones because of its serial. Returns a warning
    if `now` is more than a year after the commit, or if it is before the commit, was set explicitly and nothing
    is signed (a preview). ClockError for any other instant before the commit, and for one more than ten years after it.
    """
    if newest is None:
        return None
    at, commit = format_instant(now), f"the newest commit (of {format_instant(newest)})"
    if now < newest - _TOLERANCE:
        if source in (_OPTION, AT, _CONFIGURED) and not signing:
            return f"this site is a preview as of {at}, before {commit}: do not publish it"
        fix = "correct the clock, or for an unsigned preview set the date with --at"
        raise ClockError(source, f"is {at}, before {commit}; {fix}")
    if now > newest + _IMPOSSIBLE:
        raise ClockError(source, f"is {at}, more than ten years after {commit}; correct the clock")
    if now > newest + _SUSPICIOUS:
        return f"{source} is {at}, more than a year after {commit}; check the clock"
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
