"""CHANGE: what differs between a version and the one before it, against what its author says about it.

Looks at the binding text of versions that can still be changed; imported ones were summed up nowhere. A line that only
prints a date of the version is no change.
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
from inforce.checks.rules.wording import line_of, shortened, tell_change
from inforce.checks.text import CheckedText
from inforce.errors import Place
from inforce.markdown import Document
from inforce.policy import ChangeLevel
from inforce.redline import Action, Change, ChangeClass, ClauseState, NumberChange, NumberKind

WEIGHTY = frozenset({ChangeClass.NUMBER, ChangeClass.SUBSTANTIVE, ChangeClass.LINK})
MANY = 5
FATES = {
    ClauseState.ADDED: "is new",
    ClauseState.REMOVED: "was removed",
    ClauseState.CHANGED: "changed",
    ClauseState.MOVED: "changed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedClause:
    """A clause that changed, and what happened to it, in a word or two; `only_links`: every word stayed."""

    id: str
    heading: str
    fate: str
    only_links: bool


@rule("CHANGE-summary", Severity.QUESTION, "A section changed and the summary does not mention it.")
def unmentioned(book: CheckContext) -> Iterator[Finding]:
    """Look for each changed section in the summary: its id, that of a section around it, or its heading.

    A point of the summary that names no section speaks for the whole text.
    """
    for revision in book.revisions:
        text = revision.text
        if any(not point.section for point in text.edition.summary) or _lacks_summary(text):
            continue
        silent = [clause for clause in _changed_clauses(revision) if not _is_mentioned(revision, clause)]
        if linked := [clause for clause in silent if clause.only_links]:
            yield _unmentioned_links(text, linked)
        changed = [clause for clause in silent if not clause.only_links]
        if len(changed) > MANY:
            headings = ", ".join(f"“{shortened(clause.heading)}”" for clause in changed[:MANY])
            yield unmentioned.finding(
                Place(path=text.edition.source.path, line=1),
                f"{len(changed)} sections changed and the summary does not mention them: {headings}, ….",
                evidence=", ".join(clause.id for clause in changed),
                fix="Add a point for each of them, or one without “section” that speaks for the whole text.",
            )
        for clause in changed if len(changed) <= MANY else ():
            yield unmentioned.finding(
                _place(text, clause.id),
                f"Section “{clause.heading}” {clause.fate}, and the summary does not mention it.",
                evidence=clause.id,
                fix=f"Add “- section: {clause.id}” with a plain sentence, or answer why nobody need be told.",
            )


def _unmentioned_links(text: CheckedText, linked: list[ChangedClause]) -> Finding:
    """Ask about all clauses in which nothing but addresses changed at once: most such changes fix a link."""
    headings = ", ".join(f"“{shortened(clause.heading)}”" for clause in linked[:MANY])
    return unmentioned.finding(
        _place(text, linked[0].id),
        f"In {headings}{', …' if len(linked) > MANY else ''} links lead elsewhere, and the summary does not "
        "mention it. No word changed there.",
        evidence=", ".join(clause.id for clause in linked),
        fix="Say so in the summary if readers meet other terms there, or answer that the pages say the same.",
    )


@rule("CHANGE-unchanged", Severity.QUESTION, "The summary mentions a section that did not change.")
def unchanged(book: CheckContext) -> Iterator[Finding]:
    """Compare each section that the summary names, and those inside it, with the same one before."""
    for revision in book.revisions:
        text = revision.text
        same = _same_clauses(revision) if text.edition.summary else set()
        for index, point in enumerate(text.edition.summary):
            if point.section in same:
                yield unchanged.finding(
                    text.edition.source.place(f"summary[{index}].section"),
                    f"The summary speaks of “{text.heading(point.section)}”, which says what it said before.",
                    evidence=point.section,
                    fix="Take the point out, name the section that changed, or answer why readers need it.",
                )


@rule("CHANGE-nothing", Severity.QUESTION, "A version has the same text as the previous version.")
def nothing(book: CheckContext) -> Iterator[Finding]:
    """Compare the binding texts of successive versions; a draft may still be the copy it began as."""
    for revision in book.revisions:
        text = revision.text
        if revision.redline.equal and not text.version.draft:
            yield nothing.finding(
                Place(path=text.edition.source.path),
                f"“{text.version.label}” says word for word what the version before it says.",
                fix="Write the change into the text, or answer why it is published again.",
            )


@rule("CHANGE-editorial", Severity.QUESTION, "An editorial change affects a number, a date or a negation.")
def editorial(book: CheckContext) -> Iterator[Finding]:
    """Look at editorial versions, about which nobody is told, for changes that can change the meaning."""
    fix = "Call it “notice” or “material” in version.yml, or answer why the meaning is the same."
    for revision in book.revisions:
        text = revision.text
        if text.version.change is not ChangeLevel.EDITORIAL:
            continue
        if numbers := _numbers(revision):
            yield editorial.finding(
                _place(text, numbers[0].clause),
                f"“{text.version.label}” is called editorial, but {_numbers_told(numbers)}. Need nobody be told?",
                evidence=", ".join(shortened(number.now or number.was) for number in numbers[:MANY]),
                fix=fix,
            )
        if turning := [change for change in revision.redline.changes if _turns(change, text)]:
            more = f", and {len(turning) - 1} more such changes" if len(turning) > 1 else ""
            yield editorial.finding(
                text.place(line_of(revision.redline, turning[0])),
                f"“{text.version.label}” is called editorial, but a “not” came or went: "
                f"{tell_change(turning[0])}{more}. Need nobody be told?",
                evidence=", ".join(shortened(change.now or change.was) for change in turning[:MANY]),
                fix=fix,
            )


@rule("CHANGE-numbers", Severity.NOTE, "Numbers or dates changed.")
def numbers(book: CheckContext) -> Iterator[Finding]:
    """List numbers, amounts, periods, dates and percentages that became others, one note per section."""
    for revision in book.revisions:
        if revision.text.version.change is ChangeLevel.EDITORIAL:
            continue
        by_clause: dict[str, list[NumberChange]] = {}
        for number in _numbers(revision):
            by_clause.setdefault(number.clause, []).append(number)
        for clause, changed in by_clause.items():
            where = f"In “{changed[0].heading}”, " if changed[0].heading else ""
            told = _numbers_told(changed)
            yield numbers.finding(
                _place(revision.text, clause),
                f"{where}{told if where else told[:1].upper() + told[1:]}.",
                evidence=shortened(changed[0].now or changed[0].was),
                fix="Nothing needs doing if that is meant.",
            )


def _lacks_summary(text: CheckedText) -> bool:
    """Say whether another rule already asks for the whole summary."""
    return not text.edition.summary and not text.version.draft


def _same_clauses(revision: Revision) -> set[str]:
    """Name the clauses that say, with all clauses inside them, what they said before, and stand where they stood."""
    before, now = _contents(revision.redline.old.document), _contents(revision.text.document)
    same = {clause for clause, content in now.items() if before.get(clause) == content}
    same -= {change.clause for change in revision.redline.changes}
    around = {outer for clause in revision.text.document.clauses if clause.id not in same for outer in clause.path}
    return same - around


def _contents(document: Document) -> dict[str, list[tuple[str, object]]]:
    return {clause.id: [(one.text, one.spans) for one in document.blocks_of(clause)] for clause in document.clauses}


def _changed_clauses(revision: Revision) -> list[ChangedClause]:
    """List the clauses whose words, numbers or links changed, but for dates of the version printed in them."""
    before = {clause.id for clause in revision.redline.old.document.clauses}
    now = {clause.id for clause in revision.text.document.clauses}
    known = {clause.id: clause.state for clause in revision.redline.changed_clauses}
    by_clause: dict[str, list[Change]] = {}
    for change in revision.redline.changes:
        if _is_weighty(revision, change):
            by_clause.setdefault(change.clause, []).append(change)

    def fate(clause: str) -> str:
        guess = ClauseState.CHANGED if clause in before & now else ClauseState.ADDED
        return FATES[known.get(clause, guess if clause in now else ClauseState.REMOVED)]

    return [
        ChangedClause(
            id=clause,
            heading=changes[0].heading,
            fate=fate(clause),
            only_links=all(change.kind is ChangeClass.LINK for change in changes),
        )
        for clause, changes in by_clause.items()
    ]


def _is_weighty(revision: Revision, change: Change) -> bool:
    return (
        change.kind in WEIGHTY
        and change.action is not Action.MOVED
        and not revision.prints_date(change.was.strip(), change.now.strip())
    )


def _is_mentioned(revision: Revision, clause: ChangedClause) -> bool:
    summary = revision.text.edition.summary
    documents = (revision.text.document, revision.redline.old.document)
    around = {outer for document in documents for one in document.clauses if one.id == clause.id for outer in one.path}
    named = {point.section for point in summary}
    words = " ".join(point.text for point in summary).casefold()
    return bool({clause.id, *around} & named) or (bool(clause.heading) and clause.heading.casefold() in words)


def _numbers(revision: Revision) -> list[NumberChange]:
    """List changed numbers once: no addresses, no numbers of headings, no printed dates, none that only moved."""
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


def _numbers_told(numbers: list[NumberChange]) -> str:
    told = [_number_told(number) for number in numbers[:MANY]]
    more = len(numbers) - len(told)
    return ", ".join(told) + (f" and {more} more changed" if more else "")


def _number_told(number: NumberChange) -> str:
    if number.was and number.now:
        return f"“{shortened(number.was)}” became “{shortened(number.now)}”"
    return f"“{shortened(number.now)}” was added" if number.now else f"“{shortened(number.was)}” was deleted"


def _turns(change: Change, text: CheckedText) -> bool:
    """Say whether `change` leaves more or fewer negations than there were."""
    pattern = NEGATIONS.get(text.edition.language.tag.partition("-")[0])
    if pattern is None or change.action in (Action.MOVED, Action.REFORMATTED):
        return False
    return len(pattern.findall(change.was)) != len(pattern.findall(change.now))


def _place(text: CheckedText, section: str) -> Place:
    clause = next((one for one in text.document.clauses if one.id == section), None)
    return text.place(clause.line) if clause else Place(path=text.edition.source.path)


RULES = (unmentioned, unchanged, nothing, editorial, numbers)
