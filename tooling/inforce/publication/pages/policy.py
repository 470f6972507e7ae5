"""The page of a policy: its text in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from inforce import address
from inforce.language import Language
from inforce.policy import Edition, Policy, Version
from inforce.publication.pages import Page, PageContext, PageKind, PageSource
from inforce.publication.pages.context import (
    Facts,
    alternates,
    announced_facts,
    calendar_of,
    current_facts,
    edition_facts,
    evidence_facts,
    languages_of,
    named_languages,
    policy_facts,
    relations_of,
    version_facts,
    withdrawal_facts,
)
from inforce.publication.pages.json_ld import about_version


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPageContext(PageContext):
    """The version in force, its text, and the announced versions."""

    publisher: str
    site: str
    policy: Facts
    current: Facts | None
    edition: Facts | None
    evidence: Facts | None
    untranslated: bool
    announced: list[Facts]
    withdrawn: Facts | None
    calendar: str | None
    languages: list[Facts]
    about: Facts | None


def _outlines(source: PageSource) -> Iterator[tuple[str, Language, Edition | None]]:
    """Yield one page for each language of any version; it shows the binding text if it has none in its language."""
    policy, version = source.policy, source.policy.in_force(source.now)
    for language in languages_of(policy, source.now):
        text = (version.edition(language) or version.edition(policy.binding_language)) if version else None
        yield address.policy_page(policy, language), language, text


def _pages(source: PageSource) -> Iterator[Page]:
    policy, settings, now = source.policy, source.catalog.settings, source.now
    version, languages = policy.in_force(now), languages_of(policy, now)
    evidence = source.evidence.get(version.label.text) if version else None
    others = alternates(languages, policy.binding_language, lambda language: address.policy_page(policy, language))
    for page, language, edition in _outlines(source):
        current = current_facts(policy, language, now)
        about = None
        if version and edition and current:
            about = about_version(source.catalog, policy, version, edition.language, page, current)
        context = PolicyPageContext(
            publisher=settings.publisher.name,
            site=settings.site,
            policy=policy_facts(policy, language),
            current=current,
            edition=edition_facts(policy, version, edition) if version and edition else None,
            evidence=evidence_facts(evidence),
            untranslated=edition is not None and edition.language != language,
            announced=announced_facts(policy, language, now),
            withdrawn=withdrawal_facts(policy),
            calendar=calendar_of(policy, now),
            languages=named_languages(languages, lambda other: address.policy_page(policy, other)),
            about=about,
        )
        links = (
            *relations_of(policy, language),
            *_predecessor(source, version, language),
            *_source(policy, version, edition),
            *others,
        )
        yield Page(kind=KIND, address=page, language=language, context=context, links=links, text=edition)


def _source(policy: Policy, version: Version | None, edition: Edition | None) -> Iterator[Facts]:
    if version and edition:
        file = address.text_file(policy, version, edition.language)
        yield {"rel": "alternate", "href": file, "type": "text/markdown"}


def _predecessor(source: PageSource, version: Version | None, language: Language) -> Iterator[Facts]:
    policy = source.policy
    public = policy.public(source.now)
    index = public.index(version) if version else 0
    if index:
        yield {"rel": "predecessor-version", "href": version_facts(policy, public[index - 1], language)["page"]}


KIND = PageKind(
    name="policy",
    outlines=_outlines,
    pages=_pages,
    depends_on_time=True,
    is_indexed=True,
    in_navigation=True,
)
