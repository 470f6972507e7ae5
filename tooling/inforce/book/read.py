"""Reading a book: from the listing of a folder or commit to a catalogue, with everything that could not be read.

Keeps true: one bad file hides no other; what is wrong comes as a BookError with file and line, all of them at once.
Does not check what can be read (see `checks`).
"""

from __future__ import annotations

import contextlib
import gc
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from inforce.book.enclosing import bare_repositories, unlisted_bare_repositories
from inforce.book.front_matter import parse_frontmatter
from inforce.book.paths import BOOK, collisions, edition_language, policy_id
from inforce.book.tree import Entry, EntryKind, Listing, list_folder
from inforce.book.yaml import parse_yaml
from inforce.errors import (
    BookError,
    CatalogError,
    InforceError,
    LayoutError,
    LockError,
    Place,
    SettingsError,
    ShapeError,
    printable,
    quoted,
    sentence,
)
from inforce.fields import Fields, Source, did_you_mean, first_duplicate
from inforce.instant import parse_zone
from inforce.language import Language
from inforce.markdown import MOST_CELLS, line_of_excess_cells
from inforce.policy import Edition, Label, Policy, Version
from inforce.policy.catalog import Catalog
from inforce.policy.lock import Lock
from inforce.policy.settings import Settings

LARGEST = 1024 * 1024
# Some 500 bytes a version: room for a hundred thousand of them.
LARGEST_LOCK = 64 * 1024 * 1024
# The coarsest clock of a disk in use, in nanoseconds: FAT counts two seconds.
_COARSE = 2_000_000_000
_UTC = parse_zone("UTC")
_MISSING = {
    "book.yml": "add it, with “publisher”, “site”, “timezone” and “languages”; “inforce init” writes an example",
    "policy.yml": "add it, with “title”, “kind”, “binding_language” and “act”, or take the folder out",
    "version.yml": "add it, with “published” and “change”, or take the folder out; “inforce new” writes one",
}
_RESTORE = "restore the file from git; it is written by “inforce freeze” only"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class UnreadableBookError(InforceError):
    """A book could not be read; the message lists every fault."""

    def __init__(self, faults: tuple[BookError, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What reading a book gave: the catalogue (None without readable settings), the lock, and all faults."""

    catalog: Catalog | None
    lock: Lock
    faults: tuple[BookError, ...]

    def require(self) -> Catalog:
        """Give the catalogue of a book that was read without a fault; UnreadableBookError otherwise."""
        if self.faults or self.catalog is None:
            raise UnreadableBookError(self.faults)
        return self.catalog


@dataclass(slots=True)
class ParseCache:
    """What was read of a book the last time, by path, with what the disk said of the file and when that was read.

    A file whose last change lies so near to the reading that the disk's clock might not tell another one is read again.
    """

    kept: dict[str, tuple[tuple[int, ...], object]] = field(default_factory=dict)

    def recall(self, entry: Entry) -> Any:
        """Recall what was read out of the file `entry`; None where it may have changed."""
        state, found = self.kept.get(entry.path, ((), None))
        return found if state and state == entry.state else None

    def keep(self, entry: Entry, found: object) -> None:
        """Keep what was `found` in the file `entry`."""
        if entry.state and time.time_ns() - max(entry.state[1:3]) > _COARSE:
            self.kept[entry.path] = (entry.state, found)
        else:
            self.kept.pop(entry.path, None)


@dataclass(slots=True)
class _BookReader:
    """A book being read out of `listing`; faults gather on the way, and what is in `memory` is not read again."""

    listing: Listing
    memory: ParseCache = field(default_factory=ParseCache)
    faults: list[BookError] = field(default_factory=list)

    def book(self) -> Reading:
        entries = {entry.name: entry for entry in self.entries(BOOK)}
        lock = self.lock(entries.pop("lock.json", None))
        settings = self.settings(entries.pop("book.yml", None))
        entries.pop("dismissals.yml", None)
        # Without settings the policies are read for their faults alone; the zone moves days, it makes few faults.
        policies = [policy for policy in self.policies(entries, settings.timezone if settings else _UTC) if policy]
        self.refuse_unknown_policies(settings, entries)
        catalog = Catalog(settings=settings, policies=tuple(policies)) if settings else None
        self.faults.extend(bare_repositories(self.listing))
        return Reading(catalog=catalog, lock=lock, faults=tuple(self.faults))

    def entries(self, folder: str) -> Iterator[Entry]:
        """Go through the entries of `folder` that may be read; hidden ones are passed over, links are faults."""
        entries = [entry for entry in self.listing.get(folder, ()) if not entry.is_hidden]
        self.faults.extend(collisions((entry.name for entry in entries), folder))
        for entry in entries:
            if entry.kind in (EntryKind.LINK, EntryKind.OTHER):
                problem = "is a symbolic link" if entry.kind is EntryKind.LINK else "is neither a file nor a folder"
                fix = "put the file itself there: a book is read without following links"
                self.faults.append(LayoutError(Place(path=entry.path), problem, fix, rule="PATH-link"))
            else:
                yield entry

    def text(self, entry: Entry, most: int = LARGEST) -> str | None:
        """Read the file `entry` as UTF-8; None, and a fault, where it is no such file or longer than `most` bytes."""
        if entry.kind is not EntryKind.FILE:
            self.unexpected(entry, "put a file of this name there instead of the folder")
        elif entry.size > most:
            problem = f"is {entry.size:,} bytes long, more than the {most:,} such a file may have"
            fault = LayoutError(Place(path=entry.path), problem, "divide what it says", rule="PATH-size")
            self.faults.append(fault)
        else:
            return self.decoded(entry.read(), entry.path)
        return None

    def decoded(self, raw: bytes, path: str) -> str | None:
        try:
            return raw.decode()
        except UnicodeDecodeError as cause:
            line = raw[: cause.start].count(b"\n") + 1
            problem = f"is not UTF-8 at byte {cause.start} (0x{raw[cause.start]:02x})"
            fix = "save the file as UTF-8 in your editor and look at the character there"
            if raw.startswith(_UTF16):
                problem, fix = "is UTF-16", "save the file as UTF-8 in your editor"
            self.faults.append(LayoutError(Place(path=path, line=line), problem, fix, rule="ENC-utf8"))
            return None

    def yaml(self, entry: Entry | None, path: str) -> tuple[object, Source] | None:
        """Read the YAML file `entry`, which has to be there as `path`."""
        if entry is None:
            fix = _MISSING[path.rpartition("/")[2]]
            self.faults.append(LayoutError(Place(path=path), "is missing", fix, rule="META-file"))
            return None
        known: tuple[object, Source] | None = self.memory.recall(entry)
        if known:
            return known
        text = self.text(entry)
        if text is None:
            return None
        data, lines = parse_yaml(text.removeprefix("\ufeff"), entry.path)
        read = {} if data is None else data, Source(path=entry.path, text=text, lines=lines)
        self.memory.keep(entry, read)
        return read

    def settings(self, entry: Entry | None) -> Settings | None:
        source = Source(path=f"{BOOK}/book.yml")
        try:
            if read := self.yaml(entry, source.path):
                data, source = read
                return Settings.from_shape(Fields(data, error=SettingsError), source)
        except (BookError, ShapeError) as fault:
            self.fault(fault, source)
        return None

    def lock(self, entry: Entry | None) -> Lock:
        text = self.text(entry, LARGEST_LOCK) if entry else None
        if entry is None or text is None:
            return Lock()
        try:
            return parse_lock(text, entry.path)
        except LockError as fault:
            self.faults.append(fault)
            return Lock()

    def refuse_unknown_policies(self, settings: Settings | None, entries: Mapping[str, Entry]) -> None:
        """Add a fault for each policy of a manifest that has no folder in `entries`."""
        known = [entry.name for entry in entries.values() if entry.kind is EntryKind.FOLDER]
        if settings is None:
            return
        for name, policies in settings.manifests.items():
            for index, policy in enumerate(policies):
                if policy not in known:
                    fix = did_you_mean(policy, known).strip(" –") or f"there are: {', '.join(known) or 'none yet'}"
                    place, problem = f"manifests.{name}[{index}]", f"names no policy of this book: {quoted(policy)}"
                    self.fault(SettingsError(place, problem, fix), settings.source)

    def policies(self, entries: Mapping[str, Entry], zone: ZoneInfo) -> Iterator[Policy | None]:
        for entry in entries.values():
            if entry.kind is EntryKind.FOLDER:
                yield self.policy(entry, zone)
            else:
                self.unexpected(entry, "take it out: a policy is a folder with policy.yml in it")

    def policy(self, folder: Entry, zone: ZoneInfo) -> Policy | None:
        try:
            policy_id(folder.name)
        except ValueError as cause:
            fix = "rename the folder"
            self.faults.append(LayoutError(Place(path=folder.path), str(cause), fix, rule="PATH-policy"))
            return None
        entries = {entry.name: entry for entry in self.entries(folder.path)}
        own = entries.pop("policy.yml", None)
        versions = [version for version in self.versions(entries, zone) if version]
        source = Source(path=f"{folder.path}/policy.yml")
        try:
            if read := self.yaml(own, source.path):
                data, source = read
                policy = Policy.from_shape(folder.name, Fields(data), zone, versions, source)
                self.refuse_missing_binding(policy)
                return policy
        except (BookError, ShapeError) as fault:
            self.fault(fault, source)
        return None

    def versions(self, entries: Mapping[str, Entry], zone: ZoneInfo) -> Iterator[Version | None]:
        for entry in entries.values():
            if entry.kind is EntryKind.FOLDER:
                yield self.version(entry, zone)
            else:
                self.unexpected(entry, "take it out: only policy.yml and a folder per version belong here")

    def version(self, folder: Entry, zone: ZoneInfo) -> Version | None:
        try:
            label = Label(folder.name)
        except ValueError as cause:
            fix = "rename the folder"
            self.faults.append(LayoutError(Place(path=folder.path), str(cause), fix, rule="META-label"))
            return None
        entries = {entry.name: entry for entry in self.entries(folder.path)}
        own = entries.pop("version.yml", None)
        editions = [edition for edition in self.editions(entries) if edition]
        source = Source(path=f"{folder.path}/version.yml")
        try:
            if read := self.yaml(own, source.path):
                data, source = read
                return Version.from_shape(label, Fields(data), zone, tuple(editions), source)
        except (BookError, ShapeError) as fault:
            self.fault(fault, source)
        return None

    def editions(self, entries: Mapping[str, Entry]) -> Iterator[Edition | None]:
        for name, entry in entries.items():
            if entry.kind is EntryKind.FILE and name.endswith(".md"):
                yield self.edition(entry)
            else:
                self.unexpected(entry, "take it out: only version.yml and one .md file per language belong here")

    def edition(self, entry: Entry) -> Edition | None:
        source = Source(path=entry.path)
        known: Edition | None = self.memory.recall(entry)
        if known:
            return known
        try:
            language = edition_language(entry.name, entry.path)
            text = self.text(entry)
            if text is None:
                return None
            refuse_large_tables(text, entry.path)
            parts = parse_frontmatter(text, entry.path)
            source = parts.source
            if not parts.body.replace("\ufeff", "").strip():
                raise LayoutError(Place(path=entry.path), "holds no text", "write the policy below", rule="TEXT-empty")
            edition = Edition.from_shape(language, Fields(parts.data), parts.body, source, parts.body_line)
            self.memory.keep(entry, edition)
            return edition
        except (BookError, ShapeError) as fault:
            self.fault(fault, source)
        return None

    def refuse_missing_binding(self, policy: Policy) -> None:
        unread = {fault.place.path for fault in self.faults}
        for version in policy.versions:
            path = f"{BOOK}/{policy.id}/{version.label}/{policy.binding_language}.md"
            if version.edition(policy.binding_language) is None and path not in unread:
                self.faults.append(_missing_binding(path, policy.binding_language))

    def unexpected(self, entry: Entry, fix: str) -> None:
        self.faults.append(LayoutError(Place(path=entry.path), "is not expected here", fix, rule="PATH-unexpected"))

    def fault(self, fault: BookError | ShapeError, source: Source) -> None:
        """Keep `fault`; one that knows only a member's path is given the file and line out of `source`."""
        if isinstance(fault, ShapeError):
            what = sentence(quoted(fault.path, 200), fault.problem) if fault.path else fault.problem
            fault = CatalogError(source.place(fault.path), what, fault.fix)
        self.faults.append(fault)


def refuse_large_tables(text: str, path: str) -> None:
    """Raise a LayoutError if the tables of `text`, read from `path`, have more cells than a page can show."""
    line = line_of_excess_cells(text)
    if line is not None:
        problem = f"has more than {MOST_CELLS:,} table cells up to here, with the cells that short rows lack"
        fix = "give the table fewer columns or rows, or make several texts of it"
        raise LayoutError(Place(path=path, line=line), problem, fix, rule="PATH-size")


def parse_book(listing: Listing, memory: ParseCache | None = None) -> Reading:
    """Read a book out of `listing`, which holds the entries of each folder by its path."""
    return _BookReader(listing, memory or ParseCache()).book()


def read_book(root: Path, memory: ParseCache | None = None) -> Reading:
    """Read the book of the repository `root`; LayoutError where there is none.

    What `memory` knows to be unchanged on the disk is not read again; it keeps what is read now.
    """
    book = root / BOOK
    if book.is_symlink():
        fix = "put the folder itself there: a book is read without following links"
        raise LayoutError(Place(path=str(book)), "is a symbolic link", fix, rule="PATH-link")
    if not book.is_dir():
        problem = "is not a folder" if book.exists() else "is missing: there is no book here"
        fix = "name the repository with “--repo DIR”, or begin one with “inforce init DIR”"
        raise LayoutError(Place(path=str(book)), problem, fix, rule="META-file")
    with _uncollected():
        listing = list_folder(root, BOOK)
        reading = parse_book(listing, memory)
        return replace(reading, faults=(*reading.faults, *unlisted_bare_repositories(root, listing)))


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no garbage: a book is all kept, and the more of it there is, the longer each look would take."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def parse_lock(text: str, path: str) -> Lock:
    """Read the JSON `text` of the lock file `path`; LockError names what is wrong."""
    try:
        data = json.loads(text, object_pairs_hook=_unique)
        if "\\u" in text:  # an escape can spell half a character, which no file can hold
            json.dumps(data, ensure_ascii=False).encode()
        return Lock.from_json(data)
    except json.JSONDecodeError as cause:
        fix = "a merge left its marks: keep the lines of both sides" if "<<<<<<<" in text else _RESTORE
        place = Place(path=path, line=cause.lineno)
        raise LockError(place, f"is no JSON: {cause.msg}", fix, rule="LOCK-unreadable") from cause
    except ShapeError as cause:
        problem = sentence(quoted(cause.path, 200) if cause.path else "the document", cause.problem)
        fix = (cause.path == "spec" and cause.fix) or _RESTORE
        raise LockError(Place(path=path), f"cannot be read: {problem}", fix, rule="LOCK-unreadable") from cause
    except (ValueError, RecursionError) as cause:
        problem = f"cannot be read: {printable(str(cause))}"
        raise LockError(Place(path=path), problem, _RESTORE, rule="LOCK-unreadable") from cause


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    twice = first_duplicate(name for name, _ in pairs)
    if twice is not None:
        message = f"{quoted(twice)} stands there twice"
        raise ValueError(message)
    return dict(pairs)


def _missing_binding(path: str, language: Language) -> CatalogError:
    problem = f"is missing: this version has no text in the binding language “{language}”"
    fix = "add the text, or correct “binding_language” in policy.yml"
    return CatalogError(Place(path=path), problem, fix, rule="META-binding")
