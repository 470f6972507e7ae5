"""Create a draft of the next version.

Invariants: a draft starts as a byte-for-byte copy of the previous version's text; its folder is written whole or not
at all, and existing files are never changed.
Not responsible for: checking dates against the promised notice period (see `checks`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from inforce.book.files import new_folder
from inforce.book.paths import BOOK
from inforce.book.read import read_book
from inforce.book.write import readable_catalog, to_edition
from inforce.disk import create_file
from inforce.errors import ShapeError
from inforce.fields import did_you_mean
from inforce.instant import day_of, parse_instant
from inforce.language import Language
from inforce.markdown import parse
from inforce.policy import ChangeLevel, Edition, Label, Policy, Version

VERSION_YML = """\
# When this version is published. A date means the start of that day in {zone}.
published: {published}
# When it takes effect. The time between the two dates is the notice period.
effective: {effective}
# material: users must accept again · notice: users are informed · editorial: users are not informed
change: {change}
# A draft is on no page and in no manifest. Delete this line when the text is final.
draft: true

# Optional fields; remove the “#” from a line to use it.
# new users get this version from this day on
#effective_new: {published}
# an earlier acceptance remains sufficient until this day; “never” means without limit
#enforce: {effective}
# required if “effective” is before “published”
#retroactive: the reason
"""
SUMMARY = """\
# What changes for the reader, in plain words. Write one point for each changed section and remove the “#”.
{sections}\
#summary:
#  - section: {example}
#    text: One plain sentence on what is different in this section.
"""
TRANSLATES = """\
# The digest of the binding text that was translated. When the translation is up to date, “inforce check”
# shows the new digest to write here.
translates: {digest}
"""
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft as written: its folder, label and languages, and the version it was copied from, if any."""

    folder: Path
    label: Label
    languages: tuple[Language, ...]
    copied: Version | None


def draft_version(
    root: Path,
    policy_id: str,
    *,
    effective: str,
    change: ChangeLevel,
    now: datetime,
    published: str | None = None,
    label: str | None = None,
    languages: Iterable[Language] = (),
) -> Draft:
    """Copy the newest version of `policy_id` that was not cancelled at `now` into a new draft folder.

    `effective` and `published` are dates in the book's zone or RFC 3339 instants and are written unchanged.
    `published` defaults to the day of `now`, `label` to the effective date, `languages` to all languages of the copied
    version. InforceError with exit code 2 for an unknown policy or language, a label that is not after the newest one,
    or a folder that already exists.
    """
    catalog = readable_catalog(read_book(root), policy_id)
    policy, zone = catalog.policy(policy_id), catalog.settings.timezone
    newest = newest_label(policy)
    published = published or day_of(now, zone).isoformat()
    stub = version_stub(newest, zone, effective=effective, published=published, change=change, label=label)
    uncancelled = [version for version in policy.versions if not version.is_cancelled(now)]
    copied = uncancelled[-1] if uncancelled else None
    texts = dict(_texts(policy, copied, tuple(languages)))
    folder = root / BOOK / policy.id / stub.label.text
    with new_folder(folder) as fresh:
        create_file(fresh / "version.yml", stub.version_yml.encode(), durable=False)
        for language, text in texts.items():
            create_file(fresh / f"{language}.md", text.encode(), durable=False)
    return Draft(folder=folder, label=stub.label, languages=tuple(texts), copied=copied)


def newest_label(policy: Policy | None) -> Label | None:
    """Return the highest label of the versions of `policy` that amend none; None if there are none."""
    return (
        max((version.label for version in policy.versions if version.amends is None), default=None) if policy else None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionStub:
    """A version to be drafted: its label, and its version.yml with a comment on every field."""

    label: Label
    version_yml: str


def version_stub(
    newest: Label | None,
    zone: ZoneInfo,
    *,
    effective: str,
    published: str,
    change: ChangeLevel,
    label: str | None = None,
) -> VersionStub:
    """Return the label and the version.yml of a version after `newest`; ShapeError if a date or the label is invalid.

    `effective` and `published` are dates in `zone` or RFC 3339 instants; `label` defaults to the effective date.
    """
    day = day_of(_ordered(published, effective, zone), zone)
    try:
        chosen = Label(label) if label else _proposal(newest, day)
    except ValueError as cause:
        raise ShapeError("label", str(cause)) from cause
    if newest and chosen <= newest:
        problem = f"expected a label after “{newest}”, the newest version, got “{chosen}”"
        raise ShapeError("label", problem, f"choose one with --label, such as “{_successor(newest)}”")
    text = VERSION_YML.format(zone=zone.key, published=published, effective=effective, change=change)
    return VersionStub(label=chosen, version_yml=text)


def empty_summary(text: str) -> str:
    """Return front matter for the editor's summary of changes in `text`: a commented-out example."""
    ids = [clause.id for clause in parse(text).clauses if clause.explicit_id]
    sections = f"# The sections of this text: {', '.join(ids)}\n" if ids else ""
    return SUMMARY.format(sections=sections, example=ids[0] if ids else "the-id-of-the-section")


def _ordered(published: str, effective: str, zone: ZoneInfo) -> datetime:
    """Read both dates; return the instant of `effective`, which must not be before `published`."""
    instants = {}
    for name, text in (("published", published), ("effective", effective)):
        try:
            instants[name] = parse_instant(text, zone)
        except ValueError as cause:
            raise ShapeError(name, str(cause)) from cause
    if instants["effective"] < instants["published"]:
        fix = "choose a later date; a retroactive version needs “retroactive” in version.yml"
        raise ShapeError("effective", f"is before “published” ({published})", fix)
    return instants["effective"]


def _proposal(newest: Label | None, day: date) -> Label:
    """Return the date `day` as a label, with a number appended if a version of that day already exists."""
    label = Label(day.isoformat())
    same_day = newest is not None and newest.numbers[:3] == label.numbers
    return _successor(newest) if newest and same_day else label


def _successor(label: Label) -> Label:
    """Return the label after `label`: the last number plus one, or `.1` appended to a date without a number."""
    head, separator, last = label.text.rpartition(".")
    return Label(f"{head}.{int(last) + 1}") if separator else Label(f"{last}.1")


def _texts(policy: Policy, copied: Version | None, wanted: tuple[Language, ...]) -> Iterator[tuple[Language, str]]:
    """Yield the draft's text by language: the text of `copied`, or only a title for the first version of a policy."""
    known = copied.languages if copied else (policy.binding_language, *policy.titles)
    for language in wanted:
        if language not in known:
            fix = did_you_mean(str(language), [str(tag) for tag in known]).strip(" –")
            raise ShapeError("language", f"expected one of {', '.join(map(str, known))}, got “{language}”", fix)
    chosen = {policy.binding_language, *(wanted or known)} if copied else {policy.binding_language, *wanted}
    for language in sorted(chosen):
        edition = copied.edition(language) if copied else None
        yield language, _text(policy, edition) if edition else f"# {policy.title(language)}\n"


def _text(policy: Policy, edition: Edition) -> str:
    """Return the body of `edition`, unchanged, with new front matter before it."""
    head = TRANSLATES.format(digest=edition.translates) if edition.translates else ""
    if edition.summary or edition.language == policy.binding_language:
        head += empty_summary(edition.text)
    lines = _LINE.findall(edition.source.text.removeprefix("\ufeff"))
    return to_edition("".join(lines[edition.body_line - 1 :]), head)
