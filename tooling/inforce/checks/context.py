"""The book and the instant of one run of the checks, with the values that several rules share.

Invariants: rules about words see only texts that can still be fixed. Locked editions are excluded. Of an imported
history only the newest version is included, because the others were published elsewhere and would repeat the same
findings. Versions that are public but not yet locked are included.
Not responsible for: creating findings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from inforce.checks.book import Book
from inforce.checks.revision import Revision
from inforce.checks.text import CheckedText, File
from inforce.markdown import Document
from inforce.policy import Edition, Policy, Version
from inforce.policy.catalog import Catalog
from inforce.policy.lock import Lock, LockEntry
from inforce.redline import Prepared, Redline, prepare, redline
from inforce.text import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """A version in the book that has an entry in the lock."""

    policy: Policy
    version: Version
    entry: LockEntry


class CheckContext:
    """The readable `catalog` of `book` at the instant `now`."""

    def __init__(self, book: Book, catalog: Catalog, now: datetime) -> None:
        self.book = book
        self.catalog = catalog
        self.now = now
        self._prepared: dict[str, Prepared] = {}

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the book's dates."""
        return self.catalog.settings.timezone

    @property
    def lock(self) -> Lock:
        """The lock of the book."""
        return self.book.lock

    def path(self, *names: str) -> str:
        """Return the path of the folder or file `names` of the book, in the form that findings use."""
        folder = self.catalog.settings.source.path.rpartition("/")[0]
        return "/".join((folder, *names) if folder else names)

    @cached_property
    def paths(self) -> frozenset[str]:
        """The paths of all files that were read."""
        checked = {self.catalog.settings.source.path}
        for policy in self.catalog:
            checked.add(policy.source.path)
            for version in policy.versions:
                checked |= {version.source.path, *(edition.source.path for edition in version.editions)}
        return frozenset(checked)

    def is_unread(self, path: str) -> bool:
        """Return whether reading failed at, below or above `path`, so that a missing file proves nothing."""
        return any(
            fault.place.path == path
            or fault.place.path.startswith(f"{path}/")
            or path.startswith(f"{fault.place.path}/")
            for fault in self.book.faults
        )

    def document(self, edition: Edition) -> Document:
        """Return the parsed Markdown of `edition`, from a cache."""
        return self._parsed(edition.text).document

    def redline(self, old: str, new: str) -> Redline:
        """Compare the Markdown texts `old` and `new`; each is parsed only once."""
        return redline(self._parsed(old), self._parsed(new))

    def known_text(self, digest: Digest) -> str | None:
        """Return the text with `digest`, even if the book no longer contains it; None if it is unknown."""
        return self.book.published.get(digest) or self._base_texts.get(digest)

    @cached_property
    def _base_texts(self) -> dict[Digest, str]:
        policies = self.book.base.catalog if self.book.base and self.book.base.catalog else ()
        editions = [edition for policy in policies for version in policy.versions for edition in version.editions]
        return {edition.digest: edition.text for edition in editions}

    @cached_property
    def locked(self) -> tuple[Locked, ...]:
        """All versions of the book that are in the lock, in the order of policies and labels.

        The lock of the base branch takes precedence, so that changing a text and its lock entry is still detected.
        """
        return tuple(
            Locked(policy=policy, version=version, entry=entry)
            for policy in self.catalog
            for version in policy.versions
            if (entry := self._entry(policy.id, version.label.text))
        )

    def _entry(self, policy: str, label: str) -> LockEntry | None:
        now = self.lock.entry(policy, label)
        was = self.book.base.lock.entry(policy, label) if self.book.base else None
        if was is None or now is None:
            return was or now
        return replace(was, digests={**now.digests, **was.digests}, cancelled=was.cancelled or now.cancelled)

    @cached_property
    def open_versions(self) -> tuple[tuple[Policy, Version], ...]:
        """All versions whose dates and change level can still be edited: neither locked nor imported."""
        return tuple(
            (policy, version)
            for policy in self.catalog
            for version in policy.versions
            if version.origin is None and self.lock.entry(policy.id, version.label.text) is None
        )

    @cached_property
    def texts(self) -> tuple[CheckedText, ...]:
        """All editions whose text can still be fixed."""
        return tuple(self._open_texts())

    @cached_property
    def revisions(self) -> tuple[Revision, ...]:
        """All binding texts that can still be fixed and have a predecessor, except imported ones."""
        return tuple(
            Revision(text=text, redline=self.redline(before.text, text.edition.text))
            for text in self.texts
            if text.is_binding and text.version.origin is None and (before := text.predecessor)
        )

    @cached_property
    def files(self) -> tuple[File, ...]:
        """All files of the book that can still be fixed."""
        settings = self.catalog.settings
        files = [File(source=settings.source)]
        files += [File(source=policy.source) for policy in self.catalog]
        files += [File(source=version.source) for _, version in self.open_versions]
        return (*files, *(File(source=text.edition.source, text=text) for text in self.texts))

    def _parsed(self, text: str) -> Prepared:
        if text not in self._prepared:
            self._prepared[text] = prepare(text)
        return self._prepared[text]

    def _open_texts(self) -> Iterator[CheckedText]:
        for policy in self.catalog:
            imported = [version for version in policy.versions if version.origin]
            skipped = {version.seq for version in imported[:-1]}
            for version in policy.versions:
                entry = self.lock.entry(policy.id, version.label.text)
                locked = entry.digests if entry else {}
                for edition in version.editions:
                    if version.seq not in skipped and edition.language not in locked:
                        yield CheckedText.of(policy, version, edition, self.document(edition))
