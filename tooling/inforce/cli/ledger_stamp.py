"""`inforce ledger stamp`: have an authority stamp the checkpoint."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

import click

from inforce.cli.ledger_options import with_database, with_ledger, with_open_database
from inforce.errors import LedgerInUseError, counted
from inforce.ledger.ledger import Ledger
from inforce.ledger.stamps import KNOWN, MATCHES, UNREAD, VERIFIED, Stamps, read_roots, stamp_checkpoint

_RESULTS: Final = {
    KNOWN: "It had done so before, and nothing was asked.",
    VERIFIED: "The signature is verified.",
    MATCHES: "It is of this checkpoint; give --tsa-ca to verify its signature.",
    UNREAD: (
        "It is stored, but its certificates are not in the order of DER, so that it cannot be read here. Check it "
        "with: openssl ts -verify -data checkpoint -in checkpoint.tsr -CAfile CA.pem"
    ),
}


@click.command()
@with_database
@click.option("--tsa", required=True, metavar="URL", help="The address of the authority (RFC 3161).")
@click.option(
    "--tsa-ca",
    "roots",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The root certificates of the authority (PEM), to verify its signature.",
)
def stamp(database: str, keys: Path | None, tsa: str, roots: Path | None) -> None:
    """Have an authority stamp the checkpoint of the log, and store the timestamp.

    It proves that the log existed at that time, and becomes part of evidence packs. While the service runs, its last
    signed checkpoint is stamped.

    \b
    Example:
      inforce ledger stamp --tsa https://tsa.example/ --tsa-ca tsa-ca.pem --database ledger.db
    """
    trusted = read_roots(roots) if roots else []
    _sign_newest(database, keys)
    size, result = with_open_database(database, lambda opened: stamp_checkpoint(Stamps(opened), tsa, trusted))
    click.echo(f"{tsa} stamped the checkpoint of {counted(size, 'entry', 'entries')}. {_RESULTS[result]}")


def _sign_newest(database: str, keys: Path | None) -> None:
    """Sign a checkpoint of all entries, unless another process writes the ledger, which signs its own."""

    async def sign(ledger: Ledger) -> bytes:
        return ledger.checkpoint()

    with contextlib.suppress(LedgerInUseError):
        with_ledger(database, keys, sign)
