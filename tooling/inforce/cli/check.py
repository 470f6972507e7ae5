"""`inforce check`: check a book against every rule."""

from __future__ import annotations

import os
from pathlib import Path

import click

from inforce.book.git import open_history
from inforce.book.read import Reading
from inforce.checks import CheckReport, examine
from inforce.checks.reports import to_github, to_gitlab, to_job_summary, to_json, to_sarif
from inforce.cli.check_input import CHANGED_HISTORY, book_of
from inforce.cli.console import Screen
from inforce.cli.findings import show
from inforce.cli.repository import Workspace, with_instant, with_repository
from inforce.disk import open_regular
from inforce.errors import HistoryError, LayoutError, PublishedHistoryError

_FOUND = 1
_FORMS = {"github": to_github, "gitlab": to_gitlab, "sarif": to_sarif, "json": to_json}
# The file of GitHub's job summary (“Adding a job summary”).
_JOB_SUMMARY = "GITHUB_STEP_SUMMARY"


@click.command()
@click.option("--base", metavar="REF", help="Also compare with the book of this branch, tag or commit.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", *_FORMS]),
    default="text",
    show_default=True,
    help="The output format.",
)
@click.option("--dismissals", is_flag=True, help="With --format json: also list the dismissed questions.")
@with_repository
@with_instant
@click.pass_context
def command(ctx: click.Context, base: str | None, form: str, dismissals: bool, repo: Path, at: str | None) -> None:
    """Check a book and show how to fix each error.

    An error blocks the build. A question must be resolved, or dismissed with a reason in
    policy_versions/dismissals.yml. A note needs no action.

    \b
    Example:
      inforce check
      inforce check --base origin/main --format github
    """
    repository = Workspace(root=repo, at=at)
    reading = _read(repository, base)
    report = examine(book_of(repo, reading, base), repository.now(reading))
    _print(report, form, dismissals)
    ctx.exit(CHANGED_HISTORY if report.changes_history else _FOUND if report.blocks else 0)


def _read(repository: Workspace, base: str | None) -> Reading:
    """Read the book of `repository`; PublishedHistoryError if it was deleted but exists in `base`."""
    try:
        return repository.read()
    except LayoutError as cause:
        if base and _holds_a_book(repository.root, base):
            problem = f"was deleted, but the book is published on {base}"
            fix = f"restore it with “git checkout {base} -- {cause.place.path}”"
            raise PublishedHistoryError(cause.place, problem, fix) from cause
        raise


def _holds_a_book(root: Path, ref: str) -> bool:
    try:
        return bool(open_history(root).listing(ref))
    except HistoryError:  # no git or no such commit
        return False


def _print(report: CheckReport, form: str, dismissals: bool) -> None:
    """Print `report` in the chosen format; in a GitHub job, also write the job summary."""
    if form == "text":
        show(Screen(), report)
        return
    click.echo(to_json(report, dismissals=True) if dismissals and form == "json" else _FORMS[form](report), nl=False)
    if form == "github" and (summary := os.environ.get(_JOB_SUMMARY)):
        with os.fdopen(open_regular(summary, os.O_WRONLY | os.O_APPEND | os.O_CREAT), "a", encoding="utf-8") as file:
            file.write(to_job_summary(report))
