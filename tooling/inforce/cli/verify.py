"""`inforce verify`: check a built or live site against the lock."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from inforce.book.git import open_history
from inforce.book.read import Reading
from inforce.checks import CheckReport
from inforce.cli.build import build, options_of
from inforce.cli.console import Screen
from inforce.cli.findings import show
from inforce.cli.repository import Workspace, with_instant, with_repository
from inforce.cli.termination import terminated_in_order
from inforce.site.build.options import BuildOptions
from inforce.verification import Rebuild, to_lines, verify

_FOUND = 1
_NOT_COMPARED = "The site cannot be built again, so its pages were not compared."


@click.command()
@click.argument("target", metavar="URL_OR_FOLDER")
@click.option("--monitor", is_flag=True, help="Print one line for each finding, and nothing if there are none.")
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Store the manifest, so that the next run detects a rollback.",
)
@click.option("--offline", is_flag=True, help="The site was built with --offline.")
@click.option("--pdf", is_flag=True, help="The site was built with --pdf.")
@click.option(
    "--no-rebuild", is_flag=True, help="Compare the texts and the data for apps, but not the pages; build nothing."
)
@with_repository
@with_instant
@click.pass_context
def command(
    ctx: click.Context,
    target: str,
    monitor: bool,
    state: Path | None,
    offline: bool,
    pdf: bool,
    no_rebuild: bool,
    repo: Path,
    at: str | None,
) -> None:
    """Check a built or live site against the repository.

    Compares every text with the lock file, checks dates, signatures and headers, builds the site again as of its date,
    and compares every page and file with the result. Building runs the plugins and hooks in mkdocs.yml.

    \b
    Example:
      inforce verify https://policies.example/
      inforce verify site
    """
    _require(target)
    repository = Workspace(root=repo, at=at)
    reading = repository.read()
    now = repository.now(reading)
    with terminated_in_order(), TemporaryDirectory(prefix="inforce-") as folder:
        rebuild = None
        if not no_rebuild:
            options = options_of(repo, reading, open_history(repo), now, Path(folder) / "site")
            rebuild = partial(_rebuilt, replace(options, unsigned=True, offline=offline, pdf=pdf))
        report = _verified(target, reading, now, state, rebuild)
    if monitor:
        for line in to_lines(report.findings):
            Screen().say(line)
    elif report.findings:
        show(Screen(), report)
    else:
        Screen().say(f"{target} matches the lock and the book{', but its pages were not compared' * no_rebuild}.")
    ctx.exit(_FOUND if report.blocks else 0)


def _require(target: str) -> None:
    """Raise BadParameter if `target` is neither an existing folder nor a URL."""
    if "://" not in target and not Path(target).is_dir():
        raise click.BadParameter(f"there is no folder {target}; a URL begins with https://", param_hint="TARGET")


def _verified(target: str, reading: Reading, now: datetime, state: Path | None, rebuild: Rebuild | None) -> CheckReport:
    try:
        return verify(target, reading.require().settings, reading.lock, now, state_file=state, rebuild=rebuild)
    except ValueError as cause:
        raise click.BadParameter(str(cause), param_hint="TARGET") from cause


def _rebuilt(options: BuildOptions, instant: datetime) -> Path:
    """Build the site with `options` as of `instant`, and return its folder."""
    options.site.mkdir()
    build(replace(options, now=instant), "Building the site again", _NOT_COMPARED, warnings=False)
    return options.site
