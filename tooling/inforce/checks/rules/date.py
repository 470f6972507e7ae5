"""DATE: check publication and effective dates against the promised notice and the dates printed in the text."""

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
from inforce.errors import counted
from inforce.instant import day_of, format_local, is_start_of_day, start_of_day
from inforce.policy import ChangeLevel, Policy, Version

YEAR = timedelta(days=365)
# The largest offsets of local time from UTC.
WESTMOST, EASTMOST = timedelta(hours=12), timedelta(hours=14)


@rule("DATE-notice", Severity.ERROR, "The notice period of a version is shorter than book.yml requires.")
def notice_too_short(ctx: CheckContext) -> Iterator[Finding]:
    """Report versions after the first whose notice period is too short."""
    for policy, version in ctx.open_versions:
        promised = ctx.catalog.settings.notice_days.get(str(version.change), 0)
        earliest = earliest_effective(version.published_at, promised, ctx.zone)
        if version.effective_at < earliest and _will_apply(policy, version):
            given = (day_of(version.effective_at, ctx.zone) - day_of(version.published_at, ctx.zone)).days
            yield notice_too_short.finding(
                version.source.place("effective"),
                f"The {version.change} version “{version.label}” takes effect {counted(given, 'day')} after its "
                f"publication. book.yml requires {counted(promised, 'day')} of notice, so the earliest date is "
                f"{format_local(earliest, ctx.zone)}.",
                evidence=format_local(version.effective_at, ctx.zone),
                fix=_notice_fix(policy, version, format_local(earliest, ctx.zone)),
            )


@rule("DATE-order", Severity.ERROR, "A version takes effect before the previous version.")
def order_reversed(ctx: CheckContext) -> Iterator[Finding]:
    """Report open versions that take effect before the previous version that is not cancelled."""
    for earlier, later in _successive_versions(ctx):
        if later.effective_at < earlier.effective_at:
            yield order_reversed.finding(
                later.source.place("effective"),
                f"“{later.label}” takes effect on {format_local(later.effective_at, ctx.zone)}, before "
                f"“{earlier.label}” ({format_local(earlier.effective_at, ctx.zone)}), which would then never be in "
                "force.",
                evidence=format_local(later.effective_at, ctx.zone),
                fix=f"Change the date, or add “cancelled” to version.yml of “{earlier.label}”."
                if earlier.effective_at > ctx.now
                else f"“{earlier.label}” is already in force: set “effective” of “{later.label}” to a later date.",
            )


@rule("DATE-same", Severity.ERROR, "Two versions take effect at the same time.")
def same_effective_date(ctx: CheckContext) -> Iterator[Finding]:
    """Report open versions that take effect at the same instant as the previous version."""
    for earlier, later in _successive_versions(ctx):
        if later.effective_at == earlier.effective_at:
            yield same_effective_date.finding(
                later.source.place("effective"),
                f"“{earlier.label}” and “{later.label}” both take effect on "
                f"{format_local(later.effective_at, ctx.zone)}, so “{earlier.label}” would never be in force.",
                evidence=format_local(later.effective_at, ctx.zone),
                fix=f"Change one of the two dates, or cancel “{earlier.label}”.",
            )


@rule("DATE-amends", Severity.ERROR, "An amendment does not take effect within the time of the version it amends.")
def amendment_out_of_time(ctx: CheckContext) -> Iterator[Finding]:
    """Report open amendments of an announced version with another effective date, and those that apply too late.

    The next version is the next one by place that is neither a draft, cancelled nor an amendment.
    """
    for policy, version in ctx.open_versions:
        if version.amends is None or version.cancelled:
            continue
        original, following = policy.original(version), _next_original(policy, version)
        day = format_local(original.effective_at, ctx.zone)
        if version.published_at < original.effective_at != version.effective_at:
            problem = f"amends “{original.label}” before that takes effect, so both must take effect on {day}"
            fix = f"Write “effective: {day}”."
        elif following and version.effective_at >= following.effective_at:
            day = format_local(following.effective_at, ctx.zone)
            problem = f"would take effect only when “{following.label}” does, on {day}, or later, and so never apply"
            fix = f"Choose a date before {day}, or amend “{following.label}” instead."
        else:
            continue
        yield amendment_out_of_time.finding(
            version.source.place("effective"),
            f"“{version.label}” {problem}.",
            evidence=format_local(version.effective_at, ctx.zone),
            fix=fix,
        )


