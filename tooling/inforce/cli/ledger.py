"""`inforce ledger`: keep what users answered, and prove it."""

from __future__ import annotations

import click

from inforce.cli.ledger_backup import backup, restore
from inforce.cli.ledger_erase import forget
from inforce.cli.ledger_evidence import evidence
from inforce.cli.ledger_import import import_
from inforce.cli.ledger_keys import key
from inforce.cli.ledger_log import checkpoint, export, publish
from inforce.cli.ledger_report import report
from inforce.cli.ledger_rewrap import rewrap
from inforce.cli.ledger_serve import serve
from inforce.cli.ledger_stamp import stamp
from inforce.cli.ledger_verify import verify


@click.group()
def command() -> None:
    """Keep what users answered, and prove it.

    \b
    Example:
      inforce ledger serve --database ledger.db --site https://policies.shop.example/
      inforce ledger key add shop --scope write --scope read --database ledger.db
    """


for _each in (serve, key, checkpoint, export, publish, stamp, evidence, import_, report, forget):
    command.add_command(_each)
for _each in (verify, backup, restore, rewrap):
    command.add_command(_each)
