"""The repository of a command, and its instant.

Invariants: `--repo` has the same meaning before and after the command; this is the only module of the command line that
reads the clock and its environment variables (see `clock`); the repository is not changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from inforce.book.read import Reading, read_book
from inforce.cli.console import Screen
from inforce.clock import AT, Clock, compare_with_commit
from inforce.instant import parse_zone
from inforce.language import Language

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """The repository in the folder `root`, as of `at`: a date, an RFC 3339 instant, or None for now."""

    root: Path
    at: str | None = None

    def read(self) -> Reading:
        """Read the book and its faults."""
        return read_book(self.root)

    def now(self, reading: Reading) -> datetime:
        """Return the instant in whole seconds; a date means the start of that day in the book's time zone.

        If the time zone is unreadable, UTC is used.
        """
        zone = reading.catalog.settings.timezone if reading.catalog else parse_zone("UTC")
        return instant_of(self.at, zone)


def instant_of(at: str | None, zone: ZoneInfo) -> datetime:
    """Return the instant of the option `--at`; if it is None, of the environment or the system clock."""
    return Clock.of(os.environ, option=at).instant(zone, _system_clock)


def refuse_wrong_clock(now: datetime, at: str | None, newest: datetime | None, *, signing: bool) -> None:
    """Compare `now` with the time of the `newest` commit, and print a warning if they differ too much.

    `at` is the option `--at`, if given. ClockError if nothing may be built or signed at `now`.
    """
    warning = compare_with_commit(now, newest, Clock.of(os.environ, option=at).source, signing=signing)
    if warning:
        Screen(errors=True).say(f"WARNING -  {warning}", style="yellow")


def _system_clock() -> datetime:
    return datetime.now(UTC)


def with_repository(function: Function) -> Function:
    """Add the option --repo and the parameter `repo`, a path, to the command `function`."""
    return click.option(
        "--repo",
        type=click.Path(path_type=Path),
        metavar="DIR",
        callback=_nearest,
        help="The repository that contains policy_versions/.  [default: the current folder]",
    )(function)


def with_instant(function: Function) -> Function:
    """Add the option --at and the parameter `at`, a string or None, to the command `function`."""
    return click.option(
        "--at",
        metavar="INSTANT",
        help="A date, meaning the start of that day in the book's time zone, or an instant such as "
        f"2027-03-01T00:00:00Z.  [env var: {AT}; default: now]",
    )(function)


def language_option(_ctx: click.Context, parameter: click.Parameter, value: str | None) -> Language | None:
    """Parse the `value` of the option `parameter` as a language tag."""
    try:
        return Language(value) if value else None
    except ValueError as cause:
        raise click.BadParameter(str(cause), param_hint=parameter.opts[0]) from cause


def _nearest(ctx: click.Context, _parameter: click.Parameter, value: Path | None) -> Path:
    repo = value or ctx.find_root().params.get("repo")
    return repo if isinstance(repo, Path) else Path()
