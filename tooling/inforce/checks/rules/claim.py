"""CLAIM: promises that few can keep, asked about once; never more than a question."""

from __future__ import annotations

from collections.abc import Iterator

from inforce.checks.context import CheckContext
from inforce.checks.finding import Finding, Severity
from inforce.checks.rule import Rule, rule
from inforce.checks.rules.phrases import ABSOLUTE, ON_PUBLICATION, WATCH, WITHOUT_LIMIT, Phrases, find_phrases


@rule("CLAIM-absolute", Severity.QUESTION, "A text makes a promise without exceptions.")
def absolute(book: CheckContext) -> Iterator[Finding]:
    """Look for “we never …”, “completely secure” and their like."""
    yield from _asked(
        absolute,
        book,
        ABSOLUTE,
        "“{words}” promises it without exception. Is that kept in every case, also towards courts and in emergencies?",
        "Name the exceptions, or answer how it is kept.",
    )


@rule("CLAIM-retention", Severity.QUESTION, "A text sets no limit on how long data is kept.")
def retention(book: CheckContext) -> Iterator[Finding]:
    """Look for data that is kept permanently or indefinitely."""
    yield from _asked(
        retention,
        book,
        WITHOUT_LIMIT,
        "“{words}” sets no limit to keeping data. Is there a reason to keep it without end?",
        "Name a period or what ends it, or answer why there is none.",
    )


@rule("CLAIM-watch", Severity.QUESTION, "A text asks readers to check for changes themselves.")
def watch(book: CheckContext) -> Iterator[Finding]:
    """Look for clauses that ask readers to check the page."""
    yield from _asked(
        watch,
        book,
        WATCH,
        "“{words}” leaves it to readers to notice changes. Are they not told?",
        "Say how people are told of a change, or answer why they cannot be.",
    )


@rule("CLAIM-binding", Severity.QUESTION, "A text applies changes on publication although book.yml promises notice.")
def binding(book: CheckContext) -> Iterator[Finding]:
    """Look for clauses that apply a change at once, in books whose settings promise notice."""
    days = max(book.catalog.settings.notice_days.values(), default=0)
    if days:
        yield from _asked(
            binding,
            book,
            ON_PUBLICATION,
            f"“{{words}}” applies changes at once; book.yml promises up to {days} days of notice. Which one holds?",
            "Let text and book.yml say the same, or answer how they fit together.",
        )


def _asked(rule: Rule, book: CheckContext, phrases: Phrases, question: str, fix: str) -> Iterator[Finding]:
    """Ask `question` of `rule` about each of `phrases`, the same words once in each text."""
    for text in book.texts:
        seen: set[str] = set()
        language = text.edition.language.tag.partition("-")[0]
        for block in text.prose:
            for found in find_phrases(phrases, language, block.text):
                words = found[0].strip()
                if words not in seen:
                    seen.add(words)
                    yield rule.finding(
                        text.place_of(block, words), question.format(words=words), evidence=words, fix=fix
                    )


RULES = (absolute, retention, watch, binding)
