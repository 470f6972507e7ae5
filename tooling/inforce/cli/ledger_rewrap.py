"""`inforce ledger rewrap`: replace the secrets of a ledger that encrypt keys and make pseudonyms."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from inforce.cli.console import Screen
from inforce.cli.ledger_options import existing_place, keys_path, new_keys, with_database
from inforce.cli.progress import progress
from inforce.errors import counted
from inforce.ledger.keys import LedgerKeys
from inforce.ledger.rotation import next_keys, rotate
from inforce.ledger.state import StoredState
from inforce.ledger.storage.database import Database


@click.command()
@with_database
def rewrap(database: str, keys: Path | None) -> None:
    """Replace the secrets that encrypt the keys of users and make their pseudonyms.

    The old secrets are destroyed, so that no backup made before can be opened again. If the command is interrupted, run
    it again. The service must not run.

    \b
    Example:
      inforce ledger rewrap --database ledger.db
    """
    place = existing_place(database)
    path = keys_path(place, keys)
    old, pending = LedgerKeys.read(path), new_keys(path)
    with contextlib.closing(Database(place)) as opened, progress("Wrapping", "keys") as report:
        if not pending.exists():
            StoredState(opened).require(old)
            next_keys(old).write(pending)
        count = rotate(opened, old, LedgerKeys.read(pending), report)
    pending.replace(path)
    Screen().say(
        f"Wrapped the keys of {counted(count, 'user')} with new secrets in {path}. Make a backup now, and delete all "
        "copies of the old file: backups made before can no longer be restored."
    )
