"""Limit the requests of each caller: token buckets in memory.

Invariants: a caller may send as many requests at once as it may send in one second; callers do not affect each other.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable
from typing import Final

from inforce.ledger.service.problems import ProblemError

_BUCKETS: Final = 10_000


class RateLimit:
    """The limit of one service.

    :param rate: requests per second and caller; 0: no limit
    :param clock: function that returns seconds
    """

    def __init__(self, rate: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._buckets: dict[Hashable, tuple[float, float]] = {}

    def take(self, caller: Hashable) -> None:
        """Count a request of `caller`; raise ProblemError if it sent too many."""
        if not self._rate:
            return
        now = self._clock()
        left, at = self._buckets.get(caller, (float(self._rate), now))
        left = min(left + (now - at) * self._rate, self._rate)
        if left < 1:
            detail = f"expected at most {self._rate} requests per second"
            raise ProblemError("rate", detail, retry_after=math.ceil((1 - left) / self._rate))
        if len(self._buckets) >= _BUCKETS:
            self._buckets.clear()
        self._buckets[caller] = left - 1, now
