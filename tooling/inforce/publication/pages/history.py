"""Histories: the interval in which each version of a policy applied, and the versions that changed each section.

Invariants: a history depends only on the versions and the editions that it compares, so it is rendered again only when
its policy or the state of a version changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

from inforce import address
from inforce.instant import day_of, is_start_of_day
from inforce.language import Language
from inforce.policy import Edition, Policy, Version
from inforce.publication.corrections import families
from inforce.publication.pages import Page, PageContext, PageKind, PageSource
from inforce.publication.pages.context import (
    Facts,
    alternates,
    calendar_of,
    languages_of,
    named_languages,
    policy_facts,
    relations_of,
    standing,
    version_facts,
    withdrawal_facts,
)

_MOST_COLUMNS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryContext(PageContext):
    """The versions, newest first, each followed by its amendments, and the columns of the matrix, oldest first."""

    policy: Facts
    zone: str
    versions: list[Facts]
    columns: list[Facts]
    withdrawn: Facts | None
    calendar: str | None
    languages: list[Facts]


def _outlines(source: PageSource) -> Iterator[tuple[str, Language, Edition | None]]:
    for language in languages_of(source.policy, source.now):
        yield address.history_page(source.policy, language), language, None


def _pages(source: PageSource) -> Iterator[Page]:
    """Yield the history pages: the interval in which each version applied, applies or will apply.

    The pairs of a page are the editions in its language, each with the one before; its change matrix is computed from
    them.
    """
    policy, languages = source.policy, languages_of(source.policy, source.now)
    pages, rows = partial(address.history_page, policy), {row[1].seq: row for row in _rows(source)}
    newest_first = reversed(list(families(policy.public(source.now))))
    order = [version for original, *amendments in newest_first for version in (original, *reversed(amendments))]
    for page, language, _ in _outlines(source):
        drawn = [version for version in policy.public(source.now) if version.edition(language)][-_MOST_COLUMNS:]
        context = HistoryContext(
            policy=policy_facts(policy, language),
            zone=source.catalog.settings.timezone.key,
            versions=[_row(policy, *rows[version.seq], language) for version in order],
            columns=list(_columns(source, drawn, language)),
            withdrawn=withdrawal_facts(policy),
            calendar=calendar_of(policy, source.now),
            languages=named_languages(languages, pages),
        )
        links = (*relations_of(policy, language), *alternates(languages, policy.binding_language, pages))
        pairs = tuple(
            (before, after)
            for old, new in pairwise(drawn)
            if (before := old.edition(language)) and (after := new.edition(language))
        )
        yield Page(kind=KIND, address=page, language=language, context=context, links=links, pairs=pairs)


def _rows(source: PageSource) -> Iterator[tuple[Version | None, Version, Facts]]:
    """Yield the versions, each with the one before and its data that is the same in every language."""
    policy, now, zone = source.policy, source.now, source.catalog.settings.timezone
    before: Version | None = None
    for version in policy.public(now):
        stands = standing(policy, version, now, source.intervals.get(version.seq))
        days = {"from": _local(stands["start"], zone), "until": _local(stands["end"], zone)}
        cancelled = version.cancelled.reason if version.cancelled and version.is_cancelled(now) else None
        label = before.label.text if before else None
        yield before, version, {**stands, "days": days, "before": label, "cancelled": cancelled}
        before = version


def _row(policy: Policy, before: Version | None, version: Version, stands: Facts, language: Language) -> Facts:
    redline = _redline(policy, before, version, language) if before else None
    return {**version_facts(policy, version, language), **stands, "redline": redline}


def _redline(policy: Policy, old: Version, new: Version, language: Language) -> str:
    both = old.edition(language) and new.edition(language)
    return address.redline_page(policy, old, new, language if both else policy.binding_language)


def _columns(source: PageSource, drawn: list[Version], language: Language) -> Iterator[Facts]:
    """Yield the columns of the change matrix.

    A version links to no redline if the version before has no edition in `language`.
    """
    policy, before = source.policy, None
    previous = {new.seq: old for old, new in pairwise(policy.public(source.now))}
    for version in drawn:
        neighbours = before is not None and previous[version.seq] is before
        yield {
            "label": version.label.text,
            "page": address.version_page(policy, version, language),
            "redline": address.redline_page(policy, before, version, language) if before and neighbours else "",
            "file": address.redline_file(policy, before, version, language) if before and neighbours else "",
        }
        before = version


def _local(instant: datetime | None, zone: ZoneInfo) -> str:
    """Return `instant` as local time in `zone`, so that it can be compared with a date as text."""
    if instant is None:
        return ""
    day = day_of(instant, zone).isoformat()
    return day if is_start_of_day(instant, zone) else f"{day}T{instant.astimezone(zone):%H:%M}"


KIND = PageKind(name="history", outlines=_outlines, pages=_pages, depends_on_time=True, from_redlines=True)