@rule("DATE-printed", Severity.ERROR, "A date printed in the text differs from the dates of the version.")
def printed_date_differs(ctx: CheckContext) -> Iterator[Finding]:
    """Compare dates after labels such as “Effective date” with the dates of version.yml.

    An editorial version may keep the date of the version it corrects, and an amendment that of the version it amends.
    If a text prints several dates, one must be correct. An instant that is not the start of a day matches its date in
    any time zone.
    """
    for text in ctx.texts:
        known = {day for instant in _printable_instants(text) for day in _days_of(instant, ctx.zone)}
        dates = [(block, date) for block in text.prose if (date := find_printed_date(block.text))]
        if dates and not any(date.days & known for _, date in dates):
            block, date = dates[0]
            yield printed_date_differs.finding(
                text.place_of(block, date.words),
                f"The text contains “{date.words}”, but “{text.version.label}” is published on "
                f"{format_local(text.version.published_at, ctx.zone)} and takes effect on "
                f"{format_local(text.version.effective_at, ctx.zone)}.",
                evidence=date.words,
                fix="Correct the date in the text, or in version.yml if the text is correct. You can also remove it "
                "from the text: every page shows the dates of version.yml.",
            )


@rule("DATE-past", Severity.QUESTION, "A new version has a publication date in the past.")
def backdated(ctx: CheckContext) -> Iterator[Finding]:
    """Report versions that become public through this change but have a publication date before today."""
    base = ctx.book.base.catalog if ctx.book.base else None
    today = start_of_day(day_of(ctx.now, ctx.zone), ctx.zone)
    for policy, version in ctx.open_versions if base else ():
        was = base.find(policy.id) if base else None
        known = was.version(version.label.text) if was else None
        if version.is_public(today - timedelta(seconds=1)) and not (known and known.is_public(ctx.now)):
            yield backdated.finding(
                version.source.place("published"),
                f"“{version.label}” has the publication date {format_local(version.published_at, ctx.zone)}, but it "
                "only becomes public when this change is merged.",
                evidence=format_local(version.published_at, ctx.zone),
                fix="Write the day of the merge into “published”, "
                "or dismiss the question and state when the text first became available.",
            )


@rule("DATE-review", Severity.NOTE, "No new version of a policy was published for twelve months.")
def review_overdue(ctx: CheckContext) -> Iterator[Finding]:
    """Report policies whose newest version is older than twelve months and which are not withdrawn."""
    for policy in ctx.catalog:
        newest = max(policy.public(ctx.now), key=lambda version: version.published_at, default=None)
        withdrawn = policy.withdrawn is not None and policy.withdrawn.at <= ctx.now
        if newest and not withdrawn and newest.published_at + YEAR <= ctx.now:
            yield review_overdue.finding(
                newest.source.place("published"),
                f"The newest version of {policy.id} was published on {format_local(newest.published_at, ctx.zone)}, "
                "more than twelve months ago.",
                evidence=format_local(newest.published_at, ctx.zone),
                fix="Read it again. If it no longer matches your practice, start a new version with “inforce new”.",
            )


def _notice_fix(policy: Policy, version: Version, earliest: str) -> str:
    original = policy.original(version)
    if version.published_at >= original.effective_at or original is version:
        return f"Write “effective: {earliest}” or later."
    return f"Set “change” to “editorial” if that is correct, or cancel “{original.label}” and announce a new version."


def _next_original(policy: Policy, version: Version) -> Version | None:
    """Return the next version after `version` that will apply and is not an amendment, or None."""
    place = policy.place(version)
    applying = (other for other in policy.versions if other.amends is None and not (other.draft or other.cancelled))
    return next((other for other in applying if policy.place(other) > place), None)


def _will_apply(policy: Policy, version: Version) -> bool:
    place = policy.place(version)
    return version.cancelled is None and any(
        policy.place(earlier) < place and not earlier.draft for earlier in policy.versions
    )


def _successive_versions(ctx: CheckContext) -> Iterator[tuple[Version, Version]]:
    """Yield pairs of successive versions that are not cancelled and of which one can still be changed.

    Amendments are left out: they apply within the interval of the version they amend.
    """
    still_open = {(policy.id, version.seq) for policy, version in ctx.open_versions}
    for policy in ctx.catalog:
        applying = (version for version in policy.versions if version.cancelled is None and version.amends is None)
        for earlier, later in itertools.pairwise(applying):
            if still_open & {(policy.id, earlier.seq), (policy.id, later.seq)}:
                yield earlier, later


def _printable_instants(text: CheckedText) -> Iterator[datetime]:
    """Yield the instants a text may print: its version's and, for a correction, those of the corrected version."""
    policy, place = text.policy, text.policy.place(text.version)
    for version in reversed([version for version in policy.versions if policy.place(version) <= place]):
        yield from (version.published_at, version.effective_at)
        if version.change is not ChangeLevel.EDITORIAL and version.amends is None:
            return


def _days_of(instant: datetime, zone: ZoneInfo) -> set[date]:
    """Return the day of `instant` in `zone`; if it is not the start of a day, its days in all time zones."""
    somewhere = () if is_start_of_day(instant, zone) else (instant - WESTMOST, instant + EASTMOST)
    return {day_of(instant, zone), *(local.astimezone(UTC).date() for local in somewhere)}


RULES = (
    notice_too_short,
    order_reversed,
    same_effective_date,
    amendment_out_of_time,
    printed_date_differs,
    backdated,
    review_overdue,
)
