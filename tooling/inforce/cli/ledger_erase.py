"""`inforce ledger forget`: erase a subject."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from inforce.cli.ledger_options import existing, with_database, with_ledger
from inforce.ledger.erasure import Erasure


@click.command()
@with_database
def forget(database: str, keys: Path | None) -> None:
    """Erase the subject whose reference is read from the standard input, and print the certificate.

    The reference is not an argument, since other users of the machine can see those. Exit code 1: the files still
    contain traces, because a reader is at work; run the command again.

    \b
    Example:
      inforce ledger forget --database ledger.db < reference.txt
    """
    existing(database, keys)
    reference = sys.stdin.read().strip()
    if not reference:
        raise click.UsageError("the standard input has no reference")
    erasure: Erasure = with_ledger(database, keys, lambda ledger: ledger.erase(reference))
    click.echo(json.dumps(erasure.certificate(), indent=2))
    if erasure.left:
        raise SystemExit(1)
