"""A review as Markdown: one comment for lawyers and engineers.

Invariants: text from a book is never interpreted as markup, links or mentions.
Not responsible for: checking the changes (see `checks`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from inforce.book.paths import BOOK
from inforce.checks import CheckReport, Finding, Severity, earliest_effective
from inforce.errors import counted
from inforce.escaping import harmless, plain, unlinked
from inforce.instant import MAX_INSTANT, day_of, format_local, start_of_day
from inforce.language import Language
from inforce.policy import Act, ChangeLevel, Policy, Version
from inforce.policy.settings import Settings
from inforce.redline import NumberChange, NumberKind, Redline, redline
from inforce.rendering.markdown import to_markdown
from inforce.rendering.sentences import to_sentences
from inforce.review.announced import AnnouncedText, announced_texts
from inforce.review.catalog_diff import ChangeKind, TextChange, VersionChange
from inforce.review.links import ReviewLinks

# GitHub's limit for a comment is 65,536 characters.
_LONGEST = 60_000
_SENTENCES = 30
_NUMBERS = 20
_FINDINGS = 20
_ACTIONS = {Act.ACKNOWLEDGE: "to take note", Act.ACCEPT: "to accept it", Act.CONSENT: "for their consent"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewComment:
    """The input of a review as of `now`; `settings` is None if they could not be read."""

    version_changes: tuple[VersionChange, ...]
    report: CheckReport
    settings: Settings | None
    now: datetime
    links: ReviewLinks = field(default_factory=ReviewLinks)
    hint: str = ""

    def to_markdown(self) -> str:
        """Return the comment; redlines that would exceed the length limit are omitted."""
        errors, questions = self.report.of(Severity.ERROR), self._questions()
        overview = _overview(self.version_changes, len(errors), len(questions))
        lines = ["## Changes in this pull request", "", overview, ""]
        if self.report.changes_history:
            lines += ["> **This would change a published version.** It must not be merged in this state.", ""]
        for change in self.version_changes:
            lines += self._version_change(change)
        if self.links.artefact:
            lines += [f"[Download the preview]({self.links.artefact}), unpack it and open `index.html`.", ""]
        lines += [*_findings("Errors", errors), *_findings("Questions", questions)]
        if questions:
            lines += [
                "To dismiss a question, enter it and the reason in `policy_versions/dismissals.yml`.",
                "",
            ]
        if self.hint:
            lines += [f"> {_plain(self.hint)}", ""]
        return "\n".join([*lines, *self._redlines(sum(len(line) + 1 for line in lines))])

    def _questions(self) -> tuple[Finding, ...]:
        """Return the questions about the changed versions."""
        folders = tuple(f"{BOOK}/{change.policy.id}/{change.version.label}/" for change in self.version_changes)
        return tuple(finding for finding in self.report.of(Severity.QUESTION) if finding.place.path.startswith(folders))

    def _redlines(self, length: int) -> Iterator[str]:
        for change in self.version_changes:
            for text_change in change.texts:
                block = _redline_section(change, text_change)
                length += sum(len(line) + 1 for line in block)
                if length > _LONGEST:
                    yield "The redlines are too long for one comment: see the preview, or run `inforce diff`."
                    yield ""
                    return
                yield from block

    def _version_change(self, change: VersionChange) -> Iterator[str]:
        title = _plain(change.policy.title(change.policy.binding_language))
        yield f"### {title} {_named(change.version)}: {change.kind}"
        yield ""
        if change.kind is ChangeKind.DELETED:
            return
        if change.was:
            yield from self._changed_fields(change, change.was)
        else:
            yield from self._level_and_dates(change)
        if change.version.draft:
            yield "- This is a draft: it is not published until you delete `draft: true` from version.yml."
        yield ""
        for text_change in change.texts:
            yield from _text_change(change, text_change)
            if change.version.amends:
                yield from self._announced_texts(change, text_change)
            if not text_change.new:
                continue
            if links := self.links.for_version(change.policy, change.version, text_change.language):
                yield f"Preview: {links}"
                yield ""

    def _announced_texts(self, change: VersionChange, text_change: TextChange) -> Iterator[str]:
        """Yield whether the announced texts contain the corrections of an amendment."""
        before = change.policy.predecessor(change.version)
        language = text_change.language
        old, new = before.edition(language) if before else None, text_change.new
        if old and new and old.digest != new.digest:
            correction = _redline_of(old.text, new.text)
            for text in announced_texts(change.policy, change.version, language, correction, self.now):
                yield from _announced_text(text, language)

    def _level_and_dates(self, change: VersionChange) -> Iterator[str]:
        """Yield the level, the dates and the notice period of a new version."""
        version, before = change.version, change.against
        yield f"- {_level_sentence(change)}"
        if version.amends:
            yield f"- It applies in place of {version.amends}; an answer to {version.amends} also counts for it."
        until = f"; {_applying_before(change.policy, version)} until then." if before else "; it is the first version."
        if before and version.amends and before.effective_at >= version.effective_at:
            until = f"; it replaces version {before.label} before that applies."
        yield f"- Published {self._day(version.published_at)}, in force from {self._day(version.effective_at)}{until}"
        if version.effective_at_new:
            yield f"- It applies to users who join on or after {self._day(version.effective_at_new)} immediately."
        if version.never_enforced:
            yield "- Users who accepted an earlier version never have to accept this one."
        elif version.enforce_at and version.enforce_at != version.effective_at:
            yield f"- Acceptance of an earlier version suffices until {self._day(version.enforce_at)}."
        if before:
            yield f"- {self._notice(version)}"

    def _notice(self, version: Version, *, was_public: bool = False) -> str:
        """Return a sentence that compares the notice period of `version` with the promised one."""
        notice = max((version.effective_at - version.published_at) // timedelta(days=1), 0)
        given = f"{counted(notice, 'day')} of notice"
        if self.settings is None:
            return f"{given}."
        promised = self.settings.notice_days.get(str(version.change), 0)
        if not promised:
            return f"{given}; no notice period is promised for changes of this level."
        zone = self.settings.timezone
        # A new version is not public before it is merged, even if version.yml has an earlier date.
        today = version.published_at if was_public else start_of_day(day_of(self.now, zone), zone)
        earliest = self._day(earliest_effective(max(version.published_at, today), promised, zone))
        promise = f"the book requires {promised}. The earliest effective date that complies: {earliest}."
        if version.effective_at < earliest_effective(version.published_at, promised, zone):
            return f"**{given}; {promise}**"
        if version.published_at < today and version.effective_at < earliest_effective(today, promised, zone):
            return (
                f"{given} according to version.yml, but the version becomes public only after the "
                "merge. Counted from today, the earliest effective date that gives the promised "
                f"{counted(promised, 'day')} of notice is **{earliest}**."
            )
        return f"{given}; {promise}"

    def _changed_fields(self, change: VersionChange, before: Version) -> Iterator[str]:
        was, now = self._fields(before), self._fields(change.version)
        yield from (f"- {name}: {_plain(was[name])} → {_plain(now[name])}" for name in now if was[name] != now[name])
        if change.version.cancelled and not before.cancelled:
            yield "- **It is cancelled** and will not take effect."
        follows = change.policy.predecessor(change.version)
        is_relevant = any(was[name] != now[name] for name in ("published", "effective", "change", "draft"))
        if follows and is_relevant and change.version.cancelled is None:
            yield f"- {self._notice(change.version, was_public=before.is_public(self.now))}"

    def _fields(self, version: Version) -> dict[str, str]:
        instants = {
            "published": version.published_at,
            "effective": version.effective_at,
            "effective_new": version.effective_at_new,
            "enforce": version.enforce_at,
        }
        formatted = {name: self._day(instant) if instant else "not given" for name, instant in instants.items()}
        return formatted | {
            "change": str(version.change),
            "draft": "true" if version.draft else "false",
            "cancelled": version.cancelled.reason if version.cancelled else "not given",
            "amends": str(version.amends or "not given"),
            "act": str(version.act or "not given"),
        }

    def _day(self, instant: datetime) -> str:
        return format_local(instant, self.settings.timezone) if self.settings else instant.isoformat()


def _overview(version_changes: tuple[VersionChange, ...], errors: int, questions: int) -> str:
    if not version_changes:
        changed = "No policy has changed"
    else:
        versions = ", ".join(f"{change.policy.id} {_named(change.version)}" for change in version_changes[:3])
        rest = f" and {len(version_changes) - 3} more" if len(version_changes) > 3 else ""
        changed = f"Changes {versions}{rest}"
    counts = [
        counted(number, noun) if number else f"no {noun}s"
        for number, noun in ((errors, "error"), (questions, "question"))
    ]
    return f"{changed}: {', '.join(counts)}."


def _named(version: Version) -> str:
    """Return the label of `version`, and what it corrects."""
    return f"{version.label} (Correction of {version.amends})" if version.amends else str(version.label)


def _applying_before(policy: Policy, version: Version) -> str:
    """Return which version of `policy` applies until `version` takes effect, as a clause."""
    earlier = [row.version for row in policy.intervals(MAX_INSTANT) if row.start < version.effective_at]
    return f"version {earlier[-1].label} applies" if earlier else "no version applies"


def _announced_text(text: AnnouncedText, language: Language) -> Iterator[str]:
    """Yield whether the announced `text` in `language` contains the old words of a correction, and which."""
    name = f"{'draft' if text.version.draft else 'announced version'} {text.version.label} ({language})"
    lists = (
        (f"**The {name} still contains the old words:**", text.old_words),
        (
            f"The {name} contains neither the old nor the new words. Check whether these apply to it:",
            text.unclear,
        ),
    )
    if not text.old_words and not text.unclear:
        yield f"The {name} already contains this correction."
        yield ""
    for heading, sentences in lists:
        if sentences:
            yield heading
            yield ""
            yield from (f"- {_plain(sentence)}" for sentence in sentences[:_SENTENCES])
            if len(sentences) > _SENTENCES:
                yield f"- … and {len(sentences) - _SENTENCES} more changes"
            yield ""


def _level_sentence(change: VersionChange) -> str:
    level, act = change.version.change, change.policy.act_of(change.version)
    if act is Act.NONE:
        return f"**{level}**: users are never asked about this policy."
    if level is ChangeLevel.MATERIAL:
        again = "again " if change.against else ""
        return f"**{level}**: users are asked {again}{_ACTIONS[act]}."
    effect = "users are informed and not asked" if level is ChangeLevel.NOTICE else "users are not informed"
    return f"**{level}**: {effect}."


def _text_change(change: VersionChange, text_change: TextChange) -> Iterator[str]:
    if text_change.new is None:
        yield f"**{text_change.language}**: the text was deleted."
    elif text_change.old is None:
        words = len(text_change.new.text.split())
        yield f"**{text_change.language}**: a text of {words:,} words; there is no earlier text to compare it with."
    else:
        yield from _compared_text(change, text_change, _redline_of(text_change.old.text, text_change.new.text))
    yield ""


def _compared_text(change: VersionChange, text_change: TextChange, comparison: Redline) -> Iterator[str]:
    sentences = to_sentences(comparison)
    against = _compared_with(change)
    if not sentences:
        yield f"**{text_change.language}**, compared with {against}: no word differs."
        return
    clauses = len(comparison.new.document.clauses)
    changed = len({difference.clause for difference in comparison.changes})
    yield f"**{text_change.language}**, compared with {against}: {changed} of {max(clauses, changed)} sections changed."
    yield ""
    summary = text_change.new.summary if text_change.new else ()
    yield from (f"- The author says: {_plain(point.text)}" for point in summary)
    if numbers := [number for number in dict.fromkeys(comparison.numbers) if number.kind is not NumberKind.LINK]:
        yield f"- Numbers: {'; '.join(_number(number) for number in numbers[:_NUMBERS])}"
    yield from (f"- {_plain(sentence)}" for sentence in sentences[:_SENTENCES])
    if len(sentences) > _SENTENCES:
        yield f"- … and {len(sentences) - _SENTENCES} more changes"


def _number(number: NumberChange) -> str:
    where = f"{_plain(number.heading)}: " if number.heading else ""
    if number.was and number.now:
        return f"{where}{_plain(number.was)} → **{_plain(number.now)}**"
    return f"{where}**{_plain(number.now)}** was added" if number.now else f"{where}{_plain(number.was)} was removed"


def _compared_with(change: VersionChange) -> str:
    label = change.against.label if change.against else ""
    return f"the previous text of {label}" if change.kind is ChangeKind.CHANGED else str(label)


def _redline_section(change: VersionChange, text_change: TextChange) -> list[str]:
    """Return the redline of `text_change` in a collapsed section; empty if there is none."""
    marked = (
        to_markdown(_redline_of(text_change.old.text, text_change.new.text))
        if text_change.old and text_change.new
        else ""
    )
    if not marked.strip():
        return []
    name = f"{change.policy.id} {_named(change.version)}, {text_change.language}"
    safe = unlinked(harmless(marked))
    return [f"<details><summary>Redline of {name}</summary>", "", safe, "", "</details>", ""]


@cache
def _redline_of(old: str, new: str) -> Redline:
    return redline(old, new)


def _findings(heading: str, findings: tuple[Finding, ...]) -> Iterator[str]:
    if not findings:
        return
    yield f"### {heading}"
    yield ""
    yield from (_finding(finding) for finding in findings[:_FINDINGS])
    if len(findings) > _FINDINGS:
        yield f"- … and {len(findings) - _FINDINGS} more: run `inforce check`"
    yield ""


def _finding(finding: Finding) -> str:
    where = _plain(finding.place.path.removeprefix(f"{BOOK}/"))
    line = f", line {finding.place.line}" if finding.place.line else ""
    words = f"{_plain(finding.message)} {_plain(finding.fix)}".rstrip()
    return f"- {words} <sub>{where}{line} · {finding.rule}</sub>"


def _plain(words: str) -> str:
    """Return Markdown, in one line, that shows `words` without markup, links or mentions."""
    return plain(harmless(words))
