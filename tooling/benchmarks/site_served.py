"""Benchmark of `inforce serve`: time from saving a text until it is on screen.

Starts `inforce serve` on a book, changes one word of the text in force, and asks for its page until the word is there;
several times, of which the median counts.
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
# A file changed so lately is read again in any case; a text that was saved long ago is the usual thing.
SETTLED = 3.0
PATIENCE = 600.0


class Saved(NamedTuple):
    """What a saved text cost: seconds until it was on screen, seconds of all processors, memory at its peak in MB."""

    wall: float
    cpu: float
    largest: float


def saved(book: Path, text: Path, page: str, environment: Mapping[str, str], day: str) -> Saved:
    """Serve `book` as of `day`, change `text` several times, and tell how long it took until `page` said so."""
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
    """Run the server of `book` on `port` until the block ends."""
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
    """Ask for `address` until `word` stands there."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(address) as answer:  # noqa: S310 - our own server
            if word in answer.read().decode():
                return
        time.sleep(LOOK)
    message = f"{address} never said {word}"
    raise TimeoutError(message)


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


def family(pid: int) -> list[int]:
    """List the process `pid` and all that it has started."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def processor_seconds(pid: int) -> float:
    """Tell how long processors have worked for the process `pid` and all that it has started."""
    ticks = 0
    for one in family(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def peak(pid: int) -> float:
    """Tell the most memory, in MB, that any one process of the family of `pid` has had."""
    most = 0
    for one in family(pid):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{one}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    most = max(most, int(line.split()[1]))
    return most / 1024
