"""DATE: when a version is published and when it applies, against what was promised and what the text itself says."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from inforce.checks.context import CheckContext
from inforce.checks.finding import Finding, Severity
from inforce.checks.notice import earliest_effective
from inforce.checks.printed_date import find_printed_date
from inforce.checks.rule import rule
from inforce.checks.text import CheckedText
from inforce.instant import day_of, format_local, is_start_of_day, start_of_day
from inforce.policy import ChangeLevel, Policy, Version

YEAR = timedelta(days=365)
# How far local time lies from UTC at most.
WESTMOST, EASTMOST = timedelta(hours=12), timedelta(hours=14)


@rule("DATE-notice", Severity.ERROR, "The notice period of a version is shorter than book.yml promises.")
def notice(book: CheckContext) -> Iterator[Finding]:
    """Count the days of notice of each version after the first."""
    for policy, version in book.open_versions:
        promised = book.catalog.settings.notice_days.get(str(version.change), 0)
        earliest = earliest_effective(version.published, promised, book.zone)
        if version.seq > 1 and version.effective < earliest and _is_to_apply(policy, version):
            given = (day_of(version.effective, book.zone) - day_of(version.published, book.zone)).days
            yield notice.finding(
                version.source.place("effective"),
                f"The {version.change} version “{version.label}” applies {_days(given)} after its publication; "
                f"promised are {_days(promised)} of notice, so the earliest is {format_local(earliest, book.zone)}.",
                evidence=format_local(version.effective, book.zone),
                fix=f"Write “effective: {format_local(earliest, book.zone)}” or later.",
            )


@rule("DATE-order", Severity.ERROR, "A version takes effect before the previous version.")
def order(book: CheckContext) -> Iterator[Finding]:
    """Compare each open version with the one before it that is to apply at all."""
    for earlier, later in _neighbours(book):
        if later.effective < earlier.effective:
            yield order.finding(
                later.source.place("effective"),
                f"“{later.label}” applies from {format_local(later.effective, book.zone)} on, before “{earlier.label}” "
                f"({format_local(earlier.effective, book.zone)}), which would then never apply.",
                evidence=format_local(later.effective, book.zone),
                fix=f"Move the date, or say in version.yml of “{earlier.label}” that it is cancelled."
                if earlier.effective > book.now
                else f"“{earlier.label}” already applies: let “{later.label}” apply after it.",
            )


@rule("DATE-same", Severity.ERROR, "Two versions take effect at the same time.")
def same_instant(book: CheckContext) -> Iterator[Finding]:
    """Compare each open version with the one before it that is to apply at all."""
    for earlier, later in _neighbours(book):
        if later.effective == earlier.effective:
            yield same_instant.finding(
                later.source.place("effective"),
                f"“{earlier.label}” and “{later.label}” both apply from {format_local(later.effective, book.zone)} on, "
                f"so nobody is ever shown “{earlier.label}” as the text in force.",
                evidence=format_local(later.effective, book.zone),
                fix=f"Move one of the two dates, or cancel “{earlier.label}”.",
            )


@rule("DATE-printed", Severity.ERROR, "A date printed in the text differs from the dates of the version.")
def printed(book: CheckContext) -> Iterator[Finding]:
    """Compare dates behind labels such as “Effective date” with the days of version.yml.

    An editorial version may keep the date of the version it corrects. A text that prints several dates needs one right.
    The instant of a commit is on two days, depending on where its author was.
    """
    for text in book.texts:
        known = {day for instant in _instants_said(text) for day in _days_of(instant, book.zone)}
        dates = [(block, date) for block in text.prose if (date := find_printed_date(block.text))]
        if dates and not any(date.days & known for _, date in dates):
            block, date = dates[0]
            yield printed.finding(
                text.place_of(block, date.words),
                f"The text says “{date.words}”, but “{text.version.label}” is published on "
                f"{format_local(text.version.published, book.zone)} and applies from "
                f"{format_local(text.version.effective, book.zone)} on.",
                evidence=date.words,
                fix="Correct the date in the text, or the one in version.yml if the text is right. Or take it out of "
                "the text: every page shows the dates of version.yml.",
            )


@rule("DATE-past", Severity.QUESTION, "A new version has a publication date in the past.")
def backdated(book: CheckContext) -> Iterator[Finding]:
    """Look for versions that are public now, were not so on the base branch, and were published before today."""
    base = book.book.base.catalog if book.book.base else None
    today = start_of_day(day_of(book.now, book.zone), book.zone)
    for policy, version in book.open_versions if base else ():
        was = base.find(policy.id) if base else None
        known = was.version(version.label.text) if was else None
        if version.is_public(today - timedelta(seconds=1)) and not (known and known.is_public(book.now)):
            yield backdated.finding(
                version.source.place("published"),
                f"“{version.label}” says it was published on {format_local(version.published, book.zone)}, but it only "
                "becomes public when this change is merged.",
                evidence=format_local(version.published, book.zone),
                fix="Write the day of the merge into “published”, or answer since when people could read the text.",
            )


@rule("DATE-review", Severity.NOTE, "No new version of a policy was published for twelve months.")
def review(book: CheckContext) -> Iterator[Finding]:
    """Look at the newest version of each policy that still applies."""
    for policy in book.catalog:
        newest = policy.latest(book.now)
        withdrawn = policy.withdrawn is not None and policy.withdrawn.at <= book.now
        if newest and not withdrawn and newest.published + YEAR <= book.now:
            yield review.finding(
                newest.source.place("published"),
                f"The newest version of {policy.id} was published on {format_local(newest.published, book.zone)}, more "
                "than twelve months ago.",
                evidence=format_local(newest.published, book.zone),
                fix="Read it again; where it no longer says what is done, begin a new version with “inforce new”.",
            )


def _is_to_apply(policy: Policy, version: Version) -> bool:
    return version.cancelled is None and any(one.seq < version.seq and not one.draft for one in policy.versions)


def _neighbours(book: CheckContext) -> Iterator[tuple[Version, Version]]:
    """Go through pairs of successive versions that are to apply and of which one can still be changed."""
    still_open = {(policy.id, version.seq) for policy, version in book.open_versions}
    for policy in book.catalog:
        applying = (version for version in policy.versions if version.cancelled is None)
        for earlier, later in itertools.pairwise(applying):
            if still_open & {(policy.id, earlier.seq), (policy.id, later.seq)}:
                yield earlier, later


def _instants_said(text: CheckedText) -> Iterator[datetime]:
    """Go through the instants a text may print: its own, and for corrections those of what they correct."""
    for version in reversed(text.policy.versions[: text.version.seq]):
        yield from (version.published, version.effective)
        if version.change is not ChangeLevel.EDITORIAL:
            return


def _days_of(instant: datetime, zone: ZoneInfo) -> set[date]:
    """Name the day of `instant`; all days it falls on somewhere, where it is no start of a day in `zone`."""
    somewhere = () if is_start_of_day(instant, zone) else (instant - WESTMOST, instant + EASTMOST)
    return {day_of(instant, zone), *(one.astimezone(UTC).date() for one in somewhere)}


def _days(number: int) -> str:
    return "one day" if number == 1 else f"{number} days"


RULES = (notice, order, same_instant, printed, backdated, review)
