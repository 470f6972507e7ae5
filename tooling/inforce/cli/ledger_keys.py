"""`inforce ledger key`: create and revoke the keys of apps."""

from __future__ import annotations

import click

from inforce.cli.ledger_options import with_app_keys
from inforce.errors import counted
from inforce.ledger.keys import SCOPES


@click.group()
def key() -> None:
    """Create and revoke the keys of apps."""


@key.command()
@click.argument("caller")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(SCOPES),
    help="What the key permits; repeat it.",
)
@click.option("--database", required=True, metavar="URL", help="The database of the ledger.")
def add(caller: str, scopes: tuple[str, ...], database: str) -> None:
    """Print a new key for the app CALLER; it cannot be shown again.

    \b
    Example:
      inforce ledger key add shop --scope write --scope read --database ledger.db
    """
    click.echo(f"key: {with_app_keys(database, lambda app_keys: app_keys.add(caller, scopes))}")


@key.command()
@click.argument("caller")
@click.option("--database", required=True, metavar="URL", help="The database of the ledger.")
def revoke(caller: str, database: str) -> None:
    """Revoke all keys of the app CALLER; they stop working within ten seconds.

    \b
    Example:
      inforce ledger key revoke shop --database ledger.db
    """
    count = with_app_keys(database, lambda app_keys: app_keys.revoke(caller))
    click.echo(f"Revoked {counted(count, 'key')} of {caller}.")
