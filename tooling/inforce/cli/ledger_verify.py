"""`inforce ledger verify`: find what is wrong with a ledger."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import click

from inforce.cli.console import Screen
from inforce.cli.ledger_options import existing, with_database
from inforce.cli.progress import Report, progress
from inforce.disk import read_regular
from inforce.errors import counted
from inforce.ledger.audit import Audit
from inforce.ledger.keys import LedgerKeys
from inforce.ledger.static_log import LARGEST_NOTE
from inforce.ledger.storage.database import Database, LedgerPlace
from inforce.ledger.verifying import Defect

_MOST_SHOWN: Final = 100
_FOUND: Final = 1


checkpoint_option: Final = click.option(
    "--checkpoint",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="A checkpoint that was kept elsewhere, such as the published one: the log must extend it.",
)


@click.command()
@with_database
@checkpoint_option
@click.pass_context
def verify(ctx: click.Context, database: str, keys: Path | None, checkpoint: Path | None) -> None:
    """Find what is wrong with a ledger, also while its service runs.

    Builds the tree again from all entries, compares it with the tiles and the signed checkpoints, and then opens every
    record that was not erased. Prints a line for each entry that was removed, altered, doubled or moved. Exit code 1:
    something is wrong.

    \b
    Example:
      inforce ledger verify --database ledger.db --checkpoint published/checkpoint
    """
    place, secrets = existing(database, keys)
    ctx.exit(_FOUND if report_defects(place, secrets, published_note(checkpoint)) else 0)


def published_note(checkpoint: Path | None) -> bytes | None:
    """Return the content of the file `checkpoint`; None if there is none."""
    return read_regular(checkpoint, LARGEST_NOTE) if checkpoint else None


def report_defects(place: LedgerPlace, keys: LedgerKeys, published: bytes | None) -> int:
    """Print what is wrong with the ledger at `place`, or a summary, and return the number of defects.

    :param place: where the ledger is
    :param keys: its secrets
    :param published: a checkpoint from elsewhere; None if there is none
    """
    with contextlib.closing(Database(place, writes=False)) as opened:
        audit = Audit(opened, keys)
        entries, log_time = _shown("Checking", "entries", lambda report: audit.log_defects(published, report))
        records, record_time = _shown("Opening", "records", audit.record_defects)
    if found := entries + records:
        Screen(errors=True).say(f"{counted(found, 'defect')} in {counted(audit.size, 'entry', 'entries')}.")
        return found
    Screen().say(
        f"{counted(audit.size, 'entry', 'entries')}, {audit.size / log_time:,.0f} leaves per second; "
        f"{counted(audit.opened, 'record')} opened, {audit.opened / record_time:,.0f} per second; "
        f"{counted(audit.erased, 'record')} of erased users. Nothing is wrong."
    )
    return 0


def _shown(doing: str, things: str, find: Callable[[Report], Iterator[Defect]]) -> tuple[int, float]:
    """Print the defects that `find` yields, at most 100, and return their number and the time in seconds."""
    began, found = time.monotonic(), 0
    with progress(doing, things) as report:
        for found, defect in enumerate(find(report), 1):
            if found <= _MOST_SHOWN:
                Screen().say(str(defect))
    if found > _MOST_SHOWN:
        Screen().say(f"and {counted(found - _MOST_SHOWN, 'more defect')}")
    return found, time.monotonic() - began
