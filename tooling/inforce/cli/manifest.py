"""`inforce manifest`: print the manifest that apps poll, without building the site."""

from __future__ import annotations

from pathlib import Path

import click

from inforce.address import manifest_file
from inforce.book.files import write_file
from inforce.cli.console import Screen
from inforce.cli.repository import Workspace, with_instant, with_repository
from inforce.errors import ManifestError, quoted
from inforce.manifest import Size, size_of, to_bytes
from inforce.manifest.build import manifest, manifest_paths
from inforce.manifest.words import MAIN_PATH


@click.command()
@with_repository
@with_instant
@click.option(
    "--name",
    metavar="NAME",
    help="Print the manifest of this name under “manifests” in book.yml instead of the main one.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the manifest to FILE instead of printing it.",
)
def command(repo: Path, at: str | None, name: str | None, output: Path | None) -> None:
    """Print the manifest that apps poll.

    \b
    Example:
      inforce manifest --at 2027-03-01
      inforce manifest --output policies.json
    """
    repository = Workspace(root=repo, at=at)
    reading = repository.read()
    catalog = reading.require()
    settings = catalog.settings
    path = MAIN_PATH if name is None else manifest_file(name)
    if path not in manifest_paths(settings):
        known = ", ".join(map(quoted, settings.manifests)) or "none, because it has no “manifests”"
        raise click.UsageError(
            f"--name: expected a manifest that book.yml declares ({known}), got {quoted(name or '')}"
        )
    raw = to_bytes(manifest(catalog, repository.now(reading), path=path))
    budget = size_of(raw, settings.manifest_bytes, signatures=len(settings.signing), path=path)
    if budget.size is Size.TOO_LARGE:
        raise ManifestError("", budget.sentence)
    if budget.size is Size.LARGE:
        Screen(errors=True).say(f"Note: {budget.sentence}.", style="yellow")
    if output:
        write_file(output, raw)
        Screen().say(f"Wrote {output}: {budget.length:,} bytes.")
    else:
        click.echo(raw, nl=False)
