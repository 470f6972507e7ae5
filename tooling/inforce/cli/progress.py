"""The progress of a long command on stderr: a bar in a terminal, four lines otherwise."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from math import ceil

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from inforce.cli.console import Screen

Report = Callable[[int, int], None]
_LINES = 4
_REDRAWN = 0.1  # seconds


@contextlib.contextmanager
def progress(doing: str, things: str) -> Iterator[Report]:
    """Yield a function `report(done, of)`; `doing` and `things` are the label, such as “Reading commits”."""
    screen = Screen(errors=True)
    if not screen.is_terminal:
        yield _lines(screen, doing, things)
        return
    columns = (TextColumn(f"{doing} {things}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Drawn by the calls of `report`: a thread that draws would prevent rendering in forked processes.
    with Progress(*columns, console=screen, transient=True, auto_refresh=False) as bar:
        task, drawn = bar.add_task(doing, total=None), 0.0

        def report(done: int, of: int) -> None:
            nonlocal drawn
            now = time.monotonic()
            due = done == of or now - drawn >= _REDRAWN
            drawn = now if due else drawn
            bar.update(task, completed=done, total=of, refresh=due)

        yield report


def _lines(screen: Screen, doing: str, things: str) -> Report:
    """Return a function that prints the progress after every quarter, with the remaining time if it exceeds 1 s."""
    began, reported = time.monotonic(), 0

    def report(done: int, of: int) -> None:
        nonlocal reported
        quarter = _LINES if done == of else done * _LINES // of
        if quarter > reported:
            reported = quarter
            seconds = ceil((time.monotonic() - began) / done * (of - done))
            left = f", about {seconds} s left" if seconds > 1 else ""
            screen.say(f"{doing} {things}: {done} of {of}{left}")

    return report
