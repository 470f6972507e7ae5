"""How far a long command has come: a bar in a terminal, a few plain lines anywhere else; always on stderr."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from inforce.cli.screen import Screen

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
    """Say how far things are after every quarter."""

    def report(done: int, of: int) -> None:
        if done == of or done * _LINES // of > (done - 1) * _LINES // of:
            screen.say(f"{doing} {things}: {done} of {of}")

    return report
