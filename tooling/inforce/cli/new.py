"""`inforce new`: draft the next version as a copy of the newest one."""

from __future__ import annotations

import os
from pathlib import Path

import click

from inforce.book.new_version import Draft, draft_version
from inforce.cli.console import Screen
from inforce.cli.repository import Workspace, with_instant, with_repository
from inforce.language import Language
from inforce.policy import ChangeLevel


@click.command()
@click.argument("policy_id", metavar="POLICY")
@click.option("--effective", required=True, metavar="DATE", help="The effective date.")
@click.option(
    "--change",
    required=True,
    type=click.Choice([str(level) for level in ChangeLevel]),
    help="The change level: users accept again, are informed, or neither.",
)
@click.option("--published", metavar="DATE", help="The publication date.  [default: today]")
@click.option("--label", metavar="LABEL", help="The version's label.  [default: the effective date]")
@click.option(
    "--language",
    "tags",
    multiple=True,
    metavar="TAG",
    help="Draft this language in addition to the binding one; may be repeated.  [default: all languages]",
)
@with_repository
@with_instant
def command(
    policy_id: str,
    effective: str,
    change: str,
    published: str | None,
    label: str | None,
    tags: tuple[str, ...],
    repo: Path,
    at: str | None,
) -> None:
    """Draft the next version of a policy.

    Copies the newest version into a new folder as a draft, which appears on no page and in no manifest.

    \b
    Example:
      inforce new privacy --effective 2027-03-01 --change material
    """
    repository = Workspace(root=repo, at=at)
    draft = draft_version(
        repo,
        policy_id,
        effective=effective,
        change=ChangeLevel(change),
        now=repository.now(repository.read()),
        published=published,
        label=label,
        languages=[_language(tag) for tag in tags],
    )
    _tell(draft, repo)


def _language(tag: str) -> Language:
    try:
        return Language(tag)
    except ValueError as cause:
        raise click.BadParameter(str(cause), param_hint="--language") from cause


def _tell(draft: Draft, repo: Path) -> None:
    screen = Screen()
    source = f", with the words of {draft.copied.label}" if draft.copied else ""
    screen.say(f"Drafted version {draft.label}{source}:")
    for name in ("version.yml", *(f"{language}.md" for language in draft.languages)):
        screen.say(f"  {os.path.relpath(draft.folder / name, repo.resolve())}")
    screen.say()
    screen.say("Edit the text, describe the changes in “summary:”, delete “draft: true” from version.yml, then run:")
    screen.say("  inforce check")
