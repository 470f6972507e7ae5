"""The home page: every policy with its state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from inforce import address
from inforce.language import Language
from inforce.policy import Edition, Policy
from inforce.publication.pages import Page, PageContext, PageKind, PageSource
from inforce.publication.pages.context import (
    Facts,
    announced_facts,
    calendar_of,
    current_facts,
    languages_of,
    policy_facts,
    withdrawal_facts,
)
from inforce.publication.pages.json_ld import about_home

_FEED = {"rel": "alternate", "href": address.FEED, "type": "application/atom+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeContext(PageContext):
    """The publisher, the policies, and the files about the whole book."""

    publisher: str
    policies: list[Facts]
    manifest: str = address.MANIFEST
    feed: str = address.FEED
    about: Facts


def _outlines(source: PageSource) -> Iterator[tuple[str, Language, Edition | None]]:
    yield "", source.catalog.settings.languages[0], None


def _pages(source: PageSource) -> Iterator[Page]:
    settings = source.catalog.settings
    for place, language, _ in _outlines(source):
        context = HomeContext(
            publisher=settings.publisher.name,
            policies=[_policy(source, policy, language) for policy in source.policies],
            about=about_home(source.catalog),
        )
        yield Page(kind=KIND, address=place, language=language, context=context, links=(_FEED,))


def _policy(source: PageSource, policy: Policy, language: Language) -> Facts:
    now = source.now
    shown = language if language in languages_of(policy, now) else policy.binding_language
    return {
        **policy_facts(policy, shown),
        "title": policy.title(language),
        "title_language": str(policy.title_language(language)),
        "current": current_facts(policy, language, now),
        "announced": announced_facts(policy, language, now),
        "withdrawn": withdrawal_facts(policy),
        "calendar": calendar_of(policy, now),
        "several": len(policy.public(now)) > 1,
    }


KIND = PageKind(
    name="home",
    outlines=_outlines,
    pages=_pages,
    depends_on_time=True,
    of_book=True,
    is_indexed=True,
    in_navigation=True,
)
