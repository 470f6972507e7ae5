"""The repository a command works on, and the instant it works at.

Invariants: `--repo` means the same before and after the command; of all commands, the clock and its variables are read
here alone (see `clock`). Does not change the repository.
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
from inforce.clock import AT, compare_with_commit, current_instant, source_of_instant
from inforce.instant import parse_zone
from inforce.language import Language

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """The folder `root` with a book in it, as of `at`: a date, an RFC 3339 instant, or None for the clock."""

    root: Path
    at: str | None = None

    def read(self) -> Reading:
        """Read the book with everything that is wrong with it."""
        return read_book(self.root)

    def now(self, reading: Reading) -> datetime:
        """Return the instant to work at, in whole seconds; a date is the start of that day where the book read lives.

        Where the time zone of the book could not be read, the day is one of UTC.
        """
        zone = reading.catalog.settings.timezone if reading.catalog else parse_zone("UTC")
        return instant_of(self.at, zone)


def instant_of(at: str | None, zone: ZoneInfo) -> datetime:
    """Return the instant of the option `--at`, or what the environment and the clock say where `at` is None."""
    return current_instant(zone, os.environ, _system_clock, option=at)


def refuse_wrong_clock(now: datetime, at: str | None, newest: datetime | None, *, signing: bool) -> None:
    """Compare `now`, which `at` or another source gave, with the `newest` commit; print what is only a warning.

    ClockError where nothing may be built or signed at `now`.
    """
    warning = compare_with_commit(now, newest, source_of_instant(os.environ, option=at), signing=signing)
    if warning:
        Screen(errors=True).say(f"WARNING -  {warning}", style="yellow")


def _system_clock() -> datetime:
    return datetime.now(UTC)


def with_repository(function: Function) -> Function:
    """Give the command `function` the option --repo and the argument `repo`, a path."""
    return click.option(
        "--repo",
        type=click.Path(path_type=Path),
        metavar="DIR",
        callback=_nearest,
        help="The repository that contains policy_versions/.  [default: the current folder]",
    )(function)


def with_instant(function: Function) -> Function:
    """Give the command `function` the option --at and the argument `at`, a text or None."""
    return click.option(
        "--at",
        metavar="INSTANT",
        help="A date, meaning the start of that day in the book's time zone, or an instant such as "
        f"2027-03-01T00:00:00Z.  [env var: {AT}; default: now]",
    )(function)


def language_option(_ctx: click.Context, parameter: click.Parameter, value: str | None) -> Language | None:
    """Read the `value` of the option `parameter` as a language tag."""
    try:
        return Language(value) if value else None
    except ValueError as cause:
        raise click.BadParameter(str(cause), param_hint=parameter.opts[0]) from cause


def _nearest(ctx: click.Context, _parameter: click.Parameter, value: Path | None) -> Path:
    found = value or ctx.find_root().params.get("repo")
    return found if isinstance(found, Path) else Path()
