"""The page that lists all redlines of a policy by newer version, newest first."""

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
    languages_of,
    named_languages,
    policy_facts,
    reference_facts,
    relations_of,
)
from inforce.publication.pairs import shared_languages


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareContext(PageContext):
    """The redlines to each version, and the labels of all versions."""

    policy: Facts
    targets: list[Facts]
    labels: list[str]
    languages: list[Facts]


def _outlines(source: PageSource) -> Iterator[tuple[str, Language, Edition | None]]:
    for language in languages_of(source.policy, source.now):
        yield address.compare_page(source.policy, language), language, None


def _pages(source: PageSource) -> Iterator[Page]:
    policy, languages = source.policy, languages_of(source.policy, source.now)
    others = alternates(languages, policy.binding_language, lambda language: address.compare_page(policy, language))
    shared = [(old, new, set(shared_languages(old, new))) for old, new in source.pairs]
    for page, language, _ in _outlines(source):
        public = policy.public(source.now)
        targets: dict[str, list[Facts]] = {version.label.text: [] for version in public}
        for old, new, both in shared:
            if language in both:
                row = {"label": old.label.text, "redline": address.redline_page(policy, old, new, language)}
                targets[new.label.text].insert(0, row)
        context = CompareContext(
            policy=policy_facts(policy, language),
            targets=[
                {"label": version.label.text, "amends": _amended(policy, version, language), "olds": olds}
                for version in reversed(public)
                if (olds := targets[version.label.text])
            ],
            labels=[version.label.text for version in public if version.edition(language)][::-1],
            languages=named_languages(languages, lambda other: address.compare_page(policy, other)),
        )
        links = (*relations_of(policy, language), *others)
        yield Page(kind=KIND, address=page, language=language, context=context, links=links)


def _amended(policy: Policy, version: Version, language: Language) -> Facts | None:
    return reference_facts(policy, policy.original(version), language) if version.amends else None


KIND = PageKind(name="compare", outlines=_outlines, pages=_pages, depends_on_time=True)
