"""Read a book from the listing of a folder or commit into a catalog and a list of all read errors.

Invariants: an unreadable file hides no error in another file; every error is a BookError with file and line.
Not responsible for: checking the content of readable files (see `checks`).
"""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from inforce.book.enclosing import bare_repositories, unlisted_bare_repositories
from inforce.book.front_matter import parse_frontmatter
from inforce.book.lock_file import parse_lock
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
    quoted,
    sentence,
)
from inforce.fields import Fields, Source, did_you_mean
from inforce.instant import parse_zone
from inforce.language import Language
from inforce.markdown import MOST_CELLS, MOST_HEADINGS, line_of_excess_cells, line_of_excess_headings
from inforce.policy import Edition, Label, Policy, Version
from inforce.policy.catalog import Catalog
from inforce.policy.lock import Lock
from inforce.policy.settings import Settings

LARGEST = 1024 * 1024
# About 500 bytes per version: room for 100,000 versions.
LARGEST_LOCK = 64 * 1024 * 1024
# The coarsest timestamp of a file system in use, in nanoseconds: FAT has a resolution of two seconds.
_COARSE = 2_000_000_000
_UTC = parse_zone("UTC")
_MISSING = {
    "book.yml": "add it, with “publisher”, “site”, “timezone” and “languages”; “inforce init” writes an example",
    "policy.yml": "add it, with “title”, “kind”, “binding_language” and “act”, or delete the folder",
    "version.yml": "add it, with “published” and “change”, or delete the folder; “inforce new” writes one",
}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class UnreadableBookError(InforceError):
    """A book could not be read; the message lists every fault."""

    def __init__(self, faults: tuple[BookError, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The result of reading a book: the catalog (None without readable settings), the lock and all faults."""

    catalog: Catalog | None
    lock: Lock
    faults: tuple[BookError, ...]

    def require(self) -> Catalog:
        """Return the catalog if the book was read without a fault; raise UnreadableBookError otherwise."""
        if self.faults or self.catalog is None:
            raise UnreadableBookError(self.faults)
        return self.catalog


@dataclass(slots=True)
class ParseCache:
    """Parsed files of a book by path, each with the file state at the time of reading.

    A file that changed within the timestamp resolution before it was read is not cached: a later change could go
    unnoticed.
    """

    entries: dict[str, tuple[tuple[int, ...], object]] = field(default_factory=dict)

    def get(self, entry: Entry) -> Any:
        """Return the cached content of the file `entry`; None if the file may have changed."""
        state, content = self.entries.get(entry.path, ((), None))
        return content if state and state == entry.state else None

    def put(self, entry: Entry, content: object) -> None:
        """Cache `content` for the file `entry`."""
        if entry.state and time.time_ns() - max(entry.state[1:3]) > _COARSE:
            self.entries[entry.path] = (entry.state, content)
        else:
            self.entries.pop(entry.path, None)


@dataclass(slots=True)
class _BookReader:
    """Reads a book from `listing`, collects faults, and does not read files in `cache` again."""

    listing: Listing
    cache: ParseCache = field(default_factory=ParseCache)
    faults: list[BookError] = field(default_factory=list)

    def book(self) -> Reading:
        entries = {entry.name: entry for entry in self.entries(BOOK)}
        lock = self.lock(entries.pop("lock.json", None))
        settings = self.settings(entries.pop("book.yml", None))
        entries.pop("dismissals.yml", None)
        # Without settings, policies are read only to report their faults; the zone hardly affects faults.
        zone = settings.timezone if settings else _UTC
        policies = [policy for policy in self.policies(entries, zone, lock) if policy]
        self.refuse_unknown_policies(settings, entries)
        catalog = Catalog(settings=settings, policies=tuple(policies)) if settings else None
        self.faults.extend(bare_repositories(self.listing))
        return Reading(catalog=catalog, lock=lock, faults=tuple(self.faults))

    def entries(self, folder: str) -> Iterator[Entry]:
        """Yield the readable entries of `folder`; skip hidden ones and record links as faults."""
        entries = [entry for entry in self.listing.get(folder, ()) if not entry.is_hidden]
        self.faults.extend(collisions((entry.name for entry in entries), folder))
        for entry in entries:
            if entry.kind in (EntryKind.LINK, EntryKind.OTHER):
                problem = "is a symbolic link" if entry.kind is EntryKind.LINK else "is neither a file nor a folder"
                fix = "replace the link with the file itself: links in a book are not followed"
                self.faults.append(LayoutError(Place(path=entry.path), problem, fix, rule="PATH-link"))
            else:
                yield entry

    def text(self, entry: Entry, most: int = LARGEST) -> str | None:
        """Return the text of the UTF-8 file `entry`; record a fault if it fails or exceeds `most` bytes."""
        if entry.kind is not EntryKind.FILE:
            self.unexpected(entry, "replace the folder with a file of this name")
        elif entry.size > most:
            problem = f"is {entry.size:,} bytes long, more than the {most:,} allowed"
            fault = LayoutError(Place(path=entry.path), problem, "split its content", rule="PATH-size")
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
            fix = "save the file as UTF-8 in your editor and check that character"
            if raw.startswith(_UTF16):
                problem, fix = "is UTF-16", "save the file as UTF-8 in your editor"
            self.faults.append(LayoutError(Place(path=path, line=line), problem, fix, rule="ENC-utf8"))
            return None

    def yaml(self, entry: Entry | None, path: str) -> tuple[object, Source] | None:
        """Return the data of the YAML file `entry`; record a fault and return None if `path` does not exist."""
        if entry is None:
            fix = _MISSING[path.rpartition("/")[2]]
            self.faults.append(LayoutError(Place(path=path), "is missing", fix, rule="META-file"))
            return None
        known: tuple[object, Source] | None = self.cache.get(entry)
        if known:
            return known
        text = self.text(entry)
        if text is None:
            return None
        data, lines = parse_yaml(text.removeprefix("\ufeff"), entry.path)
        read = {} if data is None else data, Source(path=entry.path, text=text, lines=lines)
        self.cache.put(entry, read)
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
        """Record a fault for each policy listed in a manifest that has no folder in `entries`."""
        known = [entry.name for entry in entries.values() if entry.kind is EntryKind.FOLDER]
        if settings is None:
            return
        for name, policies in settings.manifests.items():
            for index, policy in enumerate(policies):
                if policy not in known:
                    fix = did_you_mean(policy, known).strip(" –") or f"existing: {', '.join(known) or 'none yet'}"
                    place, problem = f"manifests.{name}[{index}]", f"is not a policy of this book: {quoted(policy)}"
                    self.fault(SettingsError(place, problem, fix), settings.source)

    def policies(self, entries: Mapping[str, Entry], zone: ZoneInfo, lock: Lock) -> Iterator[Policy | None]:
        for entry in entries.values():
            if entry.kind is EntryKind.FOLDER:
                yield self.policy(entry, zone, lock)
            else:
                self.unexpected(entry, "delete it: a policy is a folder that contains policy.yml")

    def policy(self, folder: Entry, zone: ZoneInfo, lock: Lock) -> Policy | None:
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
                numbers, acts = lock.numbers(folder.name), lock.acts(folder.name)
                policy = Policy.from_shape(
                    folder.name, Fields(data), zone, versions, source, numbers=numbers, acts=acts
                )
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
                self.unexpected(entry, "delete it: only policy.yml and one folder per version belong here")

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
                self.unexpected(entry, "delete it: only version.yml and one .md file per language belong here")

    def edition(self, entry: Entry) -> Edition | None:
        source = Source(path=entry.path)
        known: Edition | None = self.cache.get(entry)
        if known:
            return known
        try:
            language = edition_language(entry.name, entry.path)
            text = self.text(entry)
            if text is None:
                return None
            refuse_long_structure(text, entry.path)
            parts = parse_frontmatter(text, entry.path)
            source = parts.source
            if not parts.body.replace("\ufeff", "").strip():
                raise LayoutError(
                    Place(path=entry.path),
                    "contains no text",
                    "write the policy below the front matter",
                    rule="TEXT-empty",
                )
            edition = Edition.from_shape(language, Fields(parts.data), parts.body, source, parts.body_line)
            self.cache.put(entry, edition)
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
        """Record `fault`; for a ShapeError, add the file and line of the field from `source`."""
        if isinstance(fault, ShapeError):
            what = sentence(quoted(fault.path, 200), fault.problem) if fault.path else fault.problem
            fault = CatalogError(source.place(fault.path), what, fault.fix)
        self.faults.append(fault)


def refuse_long_structure(text: str, path: str) -> None:
    """Raise a LayoutError if `text`, read from `path`, has more table cells or headings than a page can display."""
    cells = f"{MOST_CELLS:,} table cells up to this line, including the missing cells of short rows"
    headings = f"{MOST_HEADINGS:,} headings up to this line"
    for line, what, fix in (
        (line_of_excess_cells(text), cells, "use fewer columns or rows, or split the text"),
        (line_of_excess_headings(text), headings, "combine sections, or split the text"),
    ):
        if line is not None:
            raise LayoutError(Place(path=path, line=line), f"has more than {what}", fix, rule="PATH-size")


def parse_book(listing: Listing, cache: ParseCache | None = None) -> Reading:
    """Read a book from `listing`, which maps each folder's path to its entries."""
    return _BookReader(listing, cache or ParseCache()).book()


def read_book(root: Path, cache: ParseCache | None = None) -> Reading:
    """Read the book of the repository `root`; LayoutError if it has none.

    Files unchanged since they were cached in `cache` are not read again; `cache` is updated.
    """
    book = root / BOOK
    if book.is_symlink():
        fix = "replace the link with the folder itself: links in a book are not followed"
        raise LayoutError(Place(path=str(book)), "is a symbolic link", fix, rule="PATH-link")
    if not book.is_dir():
        problem = "is not a folder" if book.exists() else "is missing: this folder has no book"
        fix = "pass the repository with “--repo DIR”, or create one with “inforce init DIR”"
        raise LayoutError(Place(path=str(book)), problem, fix, rule="META-file")
    with _uncollected():
        listing = list_folder(root, BOOK)
        reading = parse_book(listing, cache)
        return replace(reading, faults=(*reading.faults, *unlisted_bare_repositories(root, listing)))


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Disable garbage collection: reading creates no garbage, and each collection would traverse the whole book."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _missing_binding(path: str, language: Language) -> CatalogError:
    problem = f"is missing: this version has no text in the binding language “{language}”"
    fix = "add the text, or correct “binding_language” in policy.yml"
    return CatalogError(Place(path=path), problem, fix, rule="META-binding")
