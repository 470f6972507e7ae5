"""`inforce docx`: export a text to Word, and import the edited document."""

from __future__ import annotations

import click

from inforce.cli.docx_export import export
from inforce.cli.docx_import import import_


@click.group()
def command() -> None:
    """Export a text to Word and import the changes.

    \b
    Example:
      inforce docx export privacy 2027-03-01
      inforce docx import privacy-2027-03-01-en.docx
    """


command.add_command(export)
command.add_command(import_)
