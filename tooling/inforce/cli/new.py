"""`inforce new`: draft the next version, or an amendment of a published one."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from inforce.book.amendment import Amending, Amendment, Wish, write_amendments
from inforce.book.corrections import replace_once
from inforce.book.new_version import Draft, draft_version, open_drafts
from inforce.book.write import readable_catalog
from inforce.cli.console import Screen
from inforce.cli.repository import Workspace, with_instant, with_repository
from inforce.errors import SetupError, ShapeError
from inforce.language import Language
from inforce.policy import ChangeLevel, Policy, Version

_IN_FORCE = "the version in force"


@click.command()
@click.argument("policy_id", metavar="POLICY")
@click.option("--effective", metavar="DATE", help="The effective date; required without --amend.")
@click.option(
    "--change",
    type=click.Choice([str(level) for level in ChangeLevel]),
    help="The change level: users accept again, are informed, or neither; required without --amend.",
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
@click.option(
    "--from",
    "base",
    metavar="LABEL",
    help="Copy this version.  [default: the newest announced one, or the one in force]",
)
@click.option(
    "--amend",
    is_flag=False,
    flag_value=_IN_FORCE,
    metavar="[LABEL]",
    help="Correct the text of this version in its place.  [default: the version in force]",
)
@click.option(
    "--replace", "replacements", nargs=2, multiple=True, metavar="OLD NEW", help="With --amend: replace these words."
)
@click.option("--edit", is_flag=True, help="With --amend: open the binding text in $EDITOR.")
@click.option("--apply", "applied", metavar="LABEL", help="With --amend: apply the corrections of this amendment.")
@click.option("--announced/--no-announced", default=None, help="With --amend: also correct announced versions.")
@click.option("--still-right", is_flag=True, help="With --amend: the translations match the corrected text.")
@with_repository
@with_instant
def command(repo: Path, at: str | None, **words: Any) -> None:
    """Draft the next version of a policy.

    Copies the newest announced version, or the one in force, into a new folder as a draft, which appears on no page and
    in no manifest. With --amend, the draft corrects a published text and replaces it in its place.

    \b
    Example:
      inforce new privacy --effective 2027-03-01 --change material
      inforce new privacy --amend --replace "you data" "your data"
    """
    workspace = Workspace(root=repo, at=at)
    if words["amend"] is None:
        _refuse_without_amend(words)
        _draft(workspace, words)
    else:
        _refuse_with_amend(words)
        _amend(workspace, words)


def _refuse_without_amend(words: dict[str, Any]) -> None:
    for name in ("effective", "change"):
        if words[name] is None:
            raise click.UsageError(f"Missing option '--{name}'.")
    only = {"replacements": "--replace", "edit": "--edit", "applied": "--apply", "still_right": "--still-right"}
    used = [option for name, option in only.items() if words[name]]
    used += ["--announced"] if words["announced"] is not None else []
    if used:
        raise click.UsageError(f"{used[0]} needs --amend.")


def _refuse_with_amend(words: dict[str, Any]) -> None:
    for name, option in (("base", "--from"), ("tags", "--language")):
        if words[name]:
            raise click.UsageError(f"{option} cannot be used with --amend, which copies every language of one version.")
    corrects = words["replacements"] or words["edit"]
    if words["applied"] and corrects:
        raise click.UsageError("--apply cannot be used with --replace or --edit.")
    if words["announced"] and not corrects:
        raise click.UsageError("--announced needs --replace or --edit.")


def _draft(workspace: Workspace, words: dict[str, Any]) -> None:
    draft = draft_version(
        workspace.root,
        words["policy_id"],
        effective=words["effective"],
        change=ChangeLevel(words["change"]),
        now=workspace.now(workspace.read()),
        published=words["published"],
        label=words["label"],
        languages=[_language(tag) for tag in words["tags"]],
        base=words["base"],
    )
    _show_draft(draft, words["policy_id"], workspace.root)


def _language(tag: str) -> Language:
    try:
        return Language(tag)
    except ValueError as cause:
        raise click.BadParameter(str(cause), param_hint="--language") from cause


def _show_draft(draft: Draft, policy_id: str, repo: Path) -> None:
    screen = Screen()
    state = draft.state.replace("_", " ") if draft.state else ""
    source = f", with the text of {draft.copied.label} ({state})" if draft.copied else ""
    screen.say(f"Drafted version {draft.label}{source}:")
    _show_files(screen, draft.folder, ["version.yml", *(f"{language}.md" for language in draft.languages)], repo)
    _show_open_drafts(screen, policy_id, draft.open_drafts)
    screen.say()
    screen.say("Edit the text, describe the changes in “summary:”, delete “draft: true” from version.yml, then run:")
    screen.say("  inforce check")


def _show_files(screen: Screen, folder: Path, names: Iterable[str], repo: Path) -> None:
    for name in names:
        screen.say(f"  {os.path.relpath(folder / name, repo.resolve())}")


def _show_open_drafts(screen: Screen, policy_id: str, drafts: tuple[Version, ...]) -> None:
    if drafts:
        screen.say(f"Other open drafts of {policy_id}: {', '.join(version.label.text for version in drafts)}")


def _amend(workspace: Workspace, words: dict[str, Any]) -> None:
    reading = workspace.read()
    catalog = readable_catalog(reading, words["policy_id"])
    policy, now = catalog.policy(words["policy_id"]), workspace.now(reading)
    amending = Amending(
        root=workspace.root,
        catalog=catalog,
        policy=policy,
        now=now,
        still_right=lambda language: words["still_right"] or _asks(f"Is the translation “{language}” still right?"),
    )
    original = amending.original(None if words["amend"] == _IN_FORCE else words["amend"])
    level = ChangeLevel(words["change"] or ChangeLevel.EDITORIAL)
    dates = {"published": words["published"], "effective": words["effective"]}
    wish = Wish(change=level, label=words["label"], **dates)
    if words["applied"]:
        first = amending.plan_applied(original, wish, amending.corrections_of(words["applied"]))
    else:
        first = amending.plan(original, wish, lambda body, line: _corrected(body, line, words))
    others = [version for version in amending.announced() if policy.place(version) > policy.place(original)]
    also = [
        amending.plan_applied(version, Wish(change=level, published=words["published"]), first.corrections)
        for version in others
        if first.corrections and not words["applied"] and _wants(words["announced"], version)
    ]
    write_amendments((first, *also))
    for amendment in (first, *also):
        _show_amendment(amendment, workspace.root)
    screen = Screen()
    _show_open_drafts(screen, policy.id, open_drafts(policy, now))
    amended = {amendment.original.label for amendment in also}
    _show_next_steps(screen, policy, first, [version for version in others if version.label not in amended])


def _corrected(body: str, first_line: int, words: dict[str, Any]) -> str:
    """Return `body`, which begins at `first_line` of its file, with the words replaced and as saved in the editor."""
    corrected = body
    for old, new in words["replacements"]:
        corrected = replace_once(corrected, old, new, first_line)
    if words["edit"]:
        corrected = _edited(corrected)
    if corrected == body and (words["edit"] or words["replacements"]):
        raise ShapeError("the text", "was not changed, so nothing was written")
    return corrected


def _edited(body: str) -> str:
    """Return `body` as saved in the editor."""
    try:
        edited = click.edit(body, extension=".md", require_save=False)
    except (click.ClickException, OSError, ValueError) as cause:
        fix = "set EDITOR to a program that edits a text file, or use --replace"
        raise SetupError(f"the editor failed, so nothing was written ({cause}); {fix}") from cause
    if not (edited or "").strip():
        raise ShapeError("the text", "is empty, so nothing was written")
    return str(edited)


def _wants(announced: bool | None, version: Version) -> bool:
    if announced is not None:
        return announced
    return _asks(f"{version.label} is announced and does not contain this correction. Correct it as well?")


def _asks(question: str) -> bool:
    """Return the answer to `question` in a terminal; without one, no."""
    return sys.stdin.isatty() and sys.stdout.isatty() and click.confirm(question, default=True)


def _show_amendment(amendment: Amendment, repo: Path) -> None:
    screen = Screen()
    state = amendment.state.replace("_", " ")
    screen.say(
        f"Drafted version {amendment.label}, an amendment of {amendment.original.label} ({state}), with the text of "
        f"{amendment.base.label}:"
    )
    _show_files(screen, amendment.folder, amendment.files, repo)
    if amendment.corrections:
        screen.say(f"  corrected: {', '.join(map(str, amendment.corrections))}")
    for language, changes in amendment.remaining.items():
        for change in changes:
            section = f"section “{change.section}”" if change.section else "before the first section"
            screen.say(f"  not applied: {language}, {section}: {change.words}")
    for language in amendment.outdated:
        screen.say(f"  {language}: “translates” still names the earlier text; check the translation")


def _show_next_steps(screen: Screen, policy: Policy, first: Amendment, others: list[Version]) -> None:
    for version in others:
        screen.say()
        once = (
            "Apply it there with"
            if first.corrections
            else f"Correct {first.label} first, then apply the correction with"
        )
        screen.say(f"{version.label} is announced and does not contain this correction yet. {once}:")
        screen.say(f"  inforce new {policy.id} --amend {version.label} --apply {first.label}")
    screen.say()
    edit = "" if first.corrections else "Edit the text, d"
    screen.say(f"{edit or 'D'}escribe the changes in “summary:”, delete “draft: true” from version.yml, then run:")
    screen.say("  inforce check")
