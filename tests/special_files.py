"""Named pipes, sockets, devices and folders at paths where a regular file is expected."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest


def make_socket(path: Path) -> None:
    """Bind a socket to `path`, with a relative address, since socket addresses are limited to 107 bytes."""
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path.name)
    finally:
        os.chdir(here)


def make_link_to_a_device(path: Path) -> None:
    """Create a link at `path` to a device with infinite content."""
    path.symlink_to("/dev/zero")


Make = Callable[[Path], object]
SPECIAL_FILES = [
    pytest.param(os.mkfifo, "a named pipe", id="named pipe"),
    pytest.param(make_socket, "a socket", id="socket"),
    pytest.param(make_link_to_a_device, "a device", id="device"),
    pytest.param(Path.mkdir, "a folder", id="folder"),
]


@contextlib.contextmanager
def without_waiting(seconds: int = 20) -> Iterator[None]:
    """Fail if the block does not end within a few seconds."""

    def fail(_number: int, _frame: object) -> NoReturn:
        raise AssertionError(f"still waiting after {seconds} s")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
