"""`inforce manifest`: print the manifest that apps poll, without building the site."""

from __future__ import annotations

from pathlib import Path

import click

from inforce.book.files import write_file
from inforce.cli.console import Screen
from inforce.cli.repository import Workspace, with_instant, with_repository
from inforce.errors import ManifestError
from inforce.manifest import Size, size_of, to_bytes
from inforce.manifest.build import manifest


@click.command()
@with_repository
@with_instant
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the manifest to FILE instead of printing it.",
)
def command(repo: Path, at: str | None, output: Path | None) -> None:
    """Print the manifest that apps poll.

    \b
    Example:
      inforce manifest --at 2027-03-01
      inforce manifest --output policies.json
    """
    repository = Workspace(root=repo, at=at)
    reading = repository.read()
    catalog = reading.require()
    raw = to_bytes(manifest(catalog, repository.now(reading)))
    budget = size_of(raw, catalog.settings.manifest_bytes, signatures=len(catalog.settings.signing))
    if budget.size is Size.TOO_LARGE:
        raise ManifestError("", budget.sentence)
    if budget.size is Size.LARGE:
        Screen(errors=True).say(f"Note: {budget.sentence}.", style="yellow")
    if output:
        write_file(output, raw)
        Screen().say(f"Wrote {output}: {budget.length:,} bytes.")
    else:
        click.echo(raw, nl=False)
