"""`inforce docx export`: write a text as a Word document with Track Changes on."""

from __future__ import annotations

from pathlib import Path

import click

from inforce.book.files import write_file
from inforce.book.importers.word import export_manuscript
from inforce.cli.console import Screen
from inforce.cli.repository import language_option, with_repository
from inforce.language import Language


@click.command()
@click.argument("policy_id", metavar="POLICY")
@click.argument("version", metavar="VERSION")
@click.option("--language", metavar="TAG", callback=language_option, help="The language.  [default: the binding one]")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The output file.  [default: POLICY-VERSION-LANGUAGE.docx in the current folder]",
)
@with_repository
def export(policy_id: str, version: str, language: Language | None, out: Path | None, repo: Path) -> None:
    """Write a text as a Word document.

    Track Changes is on in the document, and the document records the text it was exported from. An existing file is
    never overwritten, since it may contain changes.

    \b
    Example:
      inforce docx export privacy 2027-03-01
    """
    edition, content = export_manuscript(repo, policy_id, version, str(language) if language else None)
    path = out or Path(f"{policy_id}-{version}-{edition.language}.docx")
    if path.exists():
        raise click.UsageError(f"{path} already exists and may contain changes; choose another file with --out")
    write_file(path, content)
    Screen().say(f"Wrote {path}. Edit it in Word with Track Changes on, then run “inforce docx import {path}”.")
