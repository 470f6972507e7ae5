"""CHANGE: compare the changes since the previous version with the summary and the change level.

These rules check the binding text of versions that can still be changed. Imported versions are skipped because they
have no summaries. A changed line that only prints a date of the version does not count as a change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from inforce.checks.context import CheckContext
from inforce.checks.finding import Finding, Severity
from inforce.checks.revision import Revision
from inforce.checks.rule import rule
from inforce.checks.rules.phrases import NEGATIONS
from inforce.checks.rules.wording import describe_change, line_of, shortened
from inforce.checks.text import CheckedText
from inforce.errors import Place
from inforce.markdown import Document
from inforce.policy import ChangeLevel
from inforce.redline import Action, Change, ChangeClass, ClauseState, NumberChange, NumberKind

SIGNIFICANT = frozenset({ChangeClass.NUMBER, ChangeClass.SUBSTANTIVE, ChangeClass.LINK})
MOST_LISTED = 5
STATE_PHRASES = {
    ClauseState.ADDED: "is new",
    ClauseState.REMOVED: "was removed",
    ClauseState.CHANGED: "changed",
    ClauseState.MOVED: "changed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedClause:
    """A changed clause and how it changed; `only_links` if no word of it changed."""

    id: str
    heading: str
    state_phrase: str
    only_links: bool


@rule("CHANGE-summary", Severity.QUESTION, "A section changed and the summary does not mention it.")
def unmentioned_change(ctx: CheckContext) -> Iterator[Finding]:
    """Report changed sections whose id, heading or enclosing section the summary does not mention.

    A point of the summary without a section applies to the whole text.
    """
    for revision in ctx.revisions:
        text = revision.text
        if any(not point.section for point in text.edition.summary) or _lacks_summary(text):
            continue
        unmentioned = _unmentioned_clauses(revision)
        if linked := [clause for clause in unmentioned if clause.only_links]:
            yield _unmentioned_links(text, linked)
        changed = [clause for clause in unmentioned if not clause.only_links]
        if len(changed) > MOST_LISTED:
            headings = ", ".join(f"“{shortened(clause.heading)}”" for clause in changed[:MOST_LISTED])
            yield unmentioned_change.finding(
                Place(path=text.edition.source.path, line=1),
                f"{len(changed)} sections changed, and the summary does not mention them: {headings}, ….",
                evidence=", ".join(clause.id for clause in changed),
                fix="Add a point for each of them, or one point without “section” for the whole text.",
            )
        for clause in changed if len(changed) <= MOST_LISTED else ():
            yield unmentioned_change.finding(
                _place(text, clause.id),
                f"Section “{clause.heading}” {clause.state_phrase}, and the summary does not mention it.",
                evidence=clause.id,
                fix=f"Add “- section: {clause.id}” with a plain sentence, "
                "or dismiss the question and state why users need not be told.",
            )


def _unmentioned_links(text: CheckedText, linked: list[ChangedClause]) -> Finding:
    """Return one question about all clauses in which only links changed; most such changes correct a link."""
    headings = ", ".join(f"“{shortened(clause.heading)}”" for clause in linked[:MOST_LISTED])
    return unmentioned_change.finding(
        _place(text, linked[0].id),
        f"In {headings}{', …' if len(linked) > MOST_LISTED else ''} only the targets of links changed, "
        "and the summary does not mention it.",
        evidence=", ".join(clause.id for clause in linked),
        fix="Mention it in the summary if the terms on the linked pages differ, "
        "or dismiss the question and state that they do not.",
    )


@rule("CHANGE-unchanged", Severity.QUESTION, "The summary mentions a section that did not change.")
def unchanged_section(ctx: CheckContext) -> Iterator[Finding]:
    """Report sections in the summary that are unchanged, including the sections inside them."""
    for revision in ctx.revisions:
        text = revision.text
        same = _unchanged_clauses(revision) if text.edition.summary else set()
        for index, point in enumerate(text.edition.summary):
            if point.section in same:
                yield unchanged_section.finding(
                    text.edition.source.place(f"summary[{index}].section"),
                    f"The summary mentions “{text.heading(point.section)}”, which did not change.",
                    evidence=point.section,
                    fix="Remove the point, enter the id of the section that changed, "
                    "or dismiss the question and state why readers need it.",
                )


@rule("CHANGE-nothing", Severity.QUESTION, "A version has the same text as the previous version.")
def text_unchanged(ctx: CheckContext) -> Iterator[Finding]:
    """Report versions whose binding text equals the previous one; drafts may still be copies."""
    for revision in ctx.revisions:
        text = revision.text
        if revision.redline.equal and not text.version.draft:
            yield text_unchanged.finding(
                Place(path=text.edition.source.path),
                f"“{text.version.label}” has the same text as the previous version.",
                fix="Write the change into the text, "
                "or dismiss the question and state why the same text is published again.",
            )


@rule("CHANGE-announced", Severity.ERROR, "An amendment has the text of an announced version.")
def announced_text(ctx: CheckContext) -> Iterator[Finding]:
    """Report open amendments with the binding text of a version that takes effect later and is not cancelled."""
    for text in ctx.texts:
        policy, version = text.policy, text.version
        if version.amends is None or not text.is_binding:
            continue
        place, announced = policy.place(policy.original(version)), (v for v in policy.versions if not v.draft)
        for other in announced:
            edition = other.edition(text.edition.language)
            later = policy.place(policy.original(other)) > place
            if later and other.cancelled is None and edition and edition.digest == text.edition.digest:
                yield announced_text.finding(
                    Place(path=text.edition.source.path),
                    f"“{version.label}” amends “{version.amends}” but has the text of “{other.label}”, which takes "
                    "effect later.",
                    evidence=other.label.text,
                    fix=f"Start from the text of “{version.amends}”: delete this version, then run "
                    f"“inforce new {policy.id} --amend {version.amends}”.",
                )
                break


@rule("CHANGE-editorial", Severity.QUESTION, "An editorial change affects a number, a date or a negation.")
def meaning_changed(ctx: CheckContext) -> Iterator[Finding]:
    """Report changes in editorial versions that can change the meaning; users are not notified of such versions."""
    fix = (
        "Set “change” to “notice” or “material” in version.yml, "
        "or dismiss the question and state why the meaning is the same."
    )
    for revision in ctx.revisions:
        text = revision.text
        if text.version.change is not ChangeLevel.EDITORIAL:
            continue
        if numbers := _numbers(revision):
            yield meaning_changed.finding(
                _place(text, numbers[0].clause),
                f"“{text.version.label}” is editorial, but {_in_words(numbers)}. "
                "Is it correct that users need not be told?",
                evidence=", ".join(shortened(number.now or number.was) for number in numbers[:MOST_LISTED]),
                fix=fix,
            )
        if negated := [change for change in revision.redline.changes if _changes_negation(change, text)]:
            more = f", and {len(negated) - 1} more such changes" if len(negated) > 1 else ""
            yield meaning_changed.finding(
                text.place(line_of(revision.redline, negated[0])),
                f"“{text.version.label}” is editorial, but a negation was added or removed: "
                f"{describe_change(negated[0])}{more}. Is it correct that users need not be told?",
                evidence=", ".join(shortened(change.now or change.was) for change in negated[:MOST_LISTED]),
                fix=fix,
            )


@rule("CHANGE-numbers", Severity.NOTE, "Numbers or dates changed.")
def numbers_changed(ctx: CheckContext) -> Iterator[Finding]:
    """List changed numbers, amounts, periods, dates and percentages, one note per section."""
    for revision in ctx.revisions:
        if revision.text.version.change is ChangeLevel.EDITORIAL:
            continue
        by_clause: dict[str, list[NumberChange]] = {}
        for number in _numbers(revision):
            by_clause.setdefault(number.clause, []).append(number)
        for clause, changed in by_clause.items():
            where = f"In “{changed[0].heading}”, " if changed[0].heading else ""
            words = _in_words(changed)
            yield numbers_changed.finding(
                _place(revision.text, clause),
                f"{where}{words if where else words[:1].upper() + words[1:]}.",
                evidence=shortened(changed[0].now or changed[0].was),
                fix="If the change is intended, you need not do anything.",
            )


def _lacks_summary(text: CheckedText) -> bool:
    """Return whether META-summary already reports the missing summary."""
    return not text.edition.summary and not text.version.draft


def _unchanged_clauses(revision: Revision) -> set[str]:
    """Return the ids of clauses whose text, position and inner clauses are unchanged."""
    before, now = _contents(revision.redline.old.document), _contents(revision.text.document)
    same = {clause for clause, content in now.items() if before.get(clause) == content}
    same -= {change.clause for change in revision.redline.changes}
    enclosing = {outer for clause in revision.text.document.clauses if clause.id not in same for outer in clause.path}
    return same - enclosing


def _contents(document: Document) -> dict[str, list[tuple[str, object]]]:
    return {
        clause.id: [(block.text, block.spans) for block in document.blocks_of(clause)] for clause in document.clauses
    }


def _changed_clauses(revision: Revision) -> list[ChangedClause]:
    """Return the clauses whose words, numbers or links changed, ignoring printed dates of the version."""
    before = {clause.id for clause in revision.redline.old.document.clauses}
    now = {clause.id for clause in revision.text.document.clauses}
    known = {clause.id: clause.state for clause in revision.redline.changed_clauses}
    by_clause: dict[str, list[Change]] = {}
    for change in revision.redline.changes:
        if _is_significant(revision, change):
            by_clause.setdefault(change.clause, []).append(change)

    def state_phrase(clause: str) -> str:
        guess = ClauseState.CHANGED if clause in before & now else ClauseState.ADDED
        return STATE_PHRASES[known.get(clause, guess if clause in now else ClauseState.REMOVED)]

    return [
        ChangedClause(
            id=clause,
            heading=changes[0].heading,
            state_phrase=state_phrase(clause),
            only_links=all(change.kind is ChangeClass.LINK for change in changes),
        )
        for clause, changes in by_clause.items()
    ]


def _is_significant(revision: Revision, change: Change) -> bool:
    return (
        change.kind in SIGNIFICANT
        and change.action is not Action.MOVED
        and not revision.prints_date(change.was.strip(), change.now.strip())
    )


def _unmentioned_clauses(revision: Revision) -> list[ChangedClause]:
    """Return the changed clauses whose id, heading and enclosing clauses the summary does not mention."""
    summary = revision.text.edition.summary
    mentioned = {point.section for point in summary}
    words = " ".join(point.text for point in summary).casefold()
    enclosing: dict[str, set[str]] = {}
    for document in (revision.text.document, revision.redline.old.document):
        for other in document.clauses:
            enclosing.setdefault(other.id, {other.id}).update(other.path)
    return [
        clause
        for clause in _changed_clauses(revision)
        if enclosing.get(clause.id, {clause.id}).isdisjoint(mentioned)
        and not (clause.heading and clause.heading.casefold() in words)
    ]


def _numbers(revision: Revision) -> list[NumberChange]:
    """Return each changed number once; omit link targets, heading numbers, printed dates and moved numbers."""
    changes = [
        number
        for number in dict.fromkeys(revision.redline.numbers)
        if number.kind is not NumberKind.LINK
        and not _counts_headings(number)
        and not revision.prints_date(number.was, number.now)
    ]
    gone = {number.was for number in changes if not number.now}
    new = {number.now for number in changes if not number.was}
    return [number for number in changes if (number.was and number.now) or not {number.was, number.now} & gone & new]


def _counts_headings(number: NumberChange) -> bool:
    leading = re.match(r"\W*(\d+(?:\.\d+)*)[.):]?\s", number.heading)
    return number.kind is NumberKind.NUMBER and leading is not None and leading[1] in (number.was, number.now)


def _in_words(numbers: list[NumberChange]) -> str:
    phrases = [_number_in_words(number) for number in numbers[:MOST_LISTED]]
    more = len(numbers) - len(phrases)
    return ", ".join(phrases) + (f" and {more} more changed" if more else "")


def _number_in_words(number: NumberChange) -> str:
    if number.was and number.now:
        return f"“{shortened(number.was)}” became “{shortened(number.now)}”"
    return f"“{shortened(number.now)}” was added" if number.now else f"“{shortened(number.was)}” was deleted"


def _changes_negation(change: Change, text: CheckedText) -> bool:
    """Return whether `change` adds or removes negations."""
    pattern = NEGATIONS.get(text.edition.language.tag.partition("-")[0])
    if pattern is None or change.action in (Action.MOVED, Action.REFORMATTED):
        return False
    return len(pattern.findall(change.was)) != len(pattern.findall(change.now))


def _place(text: CheckedText, section: str) -> Place:
    clause = next((candidate for candidate in text.document.clauses if candidate.id == section), None)
    return text.place(clause.line) if clause else Place(path=text.edition.source.path)


RULES = (unmentioned_change, unchanged_section, text_unchanged, announced_text, meaning_changed, numbers_changed)
