"""Processes of a build: each ends with the process that started it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_DEATH = 1  # PR_SET_PDEATHSIG of prctl(2)


def end_with_parent(parent: int) -> None:
    """End this process when the process `parent` ends for any reason (Linux)."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_DEATH, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
