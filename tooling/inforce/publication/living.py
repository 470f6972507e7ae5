"""Pages that change with time: home, texts in force, histories, comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from inforce import address
from inforce.catalog import Catalog, Evidence
from inforce.language import Language
from inforce.policy import Policy, Version
from inforce.publication.facts import (
    Facts,
    edition_facts,
    evidence_facts,
    policy_facts,
    relations_of,
    standing,
    summary_facts,
    version_facts,
)
from inforce.publication.pages import Page, PageKind
from inforce.publication.pairs import shared_languages


def home_page(catalog: Catalog, policies: tuple[Policy, ...], now: datetime) -> Page:
    """Show `policies` as they stand at `now`."""
    language = catalog.settings.languages[0]
    says = {
        "publisher": catalog.settings.publisher.name,
        "policies": [
            {
                **policy_facts(policy, language),
                "current": _current(policy, policy.in_force(now), language, now),
                "announced": announced_facts(policy, language, now),
                "withdrawn": _withdrawn(policy, now),
                "several": len(policy.public(now)) > 1,
            }
            for policy in policies
        ],
        "manifest": address.MANIFEST,
        "feed": address.FEED,
    }
    feed = {"rel": "alternate", "href": address.FEED, "type": "application/atom+xml"}
    return Page(kind=PageKind.HOME, address="", language=language, says=says, relations=(feed,))


def policy_pages(catalog: Catalog, policy: Policy, now: datetime, evidence: Evidence | None) -> Iterator[Page]:
    """Show the text of `policy` in force at `now`, in every language any of its versions is in."""
    version = policy.in_force(now)
    languages = languages_of(policy, now)
    for language in languages:
        edition = (version.edition(language) or version.edition(policy.binding_language)) if version else None
        alternates = (
            {"rel": "alternate", "href": address.policy_page(policy, other), "hreflang": str(other)}
            for other in languages
        )
        yield Page(
            kind=PageKind.POLICY,
            address=address.policy_page(policy, language),
            language=language,
            says={
                "publisher": catalog.settings.publisher.name,
                "site": catalog.settings.site,
                "policy": policy_facts(policy, language),
                "current": _current(policy, version, language, now),
                "edition": edition_facts(policy, version, edition) if version and edition else None,
                "evidence": evidence_facts(evidence),
                "untranslated": edition is not None and edition.language != language,
                "announced": announced_facts(policy, language, now),
                "withdrawn": _withdrawn(policy, now),
                "languages": [
                    {"tag": str(other), "name": other.own_name, "page": address.policy_page(policy, other)}
                    for other in languages
                ],
            },
            relations=(*relations_of(policy, language), *alternates),
            text=edition,
        )


def history_page(policy: Policy, now: datetime) -> Page:
    """Show when each version of `policy` known at `now` applied, applies or will apply, newest first."""
    language = policy.binding_language
    intervals = {row.version.seq: row for row in policy.intervals(now)}
    rows = []
    before: Version | None = None
    for version in policy.public(now):
        redline = address.redline_page(policy, before, version, language) if before else None
        state = standing(policy.state(version, now), intervals.get(version.seq))
        origin = {"before": before.label.text if before else None, "redline": redline}
        rows.append({**version_facts(policy, version, language), **state, **origin})
        before = version
    return Page(
        kind=PageKind.HISTORY,
        address=address.history_page(policy),
        language=language,
        says={"policy": policy_facts(policy, language), "versions": rows[::-1]},
        relations=tuple(relations_of(policy, language)),
    )


def compare_page(policy: Policy, pairs: tuple[tuple[Version, Version], ...], now: datetime) -> Page:
    """Show every redline of `policy` among `pairs`, by the newer version, newest first."""
    language = policy.binding_language
    targets: dict[str, list[Facts]] = {}
    for old, new in pairs:
        if language in shared_languages(old, new):
            row = {"label": old.label.text, "redline": address.redline_page(policy, old, new, language)}
            targets.setdefault(new.label.text, []).insert(0, row)
    return Page(
        kind=PageKind.COMPARE,
        address=address.compare_page(policy),
        language=language,
        says={
            "policy": policy_facts(policy, language),
            "targets": [{"label": label, "olds": olds} for label, olds in reversed(targets.items())],
            "labels": [version.label.text for version in policy.public(now)][::-1],
        },
        relations=tuple(relations_of(policy, language)),
    )


def announced_facts(policy: Policy, language: Language, now: datetime) -> list[Facts]:
    """State every version of `policy` announced at `now`, with its summary and the way from the one in force."""
    current = policy.in_force(now)
    rows = []
    for version in policy.announced(now):
        edition = version.edition(language) or version.edition(policy.binding_language)
        shown = edition.language if edition else policy.binding_language
        since = address.since_page(policy, current, shown) if current and current.edition(shown) else None
        rows.append({**version_facts(policy, version, language), "summary": summary_facts(edition), "since": since})
    return rows


def languages_of(policy: Policy, now: datetime) -> tuple[Language, ...]:
    """List every language in which some public version of `policy` is there, the binding one first."""
    found = {language for version in policy.public(now) for language in version.languages}
    return (policy.binding_language, *sorted(found - {policy.binding_language}))


def _current(policy: Policy, version: Version | None, language: Language, now: datetime) -> Facts | None:
    if version is None:
        return None
    interval = policy.interval(version, now)
    return {**version_facts(policy, version, language), **standing(policy.state(version, now), interval)}


def _withdrawn(policy: Policy, now: datetime) -> Facts | None:
    if policy.withdrawn is None or policy.withdrawn.at > now:
        return None
    return {"at": policy.withdrawn.at, "reason": policy.withdrawn.reason}
