"""Measure how CPU time grows with the size of the input."""

from __future__ import annotations

import contextlib
import gc
import math
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

STEEPEST = 1.3
# CPU times below this are not evaluated, because timer noise would dominate.
_FLOOR = 0.05
# Superlinear work exceeds the limit at every attempt; linear work does so only while other processes disturb it.
_ATTEMPTS = 10


def cpu_seconds(work: Callable[[Any], object], content: object) -> float:
    """Return the CPU time of one call of `work` with garbage collection off; an exception it raises is ignored."""
    collects = gc.isenabled()
    gc.disable()
    try:
        start = time.process_time()
        with contextlib.suppress(Exception):
            work(content)
        return time.process_time() - start
    finally:
        if collects:
            gc.enable()


def exponent(work: Callable[[Any], object], make: Callable[[int], Any], size: int) -> float:
    """Return the exponent with which the time of `work` grows from `size` to four times `size`.

    1 is linear, 2 quadratic; 0 means that the time at the largest size is too short to measure. The fastest of several
    runs counts.
    """
    small, large = make(size), make(4 * size)
    best = cpu_seconds(work, large)
    if best < _FLOOR:
        return 0.0
    steepness = math.inf
    small_best = math.inf
    for _ in range(_ATTEMPTS):
        small_best = min(small_best, cpu_seconds(work, small))
        steepness = math.log(best / max(small_best, 1e-6), 4)
        if steepness <= STEEPEST:
            break
        best = min(best, cpu_seconds(work, large))
        steepness = math.log(best / max(small_best, 1e-6), 4)
    return steepness


def assert_linear(work: Callable[[Any], object], make: Callable[[int], Any], size: int) -> None:
    """Fail if the time of `work` grows faster than the input to the power of 1.3."""
    growth = exponent(work, make, size)
    assert growth <= STEEPEST, f"grows with exponent {growth:.2f}"


class TooLongError(BaseException):
    """Raised if work exceeds its CPU time limit; a BaseException, so that the work does not catch it."""


@contextlib.contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """Raise TooLongError once the block has taken `seconds` of CPU time, even within one call of `re`."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooLongError

    previous = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, previous)
