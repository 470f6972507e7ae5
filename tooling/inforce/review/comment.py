"""A review as Markdown: one comment for lawyers and engineers.

Invariants: text from a book is never interpreted as markup, links or mentions.
Not responsible for: judging the changes (see `checks`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from inforce.book.paths import BOOK
from inforce.checks import CheckReport, Finding, Severity, earliest_effective
from inforce.escaping import harmless, plain, unlinked
from inforce.instant import day_of, format_local, start_of_day
from inforce.policy import Act, ChangeLevel, Version
from inforce.policy.settings import Settings
from inforce.redline import NumberChange, NumberKind, Redline, redline
from inforce.rendering.markdown import to_markdown
from inforce.rendering.sentences import to_sentences
from inforce.review.catalog_diff import CatalogChange, ChangeKind, TextChange
from inforce.review.links import ReviewLinks

# GitHub's limit for a comment is 65,536 characters.
_LONGEST = 60_000
_SENTENCES = 30
_NUMBERS = 20
_FINDINGS = 20
_ASKED = {Act.ACKNOWLEDGE: "to take note", Act.ACCEPT: "to accept it", Act.CONSENT: "for their consent"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewComment:
    """The input of a review as of `now`; `settings` is None if they could not be read."""

    amendments: tuple[CatalogChange, ...]
    report: CheckReport
    settings: Settings | None
    now: datetime
    links: ReviewLinks = field(default_factory=ReviewLinks)
    hint: str = ""

    def to_markdown(self) -> str:
        """Return the comment; redlines that would exceed the length limit are left out."""
        fix, asked = self.report.of(Severity.ERROR), self._asked()
        lines = ["## What this change does", "", _overview(self.amendments, len(fix), len(asked)), ""]
        if self.report.changes_history:
            lines += ["> **This would change what has been published.** It cannot be merged like this.", ""]
        for amendment in self.amendments:
            lines += self._amendment(amendment)
        if self.links.artefact:
            lines += [f"[Download the preview]({self.links.artefact}), unpack it and open `index.html` in it.", ""]
        lines += [*_findings("Things to fix", fix), *_findings("Questions", asked)]
        if asked:
            lines += [
                "A question that is settled is answered once, with the reason, in `policy_versions/dismissals.yml`.",
                "",
            ]
        if self.hint:
            lines += [f"> {_plain(self.hint)}", ""]
        return "\n".join([*lines, *self._redlines(sum(len(line) + 1 for line in lines))])

    def _asked(self) -> tuple[Finding, ...]:
        """List the questions about what this change touches."""
        folders = tuple(f"{BOOK}/{one.policy.id}/{one.version.label}/" for one in self.amendments)
        return tuple(one for one in self.report.of(Severity.QUESTION) if one.place.path.startswith(folders))

    def _redlines(self, length: int) -> Iterator[str]:
        for amendment in self.amendments:
            for change in amendment.texts:
                block = _marked(amendment, change)
                length += sum(len(line) + 1 for line in block)
                if length > _LONGEST:
                    yield "The redlines are too long for one comment: see the preview, or `inforce diff`."
                    yield ""
                    return
                yield from block

    def _amendment(self, amendment: CatalogChange) -> Iterator[str]:
        title = _plain(amendment.policy.title(amendment.policy.binding_language))
        yield f"### {title} {amendment.version.label}: {amendment.what}"
        yield ""
        if amendment.what is ChangeKind.GONE:
            return
        if amendment.was:
            yield from self._changes_of_members(amendment, amendment.was)
        else:
            yield from self._standing(amendment)
        if amendment.version.draft:
            yield "- It is a draft: on no page and in no manifest until `draft: true` is taken out of version.yml."
        yield ""
        for change in amendment.texts:
            yield from _text(amendment, change)
            look = self.links.to(amendment.policy, amendment.version, change.language) if change.new else ""
            if look:
                yield f"Look: {look}"
                yield ""

    def _standing(self, amendment: CatalogChange) -> Iterator[str]:
        """Say what becomes of a new version and of the one before it, when, and how much notice people get."""
        version, before = amendment.version, amendment.against
        yield f"- {_weight(amendment)}"
        yield (
            f"- Published {self._day(version.published)}, in force from {self._day(version.effective)}"
            + (f"; until then version {before.label} stays." if before else "; it is the first version.")
        )
        if version.effective_new:
            yield f"- People who join from {self._day(version.effective_new)} on get it at once."
        if version.never_enforced:
            yield "- Who accepted an earlier version never has to accept this one."
        elif version.enforce and version.enforce != version.effective:
            yield f"- Until {self._day(version.enforce)} an older acceptance is honoured."
        if before:
            yield f"- {self._notice(version)}"

    def _notice(self, version: Version, *, was_public: bool = False) -> str:
        """Compare the notice of `version` with what the book promises, and name the earliest date that keeps it."""
        given = max((version.effective - version.published) // timedelta(days=1), 0)
        if self.settings is None:
            return f"{_days(given)} of notice."
        promised = self.settings.notice_days.get(str(version.change), 0)
        if not promised:
            return f"{_days(given)} of notice; the book promises none for a change of this level."
        zone = self.settings.timezone
        # A new version is not public before it is merged, whatever version.yml states.
        today = version.published if was_public else start_of_day(day_of(self.now, zone), zone)
        earliest = self._day(earliest_effective(max(version.published, today), promised, zone))
        if version.effective < earliest_effective(version.published, promised, zone):
            promise = f"the book promises {promised}. The earliest date that keeps it: {earliest}."
            return f"**{_days(given)} of notice; {promise}**"
        if version.published < today and version.effective < earliest_effective(today, promised, zone):
            return (
                f"{_days(given)} of notice on paper, but people can read it only once this is merged: counted from "
                f"today, the earliest date that keeps the promised {_days(promised)} is **{earliest}**."
            )
        return f"{_days(given)} of notice; the book promises {promised}. The earliest date that keeps it: {earliest}."

    def _changes_of_members(self, amendment: CatalogChange, before: Version) -> Iterator[str]:
        was, now = self._members(before), self._members(amendment.version)
        yield from (f"- {name}: {_plain(was[name])} → {_plain(now[name])}" for name in now if was[name] != now[name])
        if amendment.version.cancelled and not before.cancelled:
            yield "- **It is cancelled**: announced, and never to apply."
        follows = amendment.policy.predecessor(amendment.version)
        moved = any(was[name] != now[name] for name in ("published", "effective", "change", "draft"))
        if follows and moved and amendment.version.cancelled is None:
            yield f"- {self._notice(amendment.version, was_public=before.is_public(self.now))}"

    def _members(self, version: Version) -> dict[str, str]:
        instants = {
            "published": version.published,
            "effective": version.effective,
            "effective_new": version.effective_new,
            "enforce": version.enforce,
        }
        written = {name: self._day(instant) if instant else "not given" for name, instant in instants.items()}
        return written | {
            "change": str(version.change),
            "draft": "true" if version.draft else "false",
            "cancelled": version.cancelled.reason if version.cancelled else "not given",
        }

    def _day(self, instant: datetime) -> str:
        return format_local(instant, self.settings.timezone) if self.settings else instant.isoformat()


def _overview(amendments: tuple[CatalogChange, ...], fix: int, asked: int) -> str:
    if not amendments:
        touched = "No policy changes"
    else:
        versions = ", ".join(f"{one.policy.id} {one.version.label}" for one in amendments[:3])
        rest = f" and {len(amendments) - 3} more" if len(amendments) > 3 else ""
        touched = f"It touches {versions}{rest}"
    fixes = "nothing to fix" if not fix else "one thing to fix" if fix == 1 else f"{fix} things to fix"
    questions = "no question" if not asked else "one question" if asked == 1 else f"{asked} questions"
    return f"{touched}: {fixes}, {questions}."


def _weight(amendment: CatalogChange) -> str:
    level = amendment.version.change
    if amendment.policy.act is Act.NONE:
        return f"**{level}**: nothing is ever asked about this policy."
    if level is ChangeLevel.MATERIAL:
        again = "again " if amendment.against else ""
        return f"**{level}**: users are asked {again}{_ASKED[amendment.policy.act]}."
    told = "users are told, and nothing is asked" if level is ChangeLevel.NOTICE else "users are not told"
    return f"**{level}**: {told}."


def _text(amendment: CatalogChange, change: TextChange) -> Iterator[str]:
    if change.new is None:
        yield f"**{change.language}**: the text is gone."
    elif change.old is None:
        words = len(change.new.text.split())
        yield f"**{change.language}**: a text of {words:,} words, with no earlier text to compare it with."
    else:
        yield from _compared_text(amendment, change, _compared(change.old.text, change.new.text))
    yield ""


def _compared_text(amendment: CatalogChange, change: TextChange, found: Redline) -> Iterator[str]:
    sentences = to_sentences(found)
    against = _against(amendment)
    if not sentences:
        yield f"**{change.language}**, against {against}: no word differs."
        return
    clauses, changed = len(found.new.document.clauses), len({one.clause for one in found.changes})
    yield f"**{change.language}**, against {against}: {changed} of {max(clauses, changed)} sections changed."
    yield ""
    summary = change.new.summary if change.new else ()
    yield from (f"- The author says: {_plain(point.text)}" for point in summary)
    if numbers := [one for one in dict.fromkeys(found.numbers) if one.kind is not NumberKind.LINK]:
        yield f"- Numbers: {'; '.join(_number(one) for one in numbers[:_NUMBERS])}"
    yield from (f"- {_plain(sentence)}" for sentence in sentences[:_SENTENCES])
    if len(sentences) > _SENTENCES:
        yield f"- … and {len(sentences) - _SENTENCES} more changes"


def _number(number: NumberChange) -> str:
    where = f"{_plain(number.heading)}: " if number.heading else ""
    if number.was and number.now:
        return f"{where}{_plain(number.was)} → **{_plain(number.now)}**"
    return f"{where}**{_plain(number.now)}** is new" if number.now else f"{where}{_plain(number.was)} is gone"


def _against(amendment: CatalogChange) -> str:
    label = amendment.against.label if amendment.against else ""
    return f"what {label} said so far" if amendment.what is ChangeKind.CHANGED else str(label)


def _marked(amendment: CatalogChange, change: TextChange) -> list[str]:
    """Write the redline of `change`, folded away; nothing where there is none."""
    marked = to_markdown(_compared(change.old.text, change.new.text)) if change.old and change.new else ""
    if not marked.strip():
        return []
    name = f"{amendment.policy.id} {amendment.version.label}, {change.language}"
    calm = unlinked(harmless(marked))
    return [f"<details><summary>Redline of {name}</summary>", "", calm, "", "</details>", ""]


@cache
def _compared(old: str, new: str) -> Redline:
    return redline(old, new)


def _findings(heading: str, found: tuple[Finding, ...]) -> Iterator[str]:
    if not found:
        return
    yield f"### {heading}"
    yield ""
    yield from (_finding(finding) for finding in found[:_FINDINGS])
    if len(found) > _FINDINGS:
        yield f"- … and {len(found) - _FINDINGS} more: run `inforce check`"
    yield ""


def _finding(finding: Finding) -> str:
    where = _plain(finding.place.path.removeprefix(f"{BOOK}/"))
    line = f", line {finding.place.line}" if finding.place.line else ""
    words = f"{_plain(finding.message)} {_plain(finding.fix)}".rstrip()
    return f"- {words} <sub>{where}{line} · {finding.rule}</sub>"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _plain(words: str) -> str:
    """Return Markdown, in one line, that shows `words` without markup, links or mentions."""
    return plain(harmless(words))
