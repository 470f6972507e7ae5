"""`inforce ledger key`: create, list and revoke the keys of apps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from inforce.cli.ledger_options import public_key, with_app_keys
from inforce.errors import counted
from inforce.ledger.entries import to_instant
from inforce.ledger.keys import SCOPES


@click.group()
def key() -> None:
    """Create, list and revoke the keys of apps."""


@key.command()
@click.argument("caller")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    help="What the key permits; repeat it.",
)
@click.option(
    "--public-key",
    "public",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="A public key (JWK) that verifies tokens of the app's users, instead of a key with scopes.",
)
@click.option("--database", required=True, metavar="URL", help="The database of the ledger.")
def add(caller: str, scopes: tuple[str, ...], public: Path | None, database: str) -> None:
    """Print a new key for the app CALLER, which cannot be shown again; or register a public key of the app.

    \b
    Example:
      inforce ledger key add shop --scope write --scope read --database ledger.db
      inforce ledger key add shop --public-key shop.jwk --database ledger.db
    """
    if bool(scopes) == bool(public):
        raise click.UsageError("expected either --scope, for a key with these scopes, or --public-key FILE")
    if public is None:
        click.echo(f"key: {with_app_keys(database, lambda app_keys: app_keys.add(caller, scopes))}")
        return
    own = public_key(public, "--public-key")
    with_app_keys(database, lambda app_keys: app_keys.add_public(caller, own))
    click.echo(f"Registered the public key {own.kid} of {caller}.")


@key.command("list")
@click.option("--database", required=True, metavar="URL", help="The database of the ledger.")
def list_keys(database: str) -> None:
    """Print the keys of all apps, the oldest first: id, app, scopes, and when each was created and revoked.

    \b
    Example:
      inforce ledger key list --database ledger.db
    """
    for row in with_app_keys(database, lambda app_keys: app_keys.listed()):
        click.echo("\t".join(_shown(row)))


@key.command()
@click.argument("caller")
@click.option("--id", "id_", metavar="ID", help="The id of one key, as “list” prints it.  [default: all keys]")
@click.option("--database", required=True, metavar="URL", help="The database of the ledger.")
def revoke(caller: str, id_: str | None, database: str) -> None:
    """Revoke the keys of the app CALLER; they stop working within ten seconds.

    \b
    Example:
      inforce ledger key revoke shop --database ledger.db
      inforce ledger key revoke shop --id ledger_4T1xZ0aq --database ledger.db
    """
    count = with_app_keys(database, lambda app_keys: app_keys.revoke(caller, id_))
    click.echo(f"Revoked {counted(count, 'key')} of {caller}.")


def _shown(row: dict[str, Any]) -> tuple[str, ...]:
    revoked = f"revoked {to_instant(row['revoked_at'])}" if row["revoked_at"] else "live"
    return row["id"], row["caller"], row["scopes"] or "public key", to_instant(row["created_at"]), revoked
