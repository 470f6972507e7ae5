"""Create a draft of the next version.

Invariants: a draft starts as a byte-for-byte copy of the text of another version, which is no draft unless the editor
chooses it; its folder is written whole or not at all, and existing files are never changed.
Not responsible for: checking dates against the promised notice period (see `checks`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from inforce.book.corrections import lines_of
from inforce.book.files import new_folder
from inforce.book.paths import BOOK
from inforce.book.read import read_book
from inforce.book.write import readable_catalog, to_edition
from inforce.disk import create_file
from inforce.errors import ShapeError
from inforce.fields import did_you_mean
from inforce.instant import day_of, format_instant, format_local, is_start_of_day, parse_instant
from inforce.language import Language
from inforce.markdown import parse
from inforce.policy import ChangeLevel, Edition, Label, Policy, PolicyState, Version

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft as written: its folder, label and languages, and the version it was copied from, if any, with its state.

    `open_drafts` are the other versions of the policy that are not published yet.
    """

    folder: Path
    label: Label
    languages: tuple[Language, ...]
    copied: Version | None
    state: PolicyState | None = None
    open_drafts: tuple[Version, ...] = ()


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
    base: str | None = None,
) -> Draft:
    """Copy a version of `policy_id` into a new draft folder.

    `base` is the label of the copied version; without it, that is the newest announced version at `now`, otherwise the
    version in force. `effective` and `published` are dates in the book's zone or RFC 3339 instants and are written
    unchanged. `published` defaults to the day of `now`, `label` to the effective date, `languages` to all languages of
    the copied version. InforceError with exit code 2 for an unknown policy, version or language, a label that is not
    after the newest one, a date before that of an announced version, or a folder that already exists.
    """
    catalog = readable_catalog(read_book(root), policy_id)
    policy, zone = catalog.policy(policy_id), catalog.settings.timezone
    copied = catalog.version(policy, base) if base else _default_base(policy, now)
    published = published or day_of(now, zone).isoformat()
    stub = version_stub(policy, zone, effective=effective, published=published, change=change, label=label)
    _refuse_early(policy, read_instant("effective", effective, zone), now, zone)
    texts = dict(_texts(policy, copied, tuple(languages)))
    folder = root / BOOK / policy.id / stub.label.text
    with write_draft(folder, {"version.yml": stub.version_yml} | {f"{tag}.md": text for tag, text in texts.items()}):
        pass
    return Draft(
        folder=folder,
        label=stub.label,
        languages=tuple(texts),
        copied=copied,
        state=policy.state(copied, now) if copied else None,
        open_drafts=open_drafts(policy, now),
    )


@contextlib.contextmanager
def write_draft(folder: Path, files: Mapping[str, str]) -> Iterator[None]:
    """Write `files` by name to a new folder, which appears as `folder` if the block succeeds."""
    with new_folder(folder) as fresh:
        for name, text in files.items():
            create_file(fresh / name, text.encode(), durable=False)
        yield


def open_drafts(policy: Policy, now: datetime) -> tuple[Version, ...]:
    """Return the versions of `policy` that are not published at `now`."""
    return tuple(version for version in policy.versions if not version.is_public(now))


def _default_base(policy: Policy, now: datetime) -> Version | None:
    """Return the newest announced version, otherwise the one in force; ShapeError if there are only drafts."""
    base = next(reversed(policy.announced(now)), None) or policy.in_force(now)
    if base is None and (drafts := open_drafts(policy, now)):
        labels = ", ".join(f"“{version.label}”" for version in drafts)
        problem = f"is missing: {policy.id} has no version in force or announced, only drafts: {labels}"
        raise ShapeError("--from", problem, f"edit the draft, or copy it with “--from {drafts[-1].label}”")
    return base


def _refuse_early(policy: Policy, effective: datetime, now: datetime, zone: ZoneInfo) -> None:
    """Raise ShapeError if `effective` is before an announced version of `policy` takes effect."""
    announced = next(reversed([version for version in policy.announced(now) if version.amends is None]), None)
    if announced and effective < announced.effective_at:
        day = format_local(announced.effective_at, zone)
        raise ShapeError(
            "effective", f"is before {day}, when the announced “{announced.label}” takes effect", _hint(policy)
        )


