"""A disk that fails: each call is counted, and the call with a given number fails."""

from __future__ import annotations

import builtins
import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

# Called by the package, pathlib, shutil and tempfile; `os.open` and `io.open` are also counted for reading.
CALLS = (
    *(
        "open",
        "read",
        "write",
        "fsync",
        "ftruncate",
        "replace",
        "rename",
        "link",
        "symlink",
        "mkdir",
        "chmod",
        "fchmod",
    ),
    *("fchmod", "utime", "stat", "lstat", "fstat", "scandir", "listdir", "readlink", "sendfile", "copy_file_range"),
)
PACKAGE = str(Path(__file__).parents[1] / "tooling/inforce")
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES)


class FailingDisk:
    """A counter of calls with their place in the package; call number `fail_at` (from 1) fails."""

    def __init__(self, fail_at: int = 0, number: int = errno.EIO) -> None:
        self.fail_at, self.number = fail_at, number
        self.process = os.getpid()
        self.sites: list[tuple[str, str]] = []

    @property
    def failed(self) -> bool:
        """Return whether call number `fail_at` has been made."""
        return bool(self.fail_at) and len(self.sites) >= self.fail_at

    def count(self, name: str, arguments: tuple[object, ...]) -> bool:
        """Count the call `name` and fail if it is number `fail_at`; return False if the package did not cause it."""
        site = call_site()
        if site is None or os.getpid() != self.process:
            return False
        self.sites.append((name, site))
        if len(self.sites) == self.fail_at:
            path = next((argument for argument in arguments if isinstance(argument, (str, os.PathLike))), None)
            raise OSError(self.number, os.strerror(self.number), *([os.fspath(path)] if path is not None else []))
        return True


def call_site() -> str | None:
    """Return file and line of the innermost frame in the package.

    None if there is none, if a module is being imported, or if pipes to a subprocess are opened.
    """
    frame = sys._getframe(3)
    place = None
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith("<frozen importlib") or name.endswith("subprocess.py"):
            return None
        if place is None and name.startswith(PACKAGE):
            place = f"{name.removeprefix(PACKAGE)}:{frame.f_lineno}"
        frame = frame.f_back  # type: ignore[assignment]
    return place


@contextmanager
def failing(disk: FailingDisk) -> Iterator[FailingDisk]:
    """Replace the disk of this process with `disk` until the end of the block."""

    class File(io.FileIO):
        def write(self, data: Any) -> int:
            disk.count("file.write", (self.name,))
            return super().write(data) or 0

    real_open = io.open

    def open_(file: Any, mode: str = "r", buffering: int = -1, *words: Any, **named: Any) -> Any:
        if not disk.count("io.open", (file,)) or not set(mode) & set("wxa+"):
            return real_open(file, mode, buffering, *words, **named)
        closing = {name: named.pop(name) for name in ("closefd", "opener") if name in named}
        raw = File(file, mode.replace("b", "").replace("t", ""), **closing)
        if buffering == 0:
            return raw
        buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, *words, **named)

    def counted(name: str, real: Any) -> Any:
        def call(*words: Any, **named: Any) -> Any:
            disk.count(f"os.{name}", words)
            return real(*words, **named)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            if hasattr(os, name):
                patch.setattr(os, name, counted(name, getattr(os, name)))
        patch.setattr(io, "open", open_)
        patch.setattr(builtins, "open", open_)
        yield disk
