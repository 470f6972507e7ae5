"""LANG: compare translations with the binding text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from inforce.checks.context import CheckContext
from inforce.checks.finding import Finding, Severity
from inforce.checks.rule import rule
from inforce.checks.rules.numerals import KNOWN, number_words_in, numbers_in
from inforce.checks.text import CheckedText
from inforce.errors import Place, listed
from inforce.language import Language
from inforce.markdown import Clause, Document
from inforce.policy import Edition, Policy, Version

SMALLEST_REQUIRED = 13


@rule("LANG-outdated", Severity.QUESTION, "A translation was made from a text other than the current binding text.")
def translation_outdated(ctx: CheckContext) -> Iterator[Finding]:
    """Compare `translates` of each translation with the digest of the binding edition."""
    for text, binding in _translations(ctx):
        origin = text.edition.translates
        if origin and origin != binding.digest:
            versions = [version for version in text.policy.versions if _is_text_of(version, text.policy, str(origin))]
            of = f"of “{versions[-1].label}”" if versions else "that is not in this book"
            yield translation_outdated.finding(
                text.edition.source.place("translates"),
                f"This translation was made from a text {of}, not from the binding text of “{text.version.label}”.",
                evidence=str(origin),
                fix=f"Update the translation, then write “translates: {binding.digest}”.",
            )


@rule("LANG-origin", Severity.NOTE, "A translation does not state which text it was made from.")
def source_not_stated(ctx: CheckContext) -> Iterator[Finding]:
    """Report translations without `translates` in their front matter."""
    for text, binding in _translations(ctx):
        if text.edition.translates is None:
            yield source_not_stated.finding(
                Place(path=text.edition.source.path, line=1),
                "This translation does not state its source text, so pages cannot show whether it is outdated.",
                fix=f"If it matches the binding text, write “translates: {binding.digest}”.",
            )


@rule("LANG-clauses", Severity.QUESTION, "The clauses of a translation differ from those of the binding text.")
def clauses_differ(ctx: CheckContext) -> Iterator[Finding]:
    """Compare the explicit ids of clauses; without explicit ids, the levels of the headings."""
    for text, binding in _translations(ctx):
        theirs, ours = ctx.document(binding), text.document
        if missing := [clause for clause in theirs.clauses if _has_id(clause) and clause.id not in _ids(ours)]:
            yield _clauses_finding(text, f"lacks the clause {_listed(missing)} of the binding text", missing)
        if extra := [clause for clause in ours.clauses if _has_id(clause) and clause.id not in _ids(theirs)]:
            yield _clauses_finding(
                text, f"has the clause {_listed(extra)}, which the binding text does not have", extra
            )
        if not missing and not extra and _levels(theirs) != _levels(ours):
            counted = f"{len(_levels(ours))} headings, the binding text {len(_levels(theirs))}"
            if len(_levels(ours)) == len(_levels(theirs)):
                counted = "headings on different levels from the binding text"
            yield _clauses_finding(text, f"has {counted}", [])


@rule("LANG-numbers", Severity.QUESTION, "The numbers in a translation differ from those in the binding text.")
def numbers_differ(ctx: CheckContext) -> Iterator[Finding]:
    """Compare the numbers of each section; a number written as a word counts as present."""
    for text, binding in _translations(ctx):
        for theirs, ours in _pairs(ctx.document(binding), text.document):
            there, here = _text_of(ctx.document(binding), theirs), _text_of(text.document, ours)
            lost = _unmatched(there, binding.language, here, text.edition.language)
            added = _unmatched(here, text.edition.language, there, binding.language)
            if lost or added:
                sides = [f"{', '.join(lost)} only in “{binding.language}”"] if lost else []
                sides += [f"{', '.join(added)} only in “{text.edition.language}”"] if added else []
                yield numbers_differ.finding(
                    text.place(ours.line),
                    f"The numbers of {_named(ours)} differ: {' and '.join(sides)}.",
                    evidence=", ".join([*lost, *added]),
                    fix="Correct the wrong one, or dismiss the question and state why they differ.",
                )


@rule("LANG-links", Severity.QUESTION, "The links in a translation differ from those in the binding text.")
def links_differ(ctx: CheckContext) -> Iterator[Finding]:
    """Compare the targets of links, ignoring the language part of an address."""
    for text, binding in _translations(ctx):
        here = _targets(text.document, text.edition.language)
        there = _targets(ctx.document(binding), binding.language)
        lost = [there[target] for target in there if target not in here]
        added = [here[target] for target in here if target not in there]
        if lost or added:
            sides = [f"{', '.join(lost)} only in “{binding.language}”"] if lost else []
            sides += [f"{', '.join(added)} only in “{text.edition.language}”"] if added else []
            yield links_differ.finding(
                Place(path=text.edition.source.path),
                f"The links differ: {' and '.join(sides)}.",
                evidence=", ".join([*lost, *added]),
                fix="Correct the wrong one, or dismiss the question and state why they differ.",
            )


@rule("LANG-missing", Severity.NOTE, "A version is not available in all languages of the book.")
def language_missing(ctx: CheckContext) -> Iterator[Finding]:
    """Report missing languages of the version in force and all later ones."""
    for policy in ctx.catalog:
        current = policy.in_force(ctx.now)
        place = policy.place(current) if current else (0, 0)
        for version in [version for version in policy.versions if policy.place(version) >= place]:
            absent = [str(tag) for tag in ctx.catalog.settings.languages if tag not in version.languages]
            folder = ctx.path(policy.id, version.label.text)
            absent = [tag for tag in absent if not ctx.is_unread(f"{folder}/{tag}.md")]
            if absent and version.cancelled is None:
                yield language_missing.finding(
                    version.source.place(),
                    f"“{version.label}” of {policy.id} is not available in {listed([f'“{tag}”' for tag in absent])}.",
                    evidence=", ".join(absent),
                    fix="You can add a translation at any time, also to a version that is published and locked.",
                )


@rule("LANG-unlisted", Severity.QUESTION, "A text is in a language that book.yml does not list.")
def language_unlisted(ctx: CheckContext) -> Iterator[Finding]:
    """Compare the languages of texts with those of the book."""
    known = ctx.catalog.settings.languages
    for text in ctx.texts:
        if text.edition.language not in known:
            yield language_unlisted.finding(
                Place(path=text.edition.source.path),
                f"This text is in “{text.edition.language}”; book.yml lists {listed([f'“{tag}”' for tag in known])}.",
                evidence=str(text.edition.language),
                fix=f"Add “{text.edition.language}” to “languages” in book.yml, or rename the file.",
            )


@rule("LANG-interface", Severity.NOTE, "A text is in a language that has no interface words.")
def interface_words_missing(ctx: CheckContext) -> Iterator[Finding]:
    """Report each language of the texts whose pages show English interface words, at its newest text."""
    versions = [version for policy in ctx.catalog for version in policy.versions]
    newest = {edition.language: edition for version in versions for edition in version.editions}
    for language, edition in newest.items():
        if language.interface != language:
            yield interface_words_missing.finding(
                Place(path=edition.source.path),
                f"The interface has no words in “{language}”: pages and prompts in this language show them in English.",
                evidence=str(language),
                fix="The texts are published all the same. To add the words, see CONTRIBUTING.md of inforce.",
            )


@rule("LANG-title", Severity.NOTE, "A policy has no title in one of the languages of its texts.")
def title_missing(ctx: CheckContext) -> Iterator[Finding]:
    """Compare the languages of titles with those of the newest version."""
    for policy in ctx.catalog:
        languages = policy.versions[-1].languages if policy.versions else ()
        if absent := [str(tag) for tag in languages if tag not in policy.titles]:
            yield title_missing.finding(
                policy.source.place("title"),
                f"{policy.id} has texts in {listed([f'“{tag}”' for tag in absent])} but no title in that language.",
                evidence=", ".join(absent),
                fix=f"Add “{absent[0]}: …” to “title” in policy.yml.",
            )


def _translations(ctx: CheckContext) -> Iterator[tuple[CheckedText, Edition]]:
    for text in ctx.texts:
        binding = text.version.edition(text.policy.binding_language)
        if not text.is_binding and binding:
            yield text, binding


def _is_text_of(version: Version, policy: Policy, digest: str) -> bool:
    edition = version.edition(policy.binding_language)
    return edition is not None and str(edition.digest) == digest


def _clauses_finding(text: CheckedText, problem: str, clauses: list[Clause]) -> Finding:
    here = next((clause for clause in clauses if clause in text.document.clauses), None)
    return clauses_differ.finding(
        text.place(here.line) if here else Place(path=text.edition.source.path),
        f"The text in “{text.edition.language}” {problem}.",
        evidence=", ".join(clause.id for clause in clauses),
        fix="Give the same clauses the same ids in all languages, or dismiss the question and state why they differ.",
    )


def _has_id(clause: Clause) -> bool:
    return clause.explicit_id


def _ids(document: Document) -> set[str]:
    return {clause.id for clause in document.clauses}


def _levels(document: Document) -> list[int]:
    return [clause.level for clause in document.clauses]


def _listed(clauses: list[Clause]) -> str:
    return listed([f"“{clause.id}”" for clause in clauses])


def _named(clause: Clause) -> str:
    return f"“{clause.heading}”" if clause.heading else "the text before the first heading"


def _pairs(binding: Document, translation: Document) -> Iterator[tuple[Clause, Clause]]:
    """Yield pairs of clauses of two languages, by order if the heading levels are equal, otherwise by id."""
    ours = {clause.id: clause for clause in translation.clauses}
    if _levels(binding) == _levels(translation):
        yield from zip(binding.clauses, translation.clauses, strict=True)
    else:
        yield from ((clause, ours[clause.id]) for clause in binding.clauses if clause.id in ours)


def _text_of(document: Document, clause: Clause) -> str:
    return "\n".join(block.text for block in document.blocks_of(clause))


def _unmatched(text: str, language: Language, other: str, other_language: Language) -> list[str]:
    """Return the numbers of `text` that are in `other` neither as digits nor as words."""
    primary = other_language.tag.partition("-")[0]
    here, there = numbers_in(text), numbers_in(other)
    words = number_words_in(other, primary)
    both_known = {primary, language.tag.partition("-")[0]} <= KNOWN
    return [
        written
        for number, written in here.items()
        if number not in there and number not in words and (both_known or not _is_small(number))
    ]


def _is_small(number: str) -> bool:
    return len(number) < 3 and number.isdigit() and int(number) < SMALLEST_REQUIRED


def _targets(document: Document, language: Language) -> dict[str, str]:
    """Return the targets of links, keyed by the target without the part for `language`."""
    names = {language.tag.lower(), language.tag.lower().partition("-")[0], language.tag.lower().replace("-", "_")}

    def plain(target: str) -> str:
        parts = [part for part in re.split(r"[/.?&=]+", target) if part.lower() not in names]
        return "/".join(part for part in parts if not re.fullmatch(r"[a-z]{2}[-_][A-Za-z]{2,4}", part))

    return {plain(link.target): link.target for link in document.links}


RULES = (
    translation_outdated,
    source_not_stated,
    clauses_differ,
    numbers_differ,
    links_differ,
    language_missing,
    language_unlisted,
    interface_words_missing,
    title_missing,
)
