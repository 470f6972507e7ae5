"""`inforce freeze`: add published versions to the lock.

Invariants: existing entries of the lock never change; if the book contradicts them, nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click

from inforce.book.files import write_lock
from inforce.book.paths import BOOK
from inforce.checks import CheckReport, Finding, Severity, examine
from inforce.cli.check_input import book_of, refuse_changed_history
from inforce.cli.console import Screen
from inforce.cli.repository import Workspace, with_instant, with_repository
from inforce.errors import counted
from inforce.instant import format_local
from inforce.policy import Policy, Version
from inforce.policy.catalog import Catalog
from inforce.policy.lock import Lock

Addition = tuple[Policy, Version]
_SHOWN = 10


@click.command()
@click.argument("policy_id", metavar="[POLICY", required=False)
@click.argument("label", metavar="VERSION]", required=False)
@with_repository
@with_instant
def command(policy_id: str | None, label: str | None, repo: Path, at: str | None) -> None:
    """Lock published versions.

    Adds every published version that is not yet in lock.json, or only VERSION of POLICY. A locked version's texts,
    dates and level must not change; translations may be added.

    \b
    Example:
      inforce freeze
      inforce freeze privacy 2027-03-01
    """
    repository = Workspace(root=repo, at=at)
    reading = repository.read()
    catalog, lock = reading.require(), reading.lock
    now = repository.now(reading)
    additions = lock.unlocked(catalog, now)
    if policy_id:
        chosen = _named(catalog, policy_id, label, now)
        _refuse_gap(chosen, additions, lock)
        additions = tuple(addition for addition in additions if addition == chosen)
    refuse_changed_history(repo, reading, now)
    if not additions:
        Screen().say("Nothing to lock: every published version is already in the lock.")
        return
    errors = _errors(examine(book_of(repo, reading), now), additions)
    grown = lock
    for policy, version in additions:
        grown = grown.adding(policy, version)
    try:
        for policy, version in additions:
            _show(policy, version, lock)
        Screen().say("Commit policy_versions/lock.json with the texts it locks.")
    except BrokenPipeError:  # the reader, such as “head”, has ended; that is no error
        write_lock(repo, grown)
        raise
    write_lock(repo, grown)
    if errors:
        _warn(errors)


def _errors(report: CheckReport, additions: Iterable[Addition]) -> tuple[Finding, ...]:
    """Return the errors in `additions`, except in imported versions, which cannot be changed."""
    folders = tuple(f"{BOOK}/{policy.id}/{version.label}/" for policy, version in additions if not version.origin)
    return tuple(
        finding
        for finding in report.findings
        if finding.severity is Severity.ERROR and finding.place.path.startswith(folders)
    )


def _warn(errors: tuple[Finding, ...]) -> None:
    screen = Screen(errors=True)
    screen.say(
        f"Note: the locked texts contain {counted(len(errors), 'error')}. "
        "Once the lock is committed, only a new version can fix them:"
    )
    for finding in errors[:_SHOWN]:
        screen.say(f"  {finding.rule}  {finding.place}")
    screen.say("To fix them first, restore policy_versions/lock.json.")


def _named(catalog: Catalog, policy_id: str, label: str | None, now: datetime) -> Addition:
    """Return the version `label` of `policy_id`; UsageError if it is not public at `now`."""
    policy = catalog.policy(policy_id)
    if label is None:
        raise click.UsageError(f"give a version of {policy_id}, or give neither")
    version = catalog.version(policy, label)
    if not version.is_public(now):
        day = format_local(version.published_at, catalog.settings.timezone)
        reason = "is a draft: delete “draft: true” first" if version.draft else f"is not published until {day}"
        raise click.UsageError(f"{policy_id} {label} {reason}")
    return policy, version


def _refuse_gap(chosen: Addition, additions: Iterable[Addition], lock: Lock) -> None:
    """Raise UsageError if a version published before the `chosen` one is not in the lock yet.

    Numbers are the order of publication; the earlier version could not get its number later.
    """
    policy, version = chosen
    for other_policy, other in additions:
        if other_policy is policy and other.seq < version.seq and lock.entry(policy.id, other.label.text) is None:
            first = f"inforce freeze {policy.id} {other.label}"
            raise click.UsageError(f"{policy.id} {other.label} was published earlier: lock it first with “{first}”")


def _show(policy: Policy, version: Version, lock: Lock) -> None:
    """Print the entry that is added to the lock for `version`."""
    screen = Screen()
    entry = lock.entry(policy.id, version.label.text)
    amends = f", an amendment of {version.amends}" if version.amends else ""
    what = "locks what was added" if entry else f"locked as number {version.seq}{amends}"
    screen.say(f"{policy.id} {version.label}: {what}")
    for edition in version.editions:
        if entry is None or edition.language not in entry.digests:
            screen.say(f"  {edition.language}  {edition.digest}")
    if version.cancelled and (entry is None or entry.cancelled is None):
        screen.say(f"  cancelled: {version.cancelled.reason}")
