"""`inforce docx import`: import the tracked changes of a Word document into the draft it was exported from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from inforce.book.importers.word import ManuscriptImport, import_manuscript
from inforce.cli.console import Screen
from inforce.cli.repository import with_repository
from inforce.redline import redline
from inforce.word.roundtrip import Comment, Difference, shortened

_REFUSED = 1


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--into",
    metavar="VERSION",
    help="A draft with the same text to write to.  [default: the version that was exported]",
)
@click.option("--untracked", is_flag=True, help="Also accept edits made without Track Changes.")
@with_repository
@click.pass_context
def import_(ctx: click.Context, file: Path, into: str | None, untracked: bool, repo: Path) -> None:
    """Import the changes made in a Word document.

    Accepts every tracked change. If a change cannot be expressed in Markdown, or an edit was made without Track
    Changes, nothing is written and each place is listed. Comments are listed and stay in the document.

    \b
    Example:
      inforce docx import privacy-2027-03-01-en.docx
      inforce docx import privacy-2026-01-15-en.docx --into 2027-03-01
    """
    result = import_manuscript(repo, file, into=into, untracked=untracked)
    screen = Screen()
    for line in _lines(result, accepted=untracked):
        screen.say(line)
    rejects_untracked = bool(result.returned.untracked) and not untracked
    ctx.exit(_REFUSED if rejects_untracked or result.returned.objections else 0)


def _lines(result: ManuscriptImport, *, accepted: bool) -> Iterator[str]:
    returned = result.returned
    for comment in returned.comments:
        yield _comment(comment)
    for remark in returned.remarks:
        yield f"Omitted: {remark}"
    for difference in returned.untracked:
        yield _difference(difference)
    for objection in returned.objections:
        yield f"Rejected: {objection}"
    if returned.objections:
        yield f"Nothing was written. Correct these places in Word and import the document again into {result.path}."
    elif returned.untracked and not accepted:
        yield "Nothing was written. To accept these changes, add “--untracked”."
    elif result.written:
        yield from _written(result)
    else:
        yield f"The document does not differ from {result.path}."


def _written(result: ManuscriptImport) -> Iterator[str]:
    changes = redline(result.before, result.returned.text or "")
    yield f"Wrote {result.path}. Changed:"
    for clause in changes.changed_clauses:
        words = f"{clause.inserted} words added, {clause.deleted} deleted" + (
            f", {clause.moved} moved" * bool(clause.moved)
        )
        yield f"  {clause.heading or 'before the first heading'}: {words}"
    yield "Review it with “inforce diff”, describe the changes in “summary:”, then run “inforce check”."


def _comment(comment: Comment) -> str:
    place = f" under “{comment.heading}”" if comment.heading else ""
    words = f" on {shortened(comment.words, 80)}" if comment.words.strip() else ""
    return f"Comment by {comment.author or 'an unknown author'}{words}{place}: {' '.join(comment.text.split())}"


def _difference(difference: Difference) -> str:
    was, now = shortened(difference.was), shortened(difference.now)
    if not difference.now:
        return f"Deleted without Track Changes: {was}"
    if not difference.was:
        return f"Added without Track Changes: {now}"
    if difference.was == difference.now:
        return f"Formatted without Track Changes (style, list, bold, italic or link): {now}"
    return f"Changed without Track Changes: {was} was replaced with {now}"
