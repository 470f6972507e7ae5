"""`inforce status`: show policies, their versions and states, and scheduled changes."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from inforce.cli.console import Screen
from inforce.cli.repository import Workspace, with_instant, with_repository
from inforce.errors import counted
from inforce.instant import MAX_INSTANT, format_instant, format_local
from inforce.policy import Policy, PolicyState, Version
from inforce.policy.catalog import Catalog
from inforce.policy.lock import Lock

_DAY = timedelta(days=1)
_SOON = 8


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Coming:
    """A scheduled event of a policy: `what` is a predicate such as “is published”."""

    at: datetime
    policy: str
    version: str
    what: str


@click.command()
@with_repository
@with_instant
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="The output format.",
)
def command(repo: Path, at: str | None, form: str) -> None:
    """Show policies, versions and scheduled changes.

    \b
    Example:
      inforce status
      inforce status --at 2027-03-01
    """
    repository = Workspace(root=repo, at=at)
    reading = repository.read()
    catalog = reading.require()
    now = repository.now(reading)
    if form == "json":
        click.echo(json.dumps(status_document(catalog, reading.lock, now), ensure_ascii=False, indent=2))
    else:
        show(catalog, reading.lock, now)


def show(catalog: Catalog, lock: Lock, now: datetime) -> None:
    """Print the state of `catalog` at `now` for people."""
    screen = Screen()
    zone = catalog.settings.timezone
    day = f"{now.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"
    screen.say(f"{catalog.settings.publisher.name} · {catalog.settings.site} · as of {day}")
    screen.say()
    if not catalog.policies:
        screen.say("There is no policy yet. Add a folder with a policy.yml to policy_versions/.")
        return
    headings = ("Policy", "Version", "State", "Change", "Languages", "Locked")
    screen.table(headings, (row for policy in catalog for row in _rows(policy, lock, now, zone)))
    screen.say()
    _show_coming(screen, sorted(coming(catalog, now)), now, zone)
    if waiting := lock.unlocked(catalog, now):
        verb = "version is" if len(waiting) == 1 else "versions are"
        screen.say(f"{len(waiting)} published {verb} not locked yet: run “inforce freeze”.", style="yellow")


def _rows(policy: Policy, lock: Lock, now: datetime, zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    """Yield a row for every current or future version, newest first, and one for all superseded versions.

    Each version is followed by its amendments, newest first; if one of them is shown, all of them are.
    """
    history: list[Version] = []
    for _, group in itertools.groupby(reversed(policy.versions), key=lambda version: policy.place(version)[0]):
        *amendments, original = group
        if all(policy.state(version, now) is PolicyState.SUPERSEDED for version in (original, *amendments)):
            history += [*amendments, original]
            continue
        following: Version | None = None
        rows = []
        for version in (*amendments, original):
            rows.append((policy.id, *_cells(policy, version, following, lock, now, zone)))
            if version.is_public(now) and not version.is_cancelled(now):
                following = version
        yield from (rows[-1], *rows[:-1])
    if history:
        labels = f"{history[-1].label} … {history[0].label}" if len(history) > 1 else str(history[0].label)
        yield policy.id, labels, f"{len(history)} superseded" if len(history) > 1 else "superseded", "", "", ""
    elif not policy.versions:
        yield policy.id, "none yet", "", "", "", ""


def _cells(
    policy: Policy, version: Version, following: Version | None, lock: Lock, now: datetime, zone: ZoneInfo
) -> Iterator[str]:
    """Yield the cells of `version`, whose next published correction is `following`."""
    yield f"↳ {version.label}" if version.amends else str(version.label)
    yield _standing(policy, version, following, now, zone)
    yield str(version.change)
    yield ", ".join(str(language) for language in version.languages)
    yield "yes" if lock.entry(policy.id, version.label.text) else "no" if version.is_public(now) else "–"


def _standing(policy: Policy, version: Version, following: Version | None, now: datetime, zone: ZoneInfo) -> str:
    day = format_local(version.effective_at, zone)
    state = policy.state(version, now)
    if state is PolicyState.IN_FORCE and policy.withdrawn and policy.withdrawn.at <= now:
        return f"withdrawn since {format_local(policy.withdrawn.at, zone)}"
    replaced = state in (PolicyState.SUPERSEDED, PolicyState.ANNOUNCED)
    if replaced and following and following.effective_at <= max(now, version.effective_at):
        return f"{state}, corrected by {following.label}"
    return {PolicyState.IN_FORCE: f"in force since {day}", PolicyState.CANCELLED: "cancelled"}.get(
        state, f"{state}, from {day}"
    )


def coming(catalog: Catalog, now: datetime) -> Iterator[Coming]:
    """Yield the scheduled events in `catalog` after `now`."""
    for policy in catalog:
        applying = {row.version.seq for row in policy.intervals(MAX_INSTANT)}
        for version in policy.versions:
            for at, what in _instants(version, now, applies=version.seq in applying):
                if at and at > now:
                    yield Coming(at=at, policy=policy.id, version=version.label.text, what=what)
        if policy.withdrawn and policy.withdrawn.at > now:
            yield Coming(at=policy.withdrawn.at, policy=policy.id, version="", what="is withdrawn")


def _instants(version: Version, now: datetime, *, applies: bool) -> Iterator[tuple[datetime | None, str]]:
    """Yield each instant of `version` with its event; unless it `applies`, a correction or a later version replaces it
    before it takes effect.
    """
    if version.draft or version.is_cancelled(now):
        return
    yield version.published_at, "is published"
    yield version.cancelled.at if version.cancelled else None, "is cancelled"
    if version.cancelled is None:
        if applies:
            yield version.effective_at_new, "applies to new users"
            yield version.effective_at, "comes into force"
        yield version.enforce_at, "must have been accepted"


def _show_coming(screen: Screen, events: list[Coming], now: datetime, zone: ZoneInfo) -> None:
    if not events:
        screen.say("No changes are scheduled.")
        return
    screen.say("Next", style="bold")
    for event in events[:_SOON]:
        name = f"{event.policy} {event.version}".rstrip()
        screen.say(f"  {format_local(event.at, zone)}  {name} {event.what} ({_in_days(event.at - now)})")
    if len(events) > _SOON:
        screen.say(f"  … and {len(events) - _SOON} more")


def _in_days(wait: timedelta) -> str:
    days = wait // _DAY
    return "within a day" if days < 1 else f"in {counted(days, 'day')}"


def status_document(catalog: Catalog, lock: Lock, now: datetime) -> dict[str, Any]:
    """Return the output of the command as JSON values, with every version; instants are RFC 3339 in UTC."""
    return {
        "at": format_instant(now),
        "policies": [_policy_data(policy, lock, now) for policy in catalog],
        "next": [
            {
                "at": format_instant(event.at),
                "policy": event.policy,
                "version": event.version or None,
                "what": event.what,
            }
            for event in sorted(coming(catalog, now))
        ],
    }


def _policy_data(policy: Policy, lock: Lock, now: datetime) -> dict[str, Any]:
    current, latest = policy.in_force(now), policy.latest(now)
    return {
        "id": policy.id,
        "title": policy.title(policy.binding_language),
        "in_force": current.label.text if current else None,
        "latest": latest.label.text if latest else None,
        "versions": [_version_data(policy, version, lock, now) for version in policy.versions],
    }


def _version_data(policy: Policy, version: Version, lock: Lock, now: datetime) -> dict[str, Any]:
    return {
        "version": version.label.text,
        "seq": version.seq,
        "state": str(policy.state(version, now)),
        "change": str(version.change),
        "amends": version.amends and version.amends.text,
        "act": str(policy.act_of(version)),
        "published_at": format_instant(version.published_at),
        "effective_at": format_instant(version.effective_at),
        "languages": [str(language) for language in version.languages],
        "locked": lock.entry(policy.id, version.label.text) is not None,
    }
