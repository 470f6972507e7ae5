"""`inforce ledger backup` and `restore`: copy a ledger to a folder and back."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from inforce.cli.console import Screen
from inforce.cli.ledger_options import existing_place, keys_file, with_database, with_ledger
from inforce.cli.ledger_verify import checkpoint_option, published_note, report_defects
from inforce.errors import counted
from inforce.ledger import backup as backups
from inforce.ledger.keys import LedgerKeys, now_milliseconds
from inforce.ledger.ledger import Ledger
from inforce.ledger.storage.database import Database, LedgerPlace

_FOUND = 1
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option("--database", required=True, metavar="URL", help="The database of the ledger.")
def backup(folder: Path, database: str) -> None:
    """Write a backup of a ledger to the new folder DIR, also while its service runs.

    DIR gets the log and the subjects as two files of SQLite, whatever the database is, and backup.json with their
    digests. The key file is not copied. Prints the day by which the file of the subjects must be deleted.

    \b
    Example:
      inforce ledger backup backups/2027-03-01 --database ledger.db
    """
    place = existing_place(database)
    with contextlib.closing(Database(place, writes=False)) as opened:
        contents = backups.back_up(opened, folder, now_milliseconds())
    Screen().say(
        f"Backed up {counted(contents.size, 'entry', 'entries')} to {folder}. Delete ledger-subjects.db in it by "
        f"{contents.subjects_until}: it contains what an erasure deletes. The log can be kept."
    )


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=_FOLDER)
@with_database
@checkpoint_option
@click.option(
    "--declare-loss",
    is_flag=True,
    help="Entries are lost: sign checkpoints again, under a new name. Without DIR, for the ledger as it is.",
)
@click.pass_context
def restore(
    ctx: click.Context,
    folder: Path | None,
    database: str,
    keys: Path | None,
    checkpoint: Path | None,
    declare_loss: bool,
) -> None:
    """Restore a ledger from the folder DIR, and verify it.

    Nothing is overwritten. Exit code 1: something is wrong, such as a backup that is older than the checkpoint. The
    ledger then accepts receipts but signs no checkpoint, until a newer backup is restored or the loss is declared.

    \b
    Example:
      inforce ledger restore backups/2027-03-01 --database ledger.db --checkpoint published/checkpoint
      inforce ledger restore --declare-loss --database ledger.db
    """
    if folder is None and not declare_loss:
        raise click.UsageError("give the folder with the backup, or --declare-loss")
    found = _restored(folder, database, keys, published_note(checkpoint)) if folder else 0
    if declare_loss:
        _declare_loss(database, keys)
    elif found:
        Screen(errors=True).say(
            "The restored ledger accepts receipts; if entries are missing, it signs no checkpoint. Restore a newer "
            "backup, or declare the loss with --declare-loss."
        )
        ctx.exit(_FOUND)


def _restored(folder: Path, database: str, keys: Path | None, published: bytes | None) -> int:
    """Restore the backup in `folder`, and return the number of its defects, which are printed."""
    place = LedgerPlace.parse(database)
    secrets = LedgerKeys.read(keys_file(place, keys))
    contents = backups.restore(folder, place, secrets, published)
    Screen().say(f"Restored {counted(contents.size, 'entry', 'entries')}, backed up at {contents.made_at}.")
    if published is None:
        Screen(errors=True).say(
            "Without --checkpoint, the newest published checkpoint, an older backup is not noticed."
        )
    return report_defects(place, secrets, published)


def _declare_loss(database: str, keys: Path | None) -> None:
    async def declare(ledger: Ledger) -> tuple[int, str]:
        return await ledger.declare_loss(), ledger.origin

    number, origin = with_ledger(database, keys, declare)
    Screen().say(f"Declared the loss in entry {number}. The log is now {origin}: publish it to a new folder.")
