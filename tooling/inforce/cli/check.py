"""`inforce check`: every rule of the catalogue, in sentences."""

from __future__ import annotations

from pathlib import Path

import click

from inforce.checks import examine
from inforce.cli.findings import show
from inforce.cli.inspection import CHANGED_HISTORY, book_of
from inforce.cli.repository import Repository, with_instant, with_repository
from inforce.cli.screen import Screen

_FOUND = 1


@click.command()
@click.option("--base", metavar="REF", help="Also compare with the book of this branch, tag or commit.")
@with_repository
@with_instant
@click.pass_context
def command(ctx: click.Context, base: str | None, repo: Path, at: str | None) -> None:
    """Say what is wrong with a book, and how to mend it.

    An error blocks. A question wants one answer with a reason, kept in policy_versions/answers.yml. A note wants
    nothing.

    \b
    Example:
      inforce check
      inforce check --base origin/main --format github
    """
    repository = Repository(root=repo, at=at)
    reading = repository.read()
    report = examine(book_of(repo, reading, base), repository.now(reading))
    show(Screen(), report)
    ctx.exit(CHANGED_HISTORY if report.changes_history else _FOUND if report.blocks else 0)
