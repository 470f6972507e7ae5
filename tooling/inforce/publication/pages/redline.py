"""The permanent page of the redline between two versions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from inforce import address
from inforce.language import Language
from inforce.policy import Edition
from inforce.publication.corrections import summarised
from inforce.publication.files.redline_json import redline_document
from inforce.publication.pages import CompanionFile, FileFormat, Page, PageContext, PageKind, PageSource
from inforce.publication.pages.context import (
    Facts,
    alternates,
    named_languages,
    policy_facts,
    relations_of,
    summary_facts,
    version_facts,
)
from inforce.publication.pairs import shared_languages


@dataclass(frozen=True, slots=True, kw_only=True)
class RedlineContext(PageContext):
    """The two versions, and the author's summary of the newer one."""

    policy: Facts
    old: Facts
    new: Facts
    summary: list[Facts]
    file: str
    document: str
    languages: list[Facts]
    paper: str


def _outlines(source: PageSource) -> Iterator[tuple[str, Language, Edition | None]]:
    for old, new in source.pairs:
        for language in shared_languages(old, new):
            if source.only in (None, language):
                yield address.redline_page(source.policy, old, new, language), language, None


def _pages(source: PageSource) -> Iterator[Page]:
    policy = source.policy
    for old, new in source.pairs:
        pages, languages = partial(address.redline_page, policy, old, new), shared_languages(old, new)
        for language in languages:
            before, after = old.edition(language), new.edition(language)
            if source.only not in (None, language) or before is None or after is None:
                continue
            context = RedlineContext(
                policy=policy_facts(policy, language),
                old=version_facts(policy, old, language),
                new=version_facts(policy, new, language),
                # A summary describes only the changes from the version before; other redlines have none.
                summary=summary_facts(*(step.edition(language) for step in summarised(source.bases, old, new))),
                file=address.redline_file(policy, old, new, language),
                document=address.redline_docx(policy, old, new, language),
                languages=named_languages(languages, pages),
                paper=address.redline_pdf(policy, old, new, language),
            )
            yield Page(
                kind=KIND,
                address=pages(language),
                language=language,
                context=context,
                links=(*relations_of(policy, language), *alternates(languages, policy.binding_language, pages)),
                pairs=((before, after),),
            )


KIND = PageKind(
    name="redline",
    outlines=_outlines,
    pages=_pages,
    depends_on_time=False,
    companions=(
        CompanionFile(format=FileFormat.JSON, address=lambda page: str(page.context["file"]), data=redline_document),
        CompanionFile(format=FileFormat.WORD, address=lambda page: str(page.context["document"])),
        CompanionFile(format=FileFormat.PDF, address=lambda page: str(page.context["paper"])),
    ),
)
