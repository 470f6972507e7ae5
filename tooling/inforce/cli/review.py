"""`inforce review`: describe the changes of a pull request as Markdown for a comment."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import click

from inforce.book.files import write_file
from inforce.book.git import open_history
from inforce.checks import examine
from inforce.cli.check_input import book_of
from inforce.cli.console import Screen
from inforce.cli.repository import Workspace, with_instant, with_repository
from inforce.instant import format_instant
from inforce.review.catalog_diff import ChangeKind, VersionChange, version_changes
from inforce.review.comment import ReviewComment
from inforce.review.links import ReviewLinks

_NO_PAST = (
    "The merge base with “{ref}” is not in this clone; compared with the tip of “{ref}” instead. Later changes of that "
    "branch appear as removed. Fetch the missing commits with “git fetch --unshallow”; in a workflow, use "
    "“fetch-depth: 0”."
)


def _address(_ctx: click.Context, parameter: click.Parameter, value: str | None) -> str:
    """Return `value` if it is a URL that is safe in Markdown; BadParameter otherwise."""
    if not value:
        return ""
    parts = urlsplit(value)
    if parts.scheme not in ("https", "http") or not parts.netloc or set(value) & set(" ()<>\"'`\\"):
        message = f"expected a web address such as https://preview.example/, got “{value}”"
        raise click.BadParameter(message, param_hint=parameter.opts[0])
    return value


@click.command()
@click.option("--base", required=True, metavar="REF", help="The branch, tag or commit that the change targets.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the review to FILE instead of printing it.",
)
@click.option("--preview", metavar="URL", callback=_address, help="The URL of a preview of the site, for links.")
@click.option(
    "--artefact", metavar="URL", callback=_address, help="The URL where a preview of the site can be downloaded."
)
@click.option(
    "--site",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The folder of that preview; only files in it are linked.",
)
@click.option("--visible-from", is_flag=True, help="Print only the instant from which the whole change is public.")
@with_repository
@with_instant
def command(
    base: str,
    output: Path | None,
    preview: str,
    artefact: str,
    site: Path | None,
    visible_from: bool,
    repo: Path,
    at: str | None,
) -> None:
    """Describe the changes of a pull request as Markdown for a comment.

    Compares the change with the merge base of the branch and REF.

    \b
    Example:
      inforce review --base origin/main
      inforce review --base origin/main --preview https://preview.example/42/
    """
    repository = Workspace(root=repo, at=at)
    reading = repository.read()
    now = repository.now(reading)
    book = book_of(repo, reading, base)
    before = book.base.catalog if book.base else None
    changes = tuple(version_changes(before, reading.catalog)) if reading.catalog else ()
    if visible_from:
        click.echo(format_instant(_visible_from(changes, now)))
        return
    commentary = ReviewComment(
        version_changes=changes,
        report=examine(book, now),
        settings=reading.catalog.settings if reading.catalog else None,
        now=now,
        links=ReviewLinks(preview=preview and preview.rstrip("/") + "/", artefact=artefact, site=site),
        hint="" if open_history(repo).merge_base(base) else _NO_PAST.format(ref=base),
    )
    text = commentary.to_markdown()
    if output:
        write_file(output, text)
        Screen().say(f"Wrote {output}.")
    else:
        click.echo(text, nl=False)


def _visible_from(changes: tuple[VersionChange, ...], now: datetime) -> datetime:
    """Return the instant from which every added or changed version is public."""
    return max((now, *(change.version.published_at for change in changes if change.kind is not ChangeKind.DELETED)))
