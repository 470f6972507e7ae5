"""Pages that change with time: home, texts in force, comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from inforce import address
from inforce.language import Language
from inforce.policy import Edition, Policy, Version
from inforce.policy.catalog import Catalog
from inforce.policy.evidence import Evidence
from inforce.publication.files.icalendar import has_dates
from inforce.publication.pages import Page, PageKind
from inforce.publication.pages.context import (
    Facts,
    alternates,
    edition_facts,
    evidence_facts,
    named_languages,
    policy_facts,
    relations_of,
    standing,
    summary_facts,
    version_facts,
    withdrawal_facts,
)
from inforce.publication.pages.json_ld import about_home, about_version
from inforce.publication.pairs import shared_languages


class PageStub(NamedTuple):
    """The outline of a page that changes with time, known before it is rendered: its path and the text it shows."""

    address: str
    kind: PageKind
    language: Language
    text: Edition | None = None


def outlines_of(policy: Policy, now: datetime) -> Iterator[PageStub]:
    """Yield the outlines of the pages of `policy` that change with time."""
    for language in languages_of(policy, now):
        text = _shown_edition(policy, policy.in_force(now), language)
        yield PageStub(address.policy_page(policy, language), PageKind.POLICY, language, text)
        yield PageStub(address.compare_page(policy, language), PageKind.COMPARE, language)


def home_page(catalog: Catalog, policies: tuple[Policy, ...], now: datetime) -> Page:
    """Return the home page with the state of `policies` at `now`."""
    language = catalog.settings.languages[0]
    facts = {
        "publisher": catalog.settings.publisher.name,
        "policies": [
            {
                **policy_facts(policy, _shown(policy, language, now)),
                "title": policy.title(language),
                "current": _current(policy, policy.in_force(now), language, now),
                "announced": announced_facts(policy, language, now),
                "withdrawn": withdrawal_facts(policy),
                "calendar": calendar_of(policy, now),
                "several": len(policy.public(now)) > 1,
            }
            for policy in policies
        ],
        "manifest": address.MANIFEST,
        "feed": address.FEED,
        "about": about_home(catalog),
    }
    feed = {"rel": "alternate", "href": address.FEED, "type": "application/atom+xml"}
    return Page(kind=PageKind.HOME, address="", language=language, context=facts, links=(feed,))


def policy_pages(catalog: Catalog, policy: Policy, now: datetime, evidence: Evidence | None) -> Iterator[Page]:
    """Yield the pages with the text of `policy` in force at `now`, one per language of any of its versions."""
    version = policy.in_force(now)
    languages = languages_of(policy, now)
    others = alternates(languages, policy.binding_language, lambda language: address.policy_page(policy, language))
    for language in languages:
        edition = _shown_edition(policy, version, language)
        page, current = address.policy_page(policy, language), _current(policy, version, language, now)
        about = (
            about_version(catalog, policy, version, edition.language, page, current)
            if version and edition and current
            else None
        )
        yield Page(
            kind=PageKind.POLICY,
            address=page,
            language=language,
            context={
                "publisher": catalog.settings.publisher.name,
                "site": catalog.settings.site,
                "policy": policy_facts(policy, language),
                "current": current,
                "edition": edition_facts(policy, version, edition) if version and edition else None,
                "evidence": evidence_facts(evidence),
                "untranslated": edition is not None and edition.language != language,
                "announced": announced_facts(policy, language, now),
                "withdrawn": withdrawal_facts(policy),
                "calendar": calendar_of(policy, now),
                "languages": named_languages(languages, lambda other: address.policy_page(policy, other)),
                "about": about,
            },
            links=(
                *relations_of(policy, language),
                *_predecessor(policy, version, language, now),
                *_source(policy, version, edition),
                *others,
            ),
            text=edition,
        )


def compare_pages(policy: Policy, pairs: tuple[tuple[Version, Version], ...], now: datetime) -> Iterator[Page]:
    """Yield, per language, the page that lists all redlines of `policy` in `pairs` by newer version, newest first."""
    languages = languages_of(policy, now)
    others = alternates(languages, policy.binding_language, lambda language: address.compare_page(policy, language))
    shared = [(old, new, set(shared_languages(old, new))) for old, new in pairs]
    for language in languages:
        targets: dict[str, list[Facts]] = {}
        for old, new, both in shared:
            if language in both:
                row = {"label": old.label.text, "redline": address.redline_page(policy, old, new, language)}
                targets.setdefault(new.label.text, []).insert(0, row)
        yield Page(
            kind=PageKind.COMPARE,
            address=address.compare_page(policy, language),
            language=language,
            context={
                "policy": policy_facts(policy, language),
                "targets": [{"label": label, "olds": olds} for label, olds in reversed(targets.items())],
                "labels": [version.label.text for version in policy.public(now) if version.edition(language)][::-1],
                "languages": named_languages(languages, lambda other: address.compare_page(policy, other)),
            },
            links=(*relations_of(policy, language), *others),
        )


def announced_facts(policy: Policy, language: Language, now: datetime) -> list[Facts]:
    """Return every version of `policy` that will apply as known at `now`, with its summary and the redline from the one
    before.

    This excludes versions that are overtaken by another one or that would apply only after the policy's withdrawal.
    """
    current, rows = policy.in_force(now), []
    for version in policy.announced(now):
        stands = standing(policy, version, now, policy.interval(version, now))
        if stands["state"] == "announced":
            edition = version.edition(language) or version.edition(policy.binding_language)
            shown = edition.language if edition else policy.binding_language
            since = address.since_page(policy, current, shown) if current and current.edition(shown) else None
            summary = {"summary": summary_facts(edition), "language": str(shown), "since": since}
            rows.append({**version_facts(policy, version, language), **stands, **summary})
    return rows


def languages_of(policy: Policy, now: datetime) -> tuple[Language, ...]:
    """Return every language of the public versions of `policy`, the binding one first."""
    public = {language for version in policy.public(now) for language in version.languages}
    return (policy.binding_language, *sorted(public - {policy.binding_language}))


def calendar_of(policy: Policy, now: datetime) -> str | None:
    """Return the path of the calendar of `policy`, or None if it has no date."""
    return address.calendar_file(policy) if has_dates(policy, now) else None


def _shown(policy: Policy, language: Language, now: datetime) -> Language:
    """Return the language of the pages of `policy` for readers of `language`."""
    return language if language in languages_of(policy, now) else policy.binding_language


def _shown_edition(policy: Policy, version: Version | None, language: Language) -> Edition | None:
    """Return the edition of `version` for readers of `language`: the binding one if there is no other."""
    return (version.edition(language) or version.edition(policy.binding_language)) if version else None


def _current(policy: Policy, version: Version | None, language: Language, now: datetime) -> Facts | None:
    if version is None:
        return None
    interval = policy.interval(version, now)
    return {**version_facts(policy, version, language), **standing(policy, version, now, interval)}


def _source(policy: Policy, version: Version | None, edition: Edition | None) -> Iterator[Facts]:
    if version and edition:
        file = address.text_file(policy, version, edition.language)
        yield {"rel": "alternate", "href": file, "type": "text/markdown"}


def _predecessor(policy: Policy, version: Version | None, language: Language, now: datetime) -> Iterator[Facts]:
    earlier = [other for other in policy.public(now) if version and other.seq < version.seq]
    if earlier:
        yield {"rel": "predecessor-version", "href": version_facts(policy, earlier[-1], language)["page"]}
