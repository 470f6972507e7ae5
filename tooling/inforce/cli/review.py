"""`inforce review`: what a pull request does, in sections and sentences, as Markdown for a comment.

Keeps true: words out of a book stay words: they make no markup and call nobody. Judges nothing; `check` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from inforce.checks import Finding, Report, Severity, examine
from inforce.cli.amendment import Amendment, TextChange, What, amendments
from inforce.cli.harmless import harmless
from inforce.cli.inspection import book_of
from inforce.cli.repository import Repository, with_instant, with_repository
from inforce.cli.screen import Screen
from inforce.instant import format_local
from inforce.policy import ChangeLevel, Version
from inforce.redline import Redline, redline
from inforce.rendering.markdown import to_markdown
from inforce.rendering.sentences import to_sentences
from inforce.store.files import write_file
from inforce.store.names import BOOK

# What GitHub takes as one comment is 65,536 characters.
_LONGEST = 60_000
_SENTENCES = 30
_FINDINGS = 20
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")
_CALL = re.compile(r"(?<![\w.])@(?=\w)")
_NO_CALL = "@<!-- -->"
_LEVELS = {
    ChangeLevel.MATERIAL: "users are asked again",
    ChangeLevel.NOTICE: "users are told, and nothing is asked",
    ChangeLevel.EDITORIAL: "users are not told",
}


@click.command()
@click.option("--base", required=True, metavar="REF", help="The branch, tag or commit that the change goes to.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the review there instead of printing it.",
)
@with_repository
@with_instant
def command(base: str, output: Path | None, repo: Path, at: str | None) -> None:
    """Say what a pull request does, as Markdown for a comment.

    \b
    Example:
      inforce review --base origin/main
    """
    repository = Repository(root=repo, at=at)
    reading = repository.read()
    book = book_of(repo, reading, base)
    report = examine(book, repository.now(reading))
    before = book.base.catalog if book.base else None
    found = tuple(amendments(before, reading.catalog)) if reading.catalog else ()
    zone = reading.catalog.settings.timezone if reading.catalog else ZoneInfo("UTC")
    text = review(found, report, zone)
    if output:
        write_file(output, text)
        Screen().say(f"Wrote {output}.")
    else:
        click.echo(text, nl=False)


def review(found: tuple[Amendment, ...], report: Report, zone: ZoneInfo) -> str:
    """Write `found` and `report` as Markdown; redlines are left out from where it would be too long for a comment."""
    lines = ["## What this change does", ""]
    if not found:
        lines += ["No policy changes.", ""]
    for amendment in found:
        lines += _amendment(amendment, zone)
    lines += _findings(report, {f"{BOOK}/{one.policy.id}/{one.version.label}/" for one in found})
    for amendment in found:
        for change in amendment.texts:
            block = _marked(amendment, change)
            if sum(len(line) + 1 for line in (*lines, *block)) > _LONGEST:
                return "\n".join([*lines, "The redlines are too long for one comment: see `inforce diff`.", ""])
            lines += block
    return "\n".join(lines)


def _amendment(amendment: Amendment, zone: ZoneInfo) -> Iterator[str]:
    title = _plain(amendment.policy.title(amendment.policy.binding_language))
    yield f"### {title} {amendment.version.label}: {amendment.what}"
    yield ""
    if amendment.what is What.GONE:
        return
    yield from _standing(amendment, zone)
    for change in amendment.texts:
        yield from _text(amendment, change)


def _standing(amendment: Amendment, zone: ZoneInfo) -> Iterator[str]:
    version = amendment.version
    if amendment.what is What.NEW or amendment.was is None:
        days = (version.effective - version.published) // timedelta(days=1)
        yield f"- **{version.change}**: {_LEVELS[version.change]}"
        yield (
            f"- published {format_local(version.published, zone)}, applies from "
            f"{format_local(version.effective, zone)}: {days} day{'' if days == 1 else 's'} of notice"
        )
    else:
        was, now = _members(amendment.was, zone), _members(version, zone)
        yield from (f"- {name}: {_plain(was[name])} → {_plain(now[name])}" for name in now if was[name] != now[name])
    if version.draft:
        yield "- a draft: on no page and in no manifest"
    yield ""


def _members(version: Version, zone: ZoneInfo) -> dict[str, str]:
    instants = {
        "published": version.published,
        "effective": version.effective,
        "effective_new": version.effective_new,
        "enforce": version.enforce,
    }
    written = {name: format_local(instant, zone) if instant else "not given" for name, instant in instants.items()}
    return written | {
        "change": str(version.change),
        "draft": "true" if version.draft else "false",
        "cancelled": version.cancelled.reason if version.cancelled else "not given",
    }


def _text(amendment: Amendment, change: TextChange) -> Iterator[str]:
    if change.new is None:
        yield f"**{change.language}**: the text is gone."
    elif change.old is None:
        words = len(change.new.text.split())
        yield f"**{change.language}**: a text of {words:,} words, with nothing to hold it against."
    else:
        yield f"**{change.language}**, against {_against(amendment)}:"
        yield ""
        yield from (f"- The author says: {_plain(point.text)}" for point in change.new.summary)
        sentences = to_sentences(_compared(change.old.text, change.new.text))
        yield from (f"- {_plain(sentence)}" for sentence in sentences[:_SENTENCES])
        if len(sentences) > _SENTENCES:
            yield f"- … and {len(sentences) - _SENTENCES} more changes"
        if not sentences:
            yield "- No word differs."
    yield ""


def _against(amendment: Amendment) -> str:
    label = amendment.against.label if amendment.against else ""
    return f"what {label} said so far" if amendment.what is What.CHANGED else str(label)


def _marked(amendment: Amendment, change: TextChange) -> list[str]:
    """Write the redline of `change`, folded away; nothing where there is none."""
    marked = to_markdown(_compared(change.old.text, change.new.text)) if change.old and change.new else ""
    if not marked.strip():
        return []
    name = f"{amendment.policy.id} {amendment.version.label}, {change.language}"
    calm = _CALL.sub(_NO_CALL, harmless(marked))
    return [f"<details><summary>Redline of {name}</summary>", "", calm, "", "</details>", ""]


@cache
def _compared(old: str, new: str) -> Redline:
    return redline(old, new)


def _findings(report: Report, folders: set[str]) -> Iterator[str]:
    """Tell every error, and the questions about texts in `folders`."""
    questions = report.of(Severity.QUESTION)
    asked = [one for one in questions if any(one.place.path.startswith(folder) for folder in folders)]
    found = [*report.of(Severity.ERROR), *asked]
    yield "### What the checks say"
    yield ""
    if report.changes_history:
        yield "**This would change what has been published.**"
        yield ""
    yield from (_finding(finding) for finding in found[:_FINDINGS])
    if len(found) > _FINDINGS:
        yield f"- … and {len(found) - _FINDINGS} more: run `inforce check`"
    if not found:
        yield "Nothing to mend."
    yield ""


def _finding(finding: Finding) -> str:
    place = _plain(str(finding.place))
    return f"- **{finding.severity}** {place}: {_plain(finding.message)} {_plain(finding.mend)}".rstrip()


def _plain(words: str) -> str:
    """Write `words` so that they make no markup, no new line, and call nobody."""
    line = " ".join(harmless(words).split())
    return _CALL.sub(_NO_CALL, _SPECIAL.sub(r"\\\1", line))