def _hint(policy: Policy) -> str:
    return f"to correct the text in force before that, use “inforce new {policy.id} --amend”"


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
    policy: Policy | None,
    zone: ZoneInfo,
    *,
    effective: str,
    published: str,
    change: ChangeLevel,
    label: str | None = None,
) -> VersionStub:
    """Return the label and the version.yml of the next version of `policy`, which is None if it has no version yet.

    ShapeError if a date or the label is invalid. `effective` and `published` are dates in `zone` or RFC 3339 instants;
    `label` defaults to the effective date.
    """
    newest, day = newest_label(policy), day_of(_ordered(published, effective, zone), zone)
    taken = {version.label for version in policy.versions} if policy else set()
    try:
        chosen = Label(label) if label else _proposal(newest, day, taken)
    except ValueError as cause:
        raise ShapeError("label", str(cause)) from cause
    if policy and newest and chosen <= newest:
        problem = f"expected a label after “{newest}”, the newest version, got “{chosen}”"
        fix = f"to correct a published text, use “inforce new {policy.id} --amend”; for a later version, choose a label"
        raise ShapeError("label", problem, f"{fix} with --label, such as “{_successor(newest, taken)}”")
    if chosen in taken:
        raise ShapeError("label", f"expected a new label, got “{chosen}”, which is an existing version")
    text = VERSION_YML.format(zone=zone.key, published=published, effective=effective, change=change)
    return VersionStub(label=chosen, version_yml=text)


def empty_summary(text: str) -> str:
    """Return front matter for the editor's summary of changes in `text`: a commented-out example."""
    ids = [clause.id for clause in parse(text).clauses if clause.explicit_id]
    sections = f"# The sections of this text: {', '.join(ids)}\n" if ids else ""
    return SUMMARY.format(sections=sections, example=ids[0] if ids else "the-id-of-the-section")


def read_instant(name: str, text: str, zone: ZoneInfo) -> datetime:
    """Parse `text` as an instant; ShapeError with the field `name` if it is invalid."""
    try:
        return parse_instant(text, zone)
    except ValueError as cause:
        raise ShapeError(name, str(cause)) from cause


def written_instant(instant: datetime, zone: ZoneInfo) -> str:
    """Return `instant` as version.yml states it: the date at the start of a day, otherwise RFC 3339."""
    return day_of(instant, zone).isoformat() if is_start_of_day(instant, zone) else format_instant(instant)


def _ordered(published: str, effective: str, zone: ZoneInfo) -> datetime:
    """Read both dates; return the instant of `effective`, which must not be before `published`."""
    first, start = read_instant("published", published, zone), read_instant("effective", effective, zone)
    if start < first:
        fix = "choose a later date; a retroactive version needs “retroactive” in version.yml"
        raise ShapeError("effective", f"is before “published” ({published})", fix)
    return start


def _proposal(newest: Label | None, day: date, taken: Collection[Label]) -> Label:
    """Return the date `day` as a label, with a number appended if a version of that day already exists."""
    label = Label(day.isoformat())
    same_day = newest is not None and newest.numbers[:3] == label.numbers
    return _successor(newest, taken) if newest and same_day else label


def _successor(label: Label, taken: Collection[Label]) -> Label:
    """Return the first label after `label` not in `taken`: the last number plus one, or `.1` appended to a date."""
    head, separator, last = label.text.rpartition(".")
    following = Label(f"{head}.{int(last) + 1}") if separator else Label(f"{last}.1")
    return _successor(following, taken) if following in taken else following


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
    return to_edition(body_of(edition), head)


def body_of(edition: Edition) -> str:
    """Return the body of `edition` as in its file, after the front matter."""
    lines = lines_of(edition.source.text.removeprefix("\ufeff"))
    return "".join(lines[edition.body_line - 1 :])
