"""`inforce import`: import the history of a document from git, or a plain text."""

from __future__ import annotations

import click

from inforce.cli.import_git import git
from inforce.cli.import_text import text


@click.group()
def command() -> None:
    """Import the history of a document, or a text.

    \b
    Example:
      inforce import git ../legal --file privacy.md --policy privacy
      inforce import text privacy.txt --policy privacy
    """


command.add_command(git)
command.add_command(text)
