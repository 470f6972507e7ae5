"""The permanent page of a version in one language.

Invariants: it changes only when its version or a neighbour changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from inforce import address
from inforce.language import Language
from inforce.policy import Act, Edition, Policy, Version
from inforce.publication.pages import CompanionFile, FileFormat, Page, PageContext, PageKind, PageSource
from inforce.publication.pages.context import (
    Facts,
    alternates,
    edition_facts,
    evidence_facts,
    mark_of,
    neighbour_facts,
    policy_facts,
    reference_facts,
    relations_of,
    standing,
    version_facts,
    withdrawal_facts,
)
from inforce.publication.pages.json_ld import about_version
from inforce.text import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionContext(PageContext):
    """The version, its state, its neighbours, and how to verify its text.

    `corrected` is the next amendment. `counts` is whether an answer to the amended version counts for this one, and
    `same_text` whether this amendment does not change the text in this language.
    """

    publisher: str
    site: str
    version: Facts
    standing: Facts
    withdrawn: Facts | None
    calendar: str | None
    cancelled: str | None
    evidence: Facts | None
    origin: Facts | None
    languages: list[Facts]
    policy: Facts
    edition: Facts
    since: str
    paper: str
    before: Facts | None
    after: Facts | None
    corrected: Facts | None
    counts: bool
    same_text: bool
    about: Facts


def _outlines(source: PageSource) -> Iterator[tuple[str, Language, Edition | None]]:
    for version in source.policy.public(source.now):
        for edition in version.editions:
            if source.only in (None, edition.language):
                yield address.version_page(source.policy, version, edition.language), edition.language, edition


def _pages(source: PageSource) -> Iterator[Page]:
    public = source.policy.public(source.now)
    for version, before, after in zip(public, (None, *public), (*public[1:], None), strict=False):
        yield from _pages_of(source, version, before, after)


def _pages_of(source: PageSource, version: Version, before: Version | None, after: Version | None) -> Iterator[Page]:
    policy, settings, now = source.policy, source.catalog.settings, source.now
    stands = standing(policy, version, now, source.intervals.get(version.seq))
    amendment = source.next_amendments.get(version.seq)
    for edition in version.editions:
        language, page = edition.language, address.version_page(policy, version, edition.language)
        if source.only not in (None, language):
            continue
        corrected = reference_facts(policy, amendment, language) if amendment else None
        context = VersionContext(
            publisher=settings.publisher.name,
            site=settings.site,
            version=version_facts(policy, version, policy.binding_language),
            standing=stands,
            withdrawn=withdrawal_facts(policy),
            calendar=address.calendar_file(policy) if version.published_at < version.effective_at else None,
            cancelled=version.cancelled.reason if version.cancelled and version.is_cancelled(now) else None,
            evidence=evidence_facts(source.evidence.get(version.label.text)),
            origin=_origin(version),
            languages=_languages(policy, version),
            policy=policy_facts(policy, language),
            edition=edition_facts(policy, version, edition),
            since=address.since_page(policy, version, language),
            paper=address.version_pdf(policy, version, language),
            before=neighbour_facts(policy, version, before, language),
            after=neighbour_facts(policy, version, after, language),
            corrected=corrected,
            counts=policy.act_of(version) is not Act.NONE,
            same_text=bool(version.amends and before and _digest(before, language) == edition.digest),
            about=about_version(source.catalog, policy, version, language, page, stands, corrected),
        )
        links = (*relations_of(policy, language), *_around(policy, version, context))
        yield Page(kind=KIND, address=page, language=language, context=context, links=links, text=edition)


def _digest(version: Version, language: Language) -> Digest | None:
    edition = version.edition(language)
    return edition.digest if edition else None


def _languages(policy: Policy, version: Version) -> list[Facts]:
    return [
        {
            "tag": str(edition.language),
            "name": edition.language.own_name,
            "page": address.version_page(policy, version, edition.language),
            "mark": mark_of(policy, version, edition) or "binding",
        }
        for edition in version.editions
    ]


def _origin(version: Version) -> Facts | None:
    origin = version.origin
    return {"path": origin.path, "commit": origin.commit, "committed": origin.committed} if origin else None


def _around(policy: Policy, version: Version, context: VersionContext) -> Iterator[Mapping[str, str]]:
    for relation, neighbour in (("predecessor-version", context.before), ("successor-version", context.after)):
        if neighbour:
            yield {"rel": relation, "href": neighbour["page"]}
    yield from alternates(version.languages, policy.binding_language, partial(address.version_page, policy, version))
    yield {"rel": "original", "href": context.policy["page"]}
    yield {"rel": "alternate", "href": context.edition["file"], "type": "text/markdown"}


KIND = PageKind(
    name="version",
    outlines=_outlines,
    pages=_pages,
    depends_on_time=False,
    companions=(
        CompanionFile(format=FileFormat.PDF, address=lambda page: str(page.context["paper"])),
        CompanionFile(format=FileFormat.MARKDOWN, address=lambda page: str(page.context["edition"]["file"])),
        CompanionFile(
            format=FileFormat.FRAGMENT, address=lambda page: address.fragment_beside(page.context["edition"]["file"])
        ),
    ),
)
