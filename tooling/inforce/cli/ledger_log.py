"""`inforce ledger checkpoint`, `export` and `publish`: read the log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import click

from inforce.cli.ledger_options import with_database, with_ledger
from inforce.errors import counted
from inforce.ledger.ledger import Ledger
from inforce.ledger.log.checkpoint import Checkpoint
from inforce.ledger.static_log import publish_log

_PAGE: Final = 1_000


@click.command()
@with_database
def checkpoint(database: str, keys: Path | None) -> None:
    """Print the signed checkpoint of the log, and the key that verifies it on the error stream.

    \b
    Example:
      inforce ledger checkpoint --database ledger.db
    """

    async def read(ledger: Ledger) -> tuple[bytes, str]:
        return ledger.checkpoint(), str(ledger.verifier)

    note, verifier = with_ledger(database, keys, read)
    click.echo(note, nl=False)
    click.echo(f"verifier key: {verifier}", err=True)


@click.command()
@with_database
@click.option(
    "--after", type=click.IntRange(-1), default=-1, show_default=True, help="The number of the last entry known."
)
def export(database: str, keys: Path | None, after: int) -> None:
    """Print all entries of the log as JSON Lines, in the order of their numbers.

    \b
    Example:
      inforce ledger export --database ledger.db --after 1999
    """

    async def write(ledger: Ledger) -> None:
        position = after
        while entries := await ledger.changes(position, _PAGE):
            for entry in entries:
                click.echo(json.dumps(entry, ensure_ascii=False))
            position = entries[-1]["n"]

    with_ledger(database, keys, write)


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@with_database
def publish(folder: Path, database: str, keys: Path | None) -> None:
    """Write the public log to DIR: its tiles, and then its signed checkpoint.

    Any static host can serve the folder. A checkpoint in it is replaced only if the log extends it.

    \b
    Example:
      inforce ledger publish site/ledger --database ledger.db
    """

    async def write(ledger: Ledger) -> Checkpoint:
        return publish_log(folder, ledger.checkpoint(), ledger.verifier, ledger.tile)

    checkpoint = with_ledger(database, keys, write)
    click.echo(f"Published a log of {counted(checkpoint.size, 'entry', 'entries')} in {folder}.")
