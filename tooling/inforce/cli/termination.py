"""Handling of SIGTERM: a command ends as after Ctrl-C."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

_TERMINATED = 143


@contextlib.contextmanager
def terminated_in_order() -> Iterator[None]:
    """Handle SIGTERM like Ctrl-C while the block runs, so that context managers are closed."""
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(_TERMINATED)
