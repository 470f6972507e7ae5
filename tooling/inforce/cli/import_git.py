"""`inforce import git`: import every state of a document in a git repository as a version."""

from __future__ import annotations

import os
from pathlib import Path

import click

from inforce.book.importers.git_history import HistoryOptions, Imported, import_history
from inforce.cli.console import Screen
from inforce.cli.import_options import with_description
from inforce.cli.progress import progress
from inforce.cli.repository import with_repository
from inforce.language import Language
from inforce.policy import Act, ChangeLevel, Kind


@click.command()
@click.argument("source", metavar="REPO", type=click.Path(path_type=Path))
@click.option("--file", required=True, metavar="PATH", help="The document's current path in that repository.")
@click.option("--ref", metavar="REF", help="The branch, tag or commit whose history is imported.  [default: HEAD]")
@click.option(
    "--change",
    type=click.Choice([str(level) for level in ChangeLevel]),
    default=str(ChangeLevel.NOTICE),
    show_default=True,
    help="The change level of every version except the first.",
)
@with_description
@with_repository
def git(
    source: Path,
    file: str,
    ref: str | None,
    change: str,
    policy_id: str,
    language: Language | None,
    kind: Kind | None,
    act: Act | None,
    title: str | None,
    repo: Path,
) -> None:
    """Import a document's history from git.

    REPO is the folder of a git repository, or a git bundle. Each change of the document becomes a version that is
    published at the commit time; renames are followed. No word is changed.

    \b
    Example:
      inforce import git ../legal --file privacy.md --policy privacy
    """
    options = HistoryOptions(ref=ref, change=ChangeLevel(change), language=language, kind=kind, act=act, title=title)
    with progress("Reading", "commits") as report:
        imported = import_history(repo, source, file, policy_id, options, report)
    _tell(imported, repo)


def _tell(imported: Imported, repo: Path) -> None:
    screen = Screen()
    first, last = imported.versions[0].label, imported.versions[-1].label
    count = f"{len(imported.versions)} version{'s' if len(imported.versions) > 1 else ''}"
    screen.say(f"Imported {count}, {first} to {last}, into {os.path.relpath(imported.folder, repo)}.")
    for remark in imported.remarks:
        screen.say(f"Note: {remark}")
    screen.say("Check policy.yml, then run “inforce check” and, if it finds no errors, “inforce freeze”.")
