"""What a person begins: a draft of the next version, and a repository of policies.

Keeps true: a draft begins with the words of the version before it, byte for byte; a folder is written whole or not at
all, and nothing that was there is touched. Does not judge a date: whether it keeps what was promised, checks say.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from zoneinfo import ZoneInfo

from inforce.book.files import new_folder
from inforce.book.paths import BOOK
from inforce.book.read import read_book
from inforce.book.vendoring import vendored
from inforce.book.write import readable, to_edition
from inforce.disk import how_to_fix
from inforce.errors import LayoutError, Place, SetupError, ShapeError
from inforce.fields import did_you_mean
from inforce.instant import day_of, parse_instant
from inforce.language import Language
from inforce.markdown import parse
from inforce.policy import ChangeLevel, Edition, Label, Policy, Version

VERSION_YML = """\
# From when people can read this version. A date is the start of that day in {zone}.
published: {published}
# From when it applies. Between the two lies the notice that people get.
effective: {effective}
# material: must be accepted again · notice: people are told · editorial: nothing is asked
change: {change}
# On no page and in no manifest while this line stands. Take it out when the words are final.
draft: true

# Take the “#” off a line that is needed:
# people who join from this day on get this version at once
#effective_new: {published}
# until this day an older acceptance is honoured; “never” sets no end
#enforce: {effective}
# only where “effective” is before “published”
#retroactive: the reason
"""
SUMMARY = """\
# What changes for the reader, in plain words. Write a point for each section that changes, and take off the “#”.
{sections}\
#summary:
#  - section: {example}
#    text: In one plain sentence, what is different in this section now.
"""
TRANSLATES = """\
# The binding text that this translation was made from. “inforce check” names the one to write here
# once the translation says what the new binding text says.
translates: {digest}
"""
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_SKELETON = "skeleton"
_TEMPLATES = ("pull_request_template.md", "CODEOWNERS")
_EXAMPLE = f"{BOOK}/privacy"
# A name with a leading dot would change how this package itself is packed and versioned.
_DOT = "dot-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft as written: its folder, label and languages, and the version it was copied from, where there is one."""

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

    `effective` and `published` are dates of the book's zone or RFC 3339 instants, and are written as they are given;
    `published` defaults to the day of `now`, `label` to the effective date, `languages` to all there are. Refused with
    an InforceError of exit code 2: an unknown policy or language, a label not after the newest, a folder in the way.
    """
    catalog = readable(read_book(root), policy_id)
    policy, zone = catalog.policy(policy_id), catalog.settings.timezone
    newest = policy.versions[-1].label if policy.versions else None
    published = published or day_of(now, zone).isoformat()
    begun = begin_version(newest, zone, effective=effective, published=published, change=change, label=label)
    standing = [version for version in policy.versions if not version.is_cancelled(now)]
    copied = standing[-1] if standing else None
    texts = dict(_texts(policy, copied, tuple(languages)))
    folder = root / BOOK / policy.id / begun.label.text
    with new_folder(folder) as fresh:
        (fresh / "version.yml").write_bytes(begun.version_yml.encode())
        for language, text in texts.items():
            (fresh / f"{language}.md").write_bytes(text.encode())
    return Draft(folder=folder, label=begun.label, languages=tuple(texts), copied=copied)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """A version that is about to be drafted: its label, and its file version.yml with every member explained."""

    label: Label
    version_yml: str


def begin_version(
    newest: Label | None,
    zone: ZoneInfo,
    *,
    effective: str,
    published: str,
    change: ChangeLevel,
    label: str | None = None,
) -> Beginning:
    """Choose the label of a version after `newest` and write its version.yml; ShapeError names what is wrong.

    `effective` and `published` are dates of `zone` or RFC 3339 instants; without `label` the effective date is it.
    """
    day = day_of(_ordered(published, effective, zone), zone)
    try:
        chosen = Label(label) if label else _proposal(newest, day)
    except ValueError as cause:
        raise ShapeError("label", str(cause)) from cause
    if newest and chosen <= newest:
        problem = f"expected one after “{newest}”, the newest version, got “{chosen}”"
        raise ShapeError("label", problem, f"name one with --label, such as “{_successor(newest)}”")
    text = VERSION_YML.format(zone=zone.key, published=published, effective=effective, change=change)
    return Beginning(label=chosen, version_yml=text)


def begin_repository(folder: Path, *, empty: bool = False, wheel: Path | None = None) -> tuple[str, ...]:
    """Write a repository of policies that builds at once into `folder`, which is made or empty but for `.git`.

    With `empty` the example policy is left out. The workflows install `wheel`, or else this program's own. Returns the
    paths written, relative to `folder`, with `/` between names. LayoutError, exit code 2, where something is there
    already; SetupError where no wheel can be made; after any error nothing is left behind.
    """
    _refuse_occupied(folder)
    was_there = folder.exists()
    skeleton = {**dict(_skeleton(files("inforce.book") / _SKELETON, "")), **dict(_automation()), **vendored(wheel)}
    contents = {path: data for path, data in skeleton.items() if not (empty and path.startswith(f"{_EXAMPLE}/"))}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # The folder itself stays where it is: it may be the one a shell stands in, or a mounted disk.
        with tempfile.TemporaryDirectory(dir=folder, prefix=".begin-") as staging:
            for path, data in contents.items():
                (Path(staging) / path).parent.mkdir(parents=True, exist_ok=True)
                (Path(staging) / path).write_bytes(data)
            _move_up(Path(staging), folder)
    except OSError as cause:
        if not was_there:
            shutil.rmtree(folder, ignore_errors=True)
        message = f"{folder} cannot be written to: {cause.strerror or cause}; {how_to_fix(cause)}"
        raise SetupError(message) from cause
    return tuple(sorted(contents))


def empty_summary(text: str) -> str:
    """Write the front matter in which somebody is to say what changes in `text`: an example, commented out."""
    ids = [clause.id for clause in parse(text).clauses if clause.explicit_id]
    sections = f"# The sections of this text: {', '.join(ids)}\n" if ids else ""
    return SUMMARY.format(sections=sections, example=ids[0] if ids else "the-id-of-the-section")


def _ordered(published: str, effective: str, zone: ZoneInfo) -> datetime:
    """Read both dates; gives the instant of `effective`, which may not lie before that of `published`."""
    instants = {}
    for name, text in (("published", published), ("effective", effective)):
        try:
            instants[name] = parse_instant(text, zone)
        except ValueError as cause:
            raise ShapeError(name, str(cause)) from cause
    if instants["effective"] < instants["published"]:
        fix = "name a later date; what applied before anybody could read it needs “retroactive” in version.yml"
        raise ShapeError("effective", f"is before “published” ({published})", fix)
    return instants["effective"]


def _proposal(newest: Label | None, day: date) -> Label:
    """Propose the date `day` as a label, with a further number where a version of that day is there already."""
    label = Label(day.isoformat())
    same_day = newest is not None and newest.numbers[:3] == label.numbers
    return _successor(newest) if newest and same_day else label


def _successor(label: Label) -> Label:
    """Name the label that follows `label`: the last number plus one, or a first `.1` behind a date alone."""
    head, separator, last = label.text.rpartition(".")
    return Label(f"{head}.{int(last) + 1}") if separator else Label(f"{last}.1")


def _texts(policy: Policy, copied: Version | None, wanted: tuple[Language, ...]) -> Iterator[tuple[Language, str]]:
    """Give the files of the draft by language: those of `copied`, or a title alone for the first version of all."""
    known = copied.languages if copied else (policy.binding_language, *policy.titles)
    for language in wanted:
        if language not in known:
            fix = did_you_mean(str(language), [str(one) for one in known]).strip(" –")
            raise ShapeError("language", f"expected one of {', '.join(map(str, known))}, got “{language}”", fix)
    chosen = {policy.binding_language, *(wanted or known)} if copied else {policy.binding_language, *wanted}
    for language in sorted(chosen):
        edition = copied.edition(language) if copied else None
        yield language, _text(policy, edition) if edition else f"# {policy.title(language)}\n"


def _text(policy: Policy, edition: Edition) -> str:
    """Put a new front matter before the body of `edition`, which stays as it is."""
    head = TRANSLATES.format(digest=edition.translates) if edition.translates else ""
    if edition.summary or edition.language == policy.binding_language:
        head += empty_summary(edition.text)
    lines = _LINE.findall(edition.source.text.removeprefix("\ufeff"))
    return to_edition("".join(lines[edition.body_line - 1 :]), head)


def _refuse_occupied(folder: Path) -> None:
    place = Place(path=str(folder))
    fix = "name a folder that is not there yet"
    if folder.exists() and not folder.is_dir():
        raise LayoutError(place, "is not a folder", fix, rule="PATH-unexpected")
    found = sorted(entry.name for entry in folder.iterdir() if entry.name != ".git") if folder.is_dir() else []
    if found:
        raise LayoutError(place, f"is not empty: “{found[0]}” is in it", fix, rule="PATH-unexpected")


def _skeleton(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        name = f".{entry.name.removeprefix(_DOT)}" if entry.name.startswith(_DOT) else entry.name
        if entry.is_dir():
            yield from _skeleton(entry, f"{path}{name}/")
        else:
            yield f"{path}{name}", entry.read_bytes()


def _automation() -> Iterator[tuple[str, bytes]]:
    """Go through the files of `tooling/action/` that a repository begins with, each with the path it goes to."""
    # A wheel holds them beside this module; in a checkout they lie where people look for them.
    packed = files("inforce.book") / "automation"
    folder = packed if packed.is_dir() else Path(__file__).parents[2] / "action"
    for name, data in _skeleton(folder, ""):
        if name.startswith("workflows/") or name in _TEMPLATES:
            yield f".github/{name}", data
        elif name == "action.yml" or (name.endswith(".py") and "/" not in name):
            yield f".github/actions/inforce/{name}", data


def _move_up(staging: Path, folder: Path) -> None:
    """Move what is in `staging` into `folder`, all of it or nothing."""
    with contextlib.ExitStack() as undo:
        for entry in sorted(staging.iterdir()):
            target = folder / entry.name
            entry.rename(target)
            undo.callback(_remove, target)
        undo.pop_all()


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
