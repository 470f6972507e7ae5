"""Standard input, output and error as a command finds them: closed, on a full disk, or in another encoding.

Invariants: all three are open, so that no file of the book gets the number of one of them; output is UTF-8 whatever the
locale says; an error of standard output names it, and an error of standard error is dropped, since no stream is left
to report it on.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import Any

OUTPUT = "standard output"


class _Output(io.FileIO):
    """The file behind standard output; what goes wrong in writing says so."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data) or 0
        except OSError as cause:
            cause.filename = OUTPUT
            raise


class _Errors(io.FileIO):
    """The file behind standard error; what cannot be written is dropped."""

    def write(self, data: Any) -> int:
        with contextlib.suppress(OSError):
            return super().write(data) or 0
        return len(data)


def open_streams() -> None:
    """Put the standard streams of this process in order; one that is closed reads nothing and drops what is written."""
    _open_closed()
    sys.stdin = sys.stdin or open(0, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115 - for as long as the process lives
    if sys.stdout is sys.__stdout__:
        sys.stdout = _text(_Output(1, "wb", closefd=False))
    if sys.stderr is sys.__stderr__:
        sys.stderr = _text(_Errors(2, "wb", closefd=False), line_buffering=True)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def drop_output() -> None:
    """Let what is still to be written to standard output go nowhere, and Python's own last flush succeed."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_closed() -> None:
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            handle = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free, which is this one
            os.set_inheritable(handle, True)


def _text(file: io.FileIO, *, line_buffering: bool = False) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(file), encoding="utf-8", errors="replace", line_buffering=line_buffering or file.isatty()
    )
