"""The permanent page of the changes since a version: to the text in force and to each announced one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from inforce import address
from inforce.language import Language
from inforce.policy import Edition, Version
from inforce.policy.order import place_of
from inforce.publication.corrections import coming, summarised
from inforce.publication.files.redline_json import since_document
from inforce.publication.pages import CompanionFile, FileFormat, Page, PageContext, PageKind, PageSource
from inforce.publication.pages.context import (
    Facts,
    alternates,
    named_languages,
    policy_facts,
    relations_of,
    standing,
    summary_facts,
    version_facts,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SinceContext(PageContext):
    """The versions compared with this one, and those that are `missing` in this language."""

    policy: Facts
    version: Facts
    targets: list[Facts]
    missing: list[Facts]
    binding_since: str
    file: str
    languages: list[Facts]


def _outlines(source: PageSource) -> Iterator[tuple[str, Language, Edition | None]]:
    for version in source.policy.public(source.now):
        for language in version.languages:
            if source.only in (None, language):
                yield address.since_page(source.policy, version, language), language, None


def _pages(source: PageSource) -> Iterator[Page]:
    targets = list(_targets(source))
    for version in source.policy.public(source.now):
        later = [target for target in targets if place_of(target[0]) > place_of(version)]
        yield from _pages_of(source, version, later)


def _targets(source: PageSource) -> Iterator[tuple[Version, Facts]]:
    """Yield the version in force and the announced versions, each with its state.

    Of an announced version and its amendments that apply from the same date only the newest is yielded.
    """
    policy, current = source.policy, source.policy.in_force(source.now)
    for target in [*([current] if current else []), *coming(policy, source.now)]:
        stands = standing(policy, target, source.now, source.intervals.get(target.seq))
        yield target, {**stands, "in_force": target is current}


def _pages_of(source: PageSource, version: Version, later: list[tuple[Version, Facts]]) -> Iterator[Page]:
    policy, pages = source.policy, partial(address.since_page, source.policy, version)
    for edition in version.editions:
        language = edition.language
        if source.only not in (None, language):
            continue
        shown = [(target, stands, newer) for target, stands in later if (newer := target.edition(language))]
        steps = {target.seq: summarised(source.bases, version, target) for target, _, _ in shown}
        missing = [target for target, _ in later if not target.edition(language)]
        context = SinceContext(
            policy=policy_facts(policy, language),
            version=version_facts(policy, version, language),
            targets=[
                {
                    **version_facts(policy, target, language),
                    **stands,
                    "summary": summary_facts(*(step.edition(language) for step in steps[target.seq])),
                }
                for target, stands, _ in shown
            ],
            missing=[version_facts(policy, target, language) for target in missing],
            binding_since=pages(policy.binding_language),
            file=address.since_file(policy, version, language),
            languages=named_languages(version.languages, pages),
        )
        yield Page(
            kind=KIND,
            address=pages(language),
            language=language,
            context=context,
            links=(*relations_of(policy, language), *alternates(version.languages, policy.binding_language, pages)),
            pairs=tuple((edition, newer) for _, _, newer in shown),
        )


KIND = PageKind(
    name="since",
    outlines=_outlines,
    pages=_pages,
    depends_on_time=False,
    companions=(
        CompanionFile(format=FileFormat.JSON, address=lambda page: str(page.context["file"]), data=since_document),
    ),
)
