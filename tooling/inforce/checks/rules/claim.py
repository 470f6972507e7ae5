"""CLAIM: ask about promises that are hard to keep; these rules only ask questions."""

from __future__ import annotations

from collections.abc import Iterator

from inforce.checks.context import CheckContext
from inforce.checks.finding import Finding, Severity
from inforce.checks.rule import Rule, rule
from inforce.checks.rules.phrases import ABSOLUTE, ON_PUBLICATION, WATCH, WITHOUT_LIMIT, Phrases, find_phrases


@rule("CLAIM-absolute", Severity.QUESTION, "A text makes a promise without exceptions.")
def absolute_promise(ctx: CheckContext) -> Iterator[Finding]:
    """Report absolute promises such as “we never …” or “completely secure”."""
    yield from _questions(
        absolute_promise,
        ctx,
        ABSOLUTE,
        "“{words}” is a promise without exceptions. Is it kept in all cases, including court orders and emergencies?",
        "State the exceptions, or dismiss the question and state how the promise is kept.",
    )


@rule("CLAIM-retention", Severity.QUESTION, "A text sets no limit on how long data is kept.")
def unlimited_retention(ctx: CheckContext) -> Iterator[Finding]:
    """Report data that is kept permanently or indefinitely."""
    yield from _questions(
        unlimited_retention,
        ctx,
        WITHOUT_LIMIT,
        "“{words}” sets no limit on how long data is kept. Is there a reason to keep it indefinitely?",
        "State a period or the event that ends it, or dismiss the question and state why there is none.",
    )


@rule("CLAIM-watch", Severity.QUESTION, "A text asks readers to check for changes themselves.")
def changes_left_to_readers(ctx: CheckContext) -> Iterator[Finding]:
    """Report clauses that ask readers to check the page for changes."""
    yield from _questions(
        changes_left_to_readers,
        ctx,
        WATCH,
        "“{words}” leaves it to readers to notice changes. Are they not told?",
        "State how users are notified of changes, or dismiss the question and state why they cannot be.",
    )


@rule("CLAIM-binding", Severity.QUESTION, "A text applies changes on publication although book.yml requires notice.")
def binding_on_publication(ctx: CheckContext) -> Iterator[Finding]:
    """Report clauses that apply a change immediately, if book.yml requires notice."""
    days = max(ctx.catalog.settings.notice_days.values(), default=0)
    if days:
        yield from _questions(
            binding_on_publication,
            ctx,
            ON_PUBLICATION,
            f"“{{words}}” applies changes at once, but book.yml requires up to {days} days of notice. Which applies?",
            "Correct the text or book.yml, or dismiss the question and state why both are correct.",
        )


def _questions(rule: Rule, ctx: CheckContext, phrases: Phrases, question: str, fix: str) -> Iterator[Finding]:
    """Yield a finding of `rule` for each match of `phrases`; the same words only once per text."""
    for text in ctx.texts:
        reported: set[str] = set()
        language = text.edition.language.tag.partition("-")[0]
        for block in text.prose:
            for phrase in find_phrases(phrases, language, block.text):
                words = phrase[0].strip()
                if words not in reported:
                    reported.add(words)
                    yield rule.finding(
                        text.place_of(block, words), question.format(words=words), evidence=words, fix=fix
                    )


RULES = (absolute_promise, unlimited_retention, changes_left_to_readers, binding_on_publication)
