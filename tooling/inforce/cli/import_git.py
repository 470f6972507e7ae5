"""`inforce import git`: every state a document had in a git repository becomes a version."""

from __future__ import annotations

import os
from pathlib import Path

import click

from inforce.cli.progress import progress
from inforce.cli.repository import language_option, with_repository
from inforce.cli.screen import Screen
from inforce.language import Language
from inforce.policy import Act, ChangeLevel, Kind
from inforce.store.importers.git import Imported, Wishes, import_history


@click.command()
@click.argument("source", metavar="REPO", type=click.Path(path_type=Path))
@click.option("--file", required=True, metavar="PATH", help="The document's path in that repository, as it is today.")
@click.option("--policy", "policy_id", required=True, metavar="ID", help="The policy it becomes; its folder's name.")
@click.option("--ref", metavar="REF", help="The branch, tag or commit whose past is taken.  [default: HEAD]")
@click.option(
    "--change",
    type=click.Choice([str(level) for level in ChangeLevel]),
    default=str(ChangeLevel.NOTICE),
    show_default=True,
    help="How weighty every version but the first was.",
)
@click.option(
    "--language", callback=language_option, metavar="TAG", help="In which it is written.  [default: the book's first]"
)
@click.option("--kind", type=click.Choice([str(kind) for kind in Kind]), help="What it is about.  [default: guessed]")
@click.option(
    "--act", type=click.Choice([str(act) for act in Act]), help="What a user does with it.  [default: by kind]"
)
@click.option("--title", metavar="TITLE", help="What it is called.  [default: its newest heading]")
@with_repository
def git(
    source: Path,
    file: str,
    policy_id: str,
    ref: str | None,
    change: str,
    language: Language | None,
    kind: str | None,
    act: str | None,
    title: str | None,
    repo: Path,
) -> None:
    """Import a document's history out of git.

    REPO is the folder of a git repository, or a git bundle. Each change of the document becomes a version, published
    when it was committed; renames are followed. No word is changed.

    \b
    Example:
      inforce import git ../legal --file privacy.md --policy privacy
    """
    wishes = Wishes(
        ref=ref,
        change=ChangeLevel(change),
        language=language,
        kind=Kind(kind) if kind else None,
        act=Act(act) if act else None,
        title=title,
    )
    with progress("Reading", "commits") as report:
        imported = import_history(repo, source, file, policy_id, wishes, report)
    _tell(imported, repo)


def _tell(imported: Imported, repo: Path) -> None:
    screen = Screen()
    first, last = imported.versions[0].label, imported.versions[-1].label
    count = f"{len(imported.versions)} version{'s' if len(imported.versions) > 1 else ''}"
    screen.say(f"Imported {count}, {first} to {last}, into {os.path.relpath(imported.folder, repo)}.")
    for remark in imported.remarks:
        screen.say(f"Note: {remark}")
    screen.say("Look at policy.yml, then run “inforce check”, and “inforce freeze” when all is well.")
