"""Pace: when to ask again, so that a million clients are a murmur and a host in trouble is left alone.

Keeps true: after an answer the next question comes within half to one and a half of the pace the manifest asks for, by
chance; after failures ever more slowly, up to that pace, and never sooner than a busy host asks. Chance is an argument.
"""

from __future__ import annotations

from datetime import timedelta

DEFAULT_POLL_SECONDS = 86_400
_SLOWEST, _FASTEST = 30 * 86_400, 60
_SLOWEST_FORCED = 3_600
# With an old copy at hand nothing is urgent: a first retry after a quarter of the pace keeps an outage quiet.
_PATIENCE = 4


def after_answer(poll_seconds: int, chance: float) -> timedelta:
    """Wait this long after an answer, where a manifest asks for `poll_seconds`; `chance` is from 0 up to 1."""
    return timedelta(seconds=_kept_within(poll_seconds) * (0.5 + chance))


def after_failure(poll_seconds: int, failures: int, chance: float, *, has_copy: bool, asked: int | None) -> timedelta:
    """Wait this long after the failure number `failures` in a row (from 1).

    `has_copy` says whether there is a manifest to go on with; without one the first retry comes after a minute.
    `asked` is the number of seconds a busy host asked for.
    """
    pace = _kept_within(poll_seconds)
    first = max(pace / _PATIENCE, _FASTEST) if has_copy else _FASTEST
    own = min(first * 2 ** min(failures - 1, 20), pace) * (0.5 + chance)
    return timedelta(seconds=max(own, (asked or 0) * (1 + chance / 2)))


def after_forced(failures: int) -> timedelta:
    """Return when a forced request may follow the last one, after `failures` in a row: a minute to an hour."""
    return timedelta(seconds=min(_FASTEST * 2 ** min(failures, 20), _SLOWEST_FORCED))


def _kept_within(poll_seconds: int) -> int:
    return max(_FASTEST, min(poll_seconds, _SLOWEST))
