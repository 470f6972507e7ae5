"""`inforce verify`: check a built or live site against the lock."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from inforce.book.read import Reading
from inforce.checks import CheckReport
from inforce.cli.console import Screen
from inforce.cli.findings import show
from inforce.cli.repository import Workspace, with_instant, with_repository
from inforce.verification import to_lines, verify

_FOUND = 1


@click.command()
@click.argument("target", metavar="URL_OR_FOLDER")
@click.option("--monitor", is_flag=True, help="Print one line for each finding, and nothing if there are none.")
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Store the manifest, so that the next run detects a rollback.",
)
@with_repository
@with_instant
@click.pass_context
def command(ctx: click.Context, target: str, monitor: bool, state: Path | None, repo: Path, at: str | None) -> None:
    """Check a built or live site against the lock file.

    Fetches every published text, page and file, and compares digests, visible words, dates, signatures and headers with
    the book in the repository.

    \b
    Example:
      inforce verify https://policies.example/
      inforce verify site
    """
    repository = Workspace(root=repo, at=at)
    reading = repository.read()
    report = _verified(target, reading, repository.now(reading), state)
    if monitor:
        for line in to_lines(report.findings):
            Screen().say(line)
    elif report.findings:
        show(Screen(), report)
    else:
        Screen().say(f"{target} matches the lock and the book.")
    ctx.exit(_FOUND if report.blocks else 0)


def _verified(target: str, reading: Reading, now: datetime, state: Path | None) -> CheckReport:
    if "://" not in target and not Path(target).is_dir():
        raise click.BadParameter(f"there is no folder {target}; a URL begins with https://", param_hint="TARGET")
    catalog = reading.require()
    binding = {policy.id: policy.binding_language for policy in catalog}
    try:
        return verify(target, catalog.settings, reading.lock, now, binding=binding, state_file=state)
    except ValueError as cause:
        raise click.BadParameter(str(cause), param_hint="TARGET") from cause
