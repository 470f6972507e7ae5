"""`inforce ledger evidence`: write the evidence pack of a receipt."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import click

from inforce.cli.ledger_options import site_address, with_database, with_ledger
from inforce.disk import replace_file
from inforce.errors import LedgerError
from inforce.ledger.evidence.collect import evidence_zip
from inforce.ledger.ledger import Ledger


@click.command()
@click.argument("id")
@with_database
@click.option("--site", required=True, metavar="ADDRESS", help="The policy site, or a folder with a copy of it.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The zip to write.  [default: evidence-ID.zip]",
)
def evidence(id: str, database: str, keys: Path | None, site: str, output: Path | None) -> None:  # noqa: A002
    """Write the evidence pack of the receipt ID: one zip that a reader can check without inforce.

    It contains the record, the texts, the manifest, the proofs, a README and a program with the checks. What the site
    does not have is named in the README.

    \b
    Example:
      inforce ledger evidence 01a2225b-8cf6-76f5-acf2-000000000001 --database ledger.db --site site/
    """
    place = Path(site) if Path(site).is_dir() else site_address(site)

    async def make(ledger: Ledger) -> bytes:
        found = await ledger.receipt(id, None)
        if found is None:
            raise LedgerError(f"the ledger has no receipt {id}")
        return await evidence_zip(ledger, found["n"], place)

    pack = with_ledger(database, keys, make)
    path = output or Path(f"evidence-{id}.zip")
    replace_file(path, pack, mode=0o600)
    click.echo(f"Wrote {path} with the SHA-256 {sha256(pack).hexdigest()}.")
