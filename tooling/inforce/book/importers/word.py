"""Export a text as a Word document, and import the edited document into a draft.

Invariants: only a draft whose text still equals the exported text is written to; the file is written whole or not at
all; unchanged lines keep their bytes, including line ends and blanks; front matter is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from inforce.book.files import write_file
from inforce.book.paths import BOOK
from inforce.book.read import Reading, read_book
from inforce.book.write import readable_catalog
from inforce.disk import how_to_fix, read_regular
from inforce.errors import (
    BookError,
    InforceError,
    LayoutError,
    Place,
    PublishedHistoryError,
    SetupError,
    quoted,
)
from inforce.policy import Edition, Policy, Version
from inforce.policy.catalog import Catalog
from inforce.text import canonical
from inforce.word.roundtrip import DocumentOrigin, Returned, parse_manuscript, take_back, to_manuscript

LARGEST = 32 * 1024 * 1024
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class ManuscriptImport:
    """The result of importing a document: the target path, its text before the import, and the imported text.

    `written` is true if the file at `path`, relative to the repository, was changed.
    """

    path: str
    before: str
    returned: Returned
    written: bool


def export_manuscript(root: Path, policy_id: str, label: str, language: str | None = None) -> tuple[Edition, bytes]:
    """Return an edition of the version `label` of `policy_id`, by default the binding one, and its Word document."""
    catalog = readable_catalog(read_book(root), policy_id)
    policy = catalog.policy(policy_id)
    version = catalog.version(policy, label)
    edition = _edition(policy, version, language or str(policy.binding_language))
    origin = DocumentOrigin(
        policy=policy.id, version=version.label.text, language=edition.language, digest=edition.digest
    )
    title = f"{policy.title(edition.language)} – {version.label}"
    author = catalog.settings.publisher.name
    return edition, to_manuscript(edition.text, origin, title=title, author=author, date=version.published_at)


def import_manuscript(root: Path, file: Path, *, into: str | None = None, untracked: bool = False) -> ManuscriptImport:
    """Import the document `file` into the draft it was exported from, or into the draft `into` with the same text.

    If there are objections, or edits without Track Changes and `untracked` is false, nothing is written and the result
    lists them. InforceError with exit code 2 if the file is not a manuscript, the version does not exist or is not a
    draft, or the draft has changed since; with exit code 3 if the version is locked.
    """
    manuscript = parse_manuscript(_read(file))
    reading = read_book(root)
    catalog = readable_catalog(reading, manuscript.origin.policy)
    edition = _target(reading, catalog, manuscript.origin, into)
    returned = take_back(edition.text, manuscript.story)
    blocked = bool(returned.untracked) and not untracked
    writes = returned.text is not None and not blocked and returned.text != edition.text
    if writes and returned.text is not None:
        write_file(root / edition.source.path, rewritten(edition, returned.text))
    return ManuscriptImport(path=edition.source.path, before=edition.text, returned=returned, written=writes)


def rewritten(edition: Edition, text: str) -> str:
    """Return the file of `edition` with the canonical `text` as its body; unchanged lines keep their bytes."""
    raw = edition.source.text
    mark = "\ufeff" if raw.startswith("\ufeff") else ""
    lines = _LINE.findall(raw.removeprefix("\ufeff"))
    head, body = lines[: edition.body_line - 1], lines[edition.body_line - 1 :]
    match = _LINE_END.search(raw)
    end = match[0] if match else "\n"
    old, new = edition.text.split("\n")[:-1], text.split("\n")[:-1]
    parts: list[str] = []
    for what, start, stop, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        parts += body[start:stop] if what == "equal" else [f"{line}{end}" for line in new[first:last]]
    parts += body[len(old) :]  # blank lines at the end, which a canonical text does not have
    parts = [part if _LINE_END.search(part) else f"{part}{end}" for part in parts[:-1]] + parts[-1:]
    written = "".join(parts)
    if canonical(written) != text:  # the lines do not match the canonical form: write that form
        written = text
    return mark + "".join(head) + written


def _read(file: Path) -> bytes:
    try:
        raw = read_regular(file, LARGEST + 1)
    except FileNotFoundError as cause:
        raise LayoutError(Place(path=str(file)), "does not exist", "pass the path of the Word document") from cause
    except OSError as cause:
        fix = how_to_fix(cause, "pass the path of the Word document")
        raise SetupError(f"{file} cannot be read: {cause.strerror}; {fix}") from cause
    if len(raw) > LARGEST:
        problem = f"is longer than the {LARGEST // 1024 // 1024} MiB allowed for a document"
        raise LayoutError(Place(path=str(file)), problem, "remove pictures from it", rule="PATH-size")
    return raw


def _edition(policy: Policy, version: Version, language: str) -> Edition:
    edition = next((each for each in version.editions if str(each.language) == language), None)
    if edition is None:
        there = ", ".join(map(str, version.languages))
        place = Place(path=f"{BOOK}/{policy.id}/{version.label}")
        raise BookError(place, f"has no text in {quoted(language)}", f"there are: {there}")
    return edition


def _target(reading: Reading, catalog: Catalog, origin: DocumentOrigin, into: str | None) -> Edition:
    """Return the edition into which a document exported from `origin` is imported."""
    policy = catalog.policy(origin.policy)
    version = catalog.version(policy, into or origin.version)
    place = Place(path=f"{BOOK}/{policy.id}/{version.label}")
    locked = version.label.text in reading.lock.entries.get(policy.id, {})
    if locked or not version.draft:
        raise _not_editable(place, locked=locked, fix=_next_step(policy, origin))
    edition = _edition(policy, version, str(origin.language))
    if edition.digest != origin.digest:
        raise _changed_since(edition, origin)
    return edition


def _not_editable(place: Place, *, locked: bool, fix: str) -> InforceError:
    if locked:
        return PublishedHistoryError(place, "is published, and its text cannot be changed", fix, rule="LOCK-text")
    return BookError(place, "is not a draft, and only drafts can be changed", fix)


def _next_step(policy: Policy, origin: DocumentOrigin) -> str:
    drafts = [
        version.label.text
        for version in policy.versions
        if version.draft
        and any(edition.language == origin.language and edition.digest == origin.digest for edition in version.editions)
    ]
    if drafts:
        return f"the draft {drafts[-1]} has the same text: add “--into {drafts[-1]}”"
    begin = f"inforce new {policy.id} --effective DATE --change LEVEL --from {origin.version}"
    correct = f"inforce new {policy.id} --amend {origin.version}"
    return (
        f"create a draft with “{begin}”, or with “{correct}” to correct this text, then pass it with “--into VERSION”"
    )


def _changed_since(edition: Edition, origin: DocumentOrigin) -> BookError:
    problem = (
        f"is not the text that was exported: expected {origin.digest}, got {edition.digest}, so it has changed since"
    )
    fix = "undo the later changes with git, or export the text again and make the changes in that document"
    return BookError(Place(path=edition.source.path), problem, fix)
