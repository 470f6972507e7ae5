"""`inforce import text`: import a plain text as the draft of a version."""

from __future__ import annotations

import os
from pathlib import Path

import click

from inforce.book.importers.plain_text.draft import TextOptions, import_text
from inforce.cli.console import Screen
from inforce.cli.import_options import with_description
from inforce.cli.repository import Workspace, with_instant, with_repository
from inforce.language import Language
from inforce.policy import Act, ChangeLevel, Kind


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--effective", metavar="DATE", help="The effective date.  [default: the publication date]")
@click.option("--published", metavar="DATE", help="The publication date.  [default: today]")
@click.option("--label", metavar="LABEL", help="The version's label.  [default: the effective date]")
@click.option(
    "--change",
    type=click.Choice([str(level) for level in ChangeLevel]),
    default=str(ChangeLevel.MATERIAL),
    show_default=True,
    help="The change level: users accept again, are informed, or neither.",
)
@with_description
@with_repository
@with_instant
def text(
    file: Path,
    effective: str | None,
    published: str | None,
    label: str | None,
    change: str,
    policy_id: str,
    language: Language | None,
    kind: Kind | None,
    act: Act | None,
    title: str | None,
    repo: Path,
    at: str | None,
) -> None:
    """Import a plain text as a draft.

    Finds the title, headings and lists in FILE, a plain text or a saved web page, and reports damaged text. No word is
    changed.

    \b
    Example:
      inforce import text privacy.txt --policy privacy
    """
    repository = Workspace(root=repo, at=at)
    options = TextOptions(
        effective=effective,
        published=published,
        label=label,
        change=ChangeLevel(change),
        language=language,
        kind=kind,
        act=act,
        title=title,
    )
    imported = import_text(repo, file, policy_id, now=repository.now(repository.read()), options=options)
    screen = Screen()
    screen.say(f"Imported version {imported.label} as a draft into {os.path.relpath(imported.folder, repo)}.")
    for remark in imported.remarks:
        screen.say(f"Note: {remark}")
    screen.say("Compare it with the source, delete “draft: true” from version.yml, then run “inforce check”.")
