"""Benchmark of `inforce serve`: time from saving a text until its page is updated.

Starts `inforce serve` on a book, changes one word of the text in force, and requests its page until it contains the
word, several times; the result is the median.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ROUNDS = 5
LOOK = 0.01
# A recently changed file is always read again, unlike the usual text, which was saved long ago.
SETTLED = 3.0
PATIENCE = 600.0


class Saved(NamedTuple):
    """The cost of a saved text: seconds until the page was updated, CPU seconds, and peak memory in MB."""

    wall: float
    cpu: float
    largest: float


def saved(book: Path, text: Path, page: str, environment: Mapping[str, str], day: str) -> Saved:
    """Serve `book` as of `day`, change `text` several times, and measure the time until `page` is updated."""
    written = text.read_text("utf-8")
    port = free_port()
    with server(book, port, environment, day) as process:
        address = f"http://127.0.0.1:{port}/{page}"
        wait_for(address, "<html", process)
        time.sleep(SETTLED)
        waits, spent = [], []
        try:
            for number in range(ROUNDS):
                word = f"Savedword{number}"
                before, began = processor_seconds(process.pid), time.perf_counter()
                text.write_text(f"{written}\n{word}.\n", "utf-8")
                wait_for(address, word, process)
                waits.append(time.perf_counter() - began)
                spent.append(processor_seconds(process.pid) - before)
        finally:
            text.write_text(written, "utf-8")
        return Saved(statistics.median(waits), statistics.median(spent), peak(process.pid))


@contextlib.contextmanager
def server(book: Path, port: int, environment: Mapping[str, str], day: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the server of `book` on `port` until the end of the block."""
    words = ["-P", "-m", "inforce.cli", "serve", "--repo", str(book), "--port", str(port), "--at", day]
    process = subprocess.Popen(
        [sys.executable, *words],
        env=dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(address: str, word: str, process: subprocess.Popen[bytes]) -> None:
    """Request `address` until it contains `word`."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(address) as answer:  # noqa: S310 - a local server
            if word in answer.read().decode():
                return
        time.sleep(LOOK)
    message = f"{address} never contained {word}"
    raise TimeoutError(message)


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


def family(pid: int) -> list[int]:
    """Return the process `pid` and all its descendants."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def processor_seconds(pid: int) -> float:
    """Return the CPU time of the process `pid` and all its descendants."""
    ticks = 0
    for one in family(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def peak(pid: int) -> float:
    """Return the peak memory, in MB, of the largest process among `pid` and its descendants."""
    most = 0
    for one in family(pid):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{one}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    most = max(most, int(line.split()[1]))
    return most / 1024
