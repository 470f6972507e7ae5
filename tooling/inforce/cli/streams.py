"""Prepare standard input, output and error, which may be closed, on a full disk, or in another encoding.

Invariants: descriptors 0 to 2 are open, so that no file of the book gets one of these numbers; output is UTF-8
regardless of the locale; an error in writing to standard output is reported with that name; an error in writing to
standard error is dropped, since no stream is left to report it on.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import Any

OUTPUT = "standard output"


class _Output(io.FileIO):
    """The file of standard output; its errors have “standard output” as their file name."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data) or 0
        except OSError as cause:
            cause.filename = OUTPUT
            raise


class _Errors(io.FileIO):
    """The file of standard error; write errors are ignored."""

    def write(self, data: Any) -> int:
        with contextlib.suppress(OSError):
            return super().write(data) or 0
        return len(data)


def open_streams() -> None:
    """Reopen the standard streams of this process as UTF-8; a closed stream is replaced with the null device."""
    _open_closed()
    sys.stdin = sys.stdin or open(0, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115 - open until the process ends
    if sys.stdout is sys.__stdout__:
        sys.stdout = _text(_Output(1, "wb", closefd=False))
    if sys.stderr is sys.__stderr__:
        sys.stderr = _text(_Errors(2, "wb", closefd=False), line_buffering=True)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def drop_output() -> None:
    """Discard buffered output, so that the flush at interpreter exit succeeds."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_closed() -> None:
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            handle = os.open(os.devnull, os.O_RDWR)  # open() returns the lowest free number, which is this one
            os.set_inheritable(handle, True)


def _text(file: io.FileIO, *, line_buffering: bool = False) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(file), encoding="utf-8", errors="replace", line_buffering=line_buffering or file.isatty()
    )
