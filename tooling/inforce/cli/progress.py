"""How far a long command has come: a bar in a terminal, a few plain lines anywhere else; always on stderr."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from math import ceil

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from inforce.cli.console import Screen

Report = Callable[[int, int], None]
_LINES = 4


@contextlib.contextmanager
def progress(doing: str, things: str) -> Iterator[Report]:
    """Give `report(done, of)` for a block that is `doing` something with `things`, such as commits."""
    screen = Screen(errors=True)
    if not screen.is_terminal:
        yield _lines(screen, doing, things)
        return
    columns = (TextColumn(f"{doing} {things}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task(doing, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _lines(screen: Screen, doing: str, things: str) -> Report:
    """Say how far things are after every quarter, and how long the rest takes where that is worth a word."""
    began, told = time.monotonic(), 0

    def report(done: int, of: int) -> None:
        nonlocal told
        quarter = _LINES if done == of else done * _LINES // of
        if quarter > told:
            told = quarter
            seconds = ceil((time.monotonic() - began) / done * (of - done))
            left = f", about {seconds} s left" if seconds > 1 else ""
            screen.say(f"{doing} {things}: {done} of {of}{left}")

    return report
