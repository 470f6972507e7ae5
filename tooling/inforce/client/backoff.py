"""Compute when to poll again, so that many clients spread their requests and an overloaded host is not polled.

Invariants: after an answer the next request follows after 0.5 to 1.5 times the poll interval of the manifest, at
random; after failures the delay grows up to that interval and is never shorter than `Retry-After`. The caller passes
the random number.
"""

from __future__ import annotations

from datetime import timedelta

DEFAULT_POLL_SECONDS = 86_400
_SLOWEST, _FASTEST = 30 * 86_400, 60
_SLOWEST_FORCED = 3_600
# A client with a cached copy retries after a quarter of the poll interval.
_PATIENCE = 4


def after_answer(poll_seconds: int, chance: float) -> timedelta:
    """Return the delay after an answer, for a manifest with `poll_seconds`; `chance` is in [0, 1)."""
    return timedelta(seconds=_kept_within(poll_seconds) * (0.5 + chance))


def after_failure(
    poll_seconds: int, failures: int, chance: float, *, has_copy: bool, requested: int | None
) -> timedelta:
    """Return the delay after `failures` consecutive failures (from 1).

    `has_copy` states whether a cached manifest exists; without one, the first retry is after a minute. `requested` is
    the `Retry-After` of a busy host in seconds.
    """
    pace = _kept_within(poll_seconds)
    first = max(pace / _PATIENCE, _FASTEST) if has_copy else _FASTEST
    own = min(first * 2 ** min(failures - 1, 20), pace) * (0.5 + chance)
    return timedelta(seconds=max(own, (requested or 0) * (1 + chance / 2)))


def after_forced(failures: int) -> timedelta:
    """Return the minimum delay between forced requests after `failures` consecutive failures: a minute to an hour."""
    return timedelta(seconds=min(_FASTEST * 2 ** min(failures, 20), _SLOWEST_FORCED))


def _kept_within(poll_seconds: int) -> int:
    return max(_FASTEST, min(poll_seconds, _SLOWEST))
