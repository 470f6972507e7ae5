"""`inforce ledger report`: show for each version how many users owe an answer, accepted, declined, and were told."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import click

from inforce.cli.console import Screen
from inforce.cli.ledger_options import site_of, with_database, with_ledger, with_site
from inforce.client import AsyncPolicies
from inforce.ledger.ledger import Ledger
from inforce.ledger.service.report import VersionReport, version_reports


@click.command()
@with_database
@with_site
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv"]),
    default="table",
    show_default=True,
    help="The output format.",
)
def report(database: str, keys: Path | None, site: str, manifest_keys: tuple[Path, ...], form: str) -> None:
    """Show for each version how many users owe an answer to it, accepted it, declined it, and were told of it.

    The service must be stopped. A user is one that the ledger knows; they joined when their first record was received.

    \b
    Example:
      inforce ledger report --database ledger.db --site https://policies.shop.example/ --format csv > report.csv
    """
    address, trusted = site_of(site, manifest_keys)

    async def read(ledger: Ledger) -> list[VersionReport]:
        return await version_reports(ledger, AsyncPolicies(address, site=ledger.site, keys=trusted))

    rows = with_ledger(database, keys, read)
    if form == "csv":
        table = csv.writer(sys.stdout, lineterminator="\n")
        table.writerow(VersionReport._fields)
        table.writerows(rows)
        return
    headings = tuple(name.capitalize() for name in VersionReport._fields)
    Screen().table(headings, [tuple(map(str, row)) for row in rows])
