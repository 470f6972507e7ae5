"""The calendar of a policy (RFC 5545): one entry per announced version and one for its withdrawal.

Invariants: an entry never changes its UID, and an entry that will not happen gets the status CANCELLED, so that
subscribed calendars remove it. A version and its amendments have one entry, whose SEQUENCE each change raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from inforce import address
from inforce.instant import day_of, is_start_of_day
from inforce.language import Language
from inforce.policy import Policy, Version
from inforce.policy.catalog import Catalog
from inforce.publication.corrections import families, original_of, taking_effect_with
from inforce.rendering.labels import ENGLISH, Labels

_PRODUCT = "-//inforce//policy calendar//EN"


def has_dates(policy: Policy, now: datetime) -> bool:
    """Return whether the calendar of `policy` has an entry at `now`."""
    return policy.withdrawn is not None or any(_was_announced(version) for version in policy.public(now))


def calendar(catalog: Catalog, policy: Policy, now: datetime, labels: Labels = ENGLISH) -> bytes:
    """Return the announced dates of `policy` as known at `now`; days are in the book's time zone."""
    language = policy.binding_language
    document = Calendar()
    document.add("prodid", _PRODUCT)
    document.add("version", "2.0")
    document.add("name", f"{policy.title(language)} – {catalog.settings.publisher.name}")  # RFC 7986, 5.1
    document.add("refresh-interval", timedelta(days=1), parameters={"value": "DURATION"})  # RFC 7986, 5.7
    for event in _events(catalog, policy, now, labels):
        document.add_component(event)
    return bytes(document.to_ical())


def _events(catalog: Catalog, policy: Policy, now: datetime, labels: Labels) -> Iterator[Event]:
    title, site = policy.title(policy.binding_language), catalog.settings.site
    cancelled = [version for version in policy.public(now) if version.is_cancelled(now)]
    applying = {row.version.seq for row in policy.intervals(now)}
    for family in families(policy.public(now)):
        version = _announced(family, now)
        if version is None:
            continue
        page, uid = (site + address.version_page(policy, v, policy.binding_language) for v in (version, family[0]))
        summary = labels.applies_title.format(title=title, label=version.label)
        event = _event(page, summary, version.effective_at, version.published_at, catalog.settings.timezone, uid)
        if points := _summary(family, version, policy.binding_language, now):
            event.add("description", "\n".join(points))
        off = version.seq not in applying or _withdrawn_before(policy, version.effective_at)
        event.add("sequence", _changes(family, cancelled) + int(off))
        event.add("status", "CANCELLED" if off else "CONFIRMED")
        yield event
    if policy.withdrawn:
        page = address.policy_page(policy, policy.binding_language)
        at, summary = policy.withdrawn.at, labels.withdrawn_title.format(title=title)
        event = _event(site + page, summary, at, at, catalog.settings.timezone)
        event.add("description", policy.withdrawn.reason)
        event.add("sequence", 0)
        event.add("status", "CONFIRMED")
        yield event


def _summary(family: Iterable[Version], version: Version, language: Language, now: datetime) -> list[str]:
    """Return the summaries of `version` and of those of its `family` that it replaces on its effective date."""
    editions = (step.edition(language) for step in taking_effect_with(family, version, now))
    return [point.text for edition in editions if edition for point in edition.summary]


def _event(page: str, summary: str, at: datetime, stamp: datetime, zone: ZoneInfo, uid: str = "") -> Event:
    event = Event()
    event.add("uid", uid or page)
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("dtstart", day_of(at, zone) if is_start_of_day(at, zone) else at.astimezone(UTC))
    event.add("summary", summary)
    event.add("url", page)
    event.add("transp", "TRANSPARENT")
    return event


def _changes(family: tuple[Version, ...], cancelled: Iterable[Version]) -> int:
    """Return how often the entry of `family` changed, apart from its current cancellation.

    `cancelled` are the cancelled versions of the policy. A later version that was to apply before the announced date
    and was cancelled counts twice: its announcement cancelled the entry, and its cancellation restored it.
    """
    date = max(version.effective_at for version in family if _was_announced(version))
    place = original_of(family[0])
    own = [version for version in cancelled if version.amends and original_of(version) == place]
    restored = [version for version in cancelled if original_of(version) > place and version.effective_at <= date]
    return len(family[1:]) + len(own) + 2 * len(restored)


def _announced(family: tuple[Version, ...], now: datetime) -> Version | None:
    """Return the newest version of `family` with the effective date announced last; None if none was announced.

    Cancelled versions count only if all announced ones are cancelled.
    """
    announced = list(filter(_was_announced, family))
    if not announced:
        return None
    dated = next((version for version in reversed(announced) if not version.is_cancelled(now)), announced[0])
    same = (v for v in reversed(family) if v.effective_at == dated.effective_at and not v.is_cancelled(now))
    return next(same, dated)


def _was_announced(version: Version) -> bool:
    return version.published_at < version.effective_at


def _withdrawn_before(policy: Policy, instant: datetime) -> bool:
    return policy.withdrawn is not None and policy.withdrawn.at <= instant
