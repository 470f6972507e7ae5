"""Evidence from git about a book, and the limits of that evidence.

Invariants: a version's evidence is the commit that first contained its current binding text, even if files were
changed, renamed within the book or merged since. The boundary commits of a shallow clone are never evidence.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from inforce.book.front_matter import parse_frontmatter
from inforce.book.git.log import Commit, lineages
from inforce.book.git.objects import Claim, DamagedObjectError, object_id
from inforce.book.git.repository import Repository, TreeEntry
from inforce.book.paths import BOOK
from inforce.book.tree import Entry, EntryKind, Listing, list_folder
from inforce.errors import BookError, HistoryError
from inforce.policy import Edition
from inforce.policy.catalog import Catalog
from inforce.policy.evidence import Evidence
from inforce.text import Digest, canonical

_NAMED = 5


class History(Protocol):
    """The history of a book."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return a sentence for each fact that could not be checked; empty if there are none."""

    @property
    def newest(self) -> datetime | None:
        """Return the date of the commit checked out; None if there is none."""

    def evidence(self, catalog: Catalog) -> Mapping[str, Evidence]:
        """Return the commit that first contained each version of `catalog`, by folder; unknown versions are absent.

        Folders are paths in the book, such as `policy_versions/privacy/2027-03-01`.
        """

    def listing(self, ref: str) -> Listing:
        """Return the listing of the book at the commit `ref`, for `parse_book`; empty if that commit has no book.

        HistoryError, with instructions to fetch it, if the commit is not in this clone.
        """

    def merge_base(self, ref: str) -> str | None:
        """Return the merge base of the current branch and `ref`; None if it is not in this clone."""

    def texts_of(self, digests: Iterable[Digest]) -> Mapping[Digest, str]:
        """Return the canonical texts with the given `digests` that occur on a branch in this clone."""


@dataclass(frozen=True, slots=True)
class NoHistory:
    """The history of a book without git, with the `reason`; only `listing` raises."""

    reason: str

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return the reason why nothing could be checked."""
        return (f"The history of the book could not be checked: {self.reason}.",)

    @property
    def newest(self) -> datetime | None:
        """Return None, since there is no commit."""
        return None

    def evidence(self, catalog: Catalog) -> Mapping[str, Evidence]:  # noqa: ARG002 # the shape of History
        """Return no evidence."""
        return {}

    def listing(self, ref: str) -> Listing:
        """Raise HistoryError: without git, only the current state of the book is available."""
        message = f"the book as of “{ref}” cannot be read: {self.reason}"
        raise HistoryError(message)

    def merge_base(self, ref: str) -> str | None:  # noqa: ARG002 # the shape of History
        """Return None, since there is no commit."""
        return None

    def texts_of(self, digests: Iterable[Digest]) -> Mapping[Digest, str]:  # noqa: ARG002 # the shape of History
        """Return no texts."""
        return {}


class GitHistory:
    """The history of the book in `root`, from the git repository that contains it."""

    def __init__(self, root: Path, repository: Repository) -> None:
        """Read the history of the book in `root` from `repository`."""
        self._root = root
        self._repository = repository
        self._head = repository.commit_id("HEAD")
        self._digests: dict[str, Digest | None] = {}
        self._doubts: list[str] = []
        self._read: dict[str, str] = {}  # text of each file by path, filled by `evidence`

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return a sentence for each fact that could not be checked, including those from `evidence`."""
        return (*self._state, *self._doubts)

    @property
    def newest(self) -> datetime | None:
        """Return the date of the commit checked out; None before the first one."""
        return self._repository.committed_at(self._head) if self._head else None

    def evidence(self, catalog: Catalog) -> Mapping[str, Evidence]:
        """Return the commit that first contained each version of `catalog`, by the version's folder."""
        if self._head is None:
            return {}
        self._read = {edition.source.path: edition.source.text for edition in _all_editions(catalog)}
        editions = {edition.source.path: edition for edition in _binding_editions(catalog)}
        # Only exact renames, so that a partial clone gives the same result.
        try:
            commits = self._log(self._head, "-M100%", "--topo-order")
        except HistoryError as cause:
            self._doubts.append(f"No commit could be traced: {cause}.")
            return {}
        # Current texts were already digested; git reads only texts that differ from them.
        self._digests |= {
            object_id("blob", edition.source.text.encode(), len(self._head)): edition.digest
            for edition in editions.values()
        }
        first = {}
        for path, steps in lineages(commits, editions).items():
            step = self._first_with(editions[path].digest, steps)
            if step:
                first[path.rpartition("/")[0]] = step
        proven = self._proven(first.values())
        return {
            folder: Evidence(commit=commit.id, committed=commit.committed, subject=commit.subject)
            for folder, (commit, blob) in first.items()
            if (commit.id, _path_of(blob, commit), blob) in proven
        }

    def _proven(self, steps: Iterable[tuple[Commit, str]]) -> set[Claim]:
        """Return the `steps` that the repository's objects prove; the others are listed in `remarks`."""
        claims = {(commit.id, _path_of(blob, commit), blob) for commit, blob in steps}
        try:
            return self._repository.proven(claims)
        except DamagedObjectError as cause:
            self._doubts.append(f"Some versions are shown without evidence, which could not be verified: {cause}.")
        proven = set[Claim]()
        for claim in claims:
            with contextlib.suppress(DamagedObjectError):
                proven |= self._repository.proven([claim])
        return proven

    def listing(self, ref: str) -> Listing:
        """Return the listing of the book at the commit `ref`; links and submodules are listed, never followed."""
        if ref.startswith("-"):
            message = f"expected the name of a branch, tag or commit, got the option “{ref}”"
            raise HistoryError(message)
        commit = self._repository.commit_id(ref)
        if commit is None:
            raise self._unknown(ref)
        folders: dict[str, list[Entry]] = {}
        tree_entries = self._repository.tree(commit, BOOK)
        sizes = self._repository.sizes(entry.blob for entry in tree_entries if entry.kind is EntryKind.FILE)
        for entry in tree_entries:
            if entry.kind is EntryKind.FOLDER:
                folders[entry.path] = []
            if entry.path != BOOK:
                folders[entry.path.rpartition("/")[0]].append(self._entry(entry, sizes.get(entry.blob, 0)))
        return {path: tuple(sorted(entries, key=lambda entry: entry.name)) for path, entries in folders.items()}

    def merge_base(self, ref: str) -> str | None:
        """Return the merge base of the current branch and `ref`; None if it is not in this clone."""
        commit = self._repository.commit_id(ref)
        base = self._repository.merge_base(commit, self._head) if commit and self._head else None
        # In a shallow clone git may find a commit far before the actual merge base.
        return None if base in self._repository.boundary and base not in (commit, self._head) else base

    def texts_of(self, digests: Iterable[Digest]) -> Mapping[Digest, str]:
        """Return the canonical texts with the given `digests` that occur on a branch in this clone."""
        missing, contents = set(digests), dict[Digest, str]()
        if not missing:
            return {}
        starts = (self._head, "--all") if self._head else ("--all",)
        for text in self._texts(self._log(*starts, "--no-renames")):
            digest = Digest.of(text)
            if digest in missing:
                contents[digest] = text
                missing.discard(digest)
            if not missing:
                break
        return contents

    def _log(self, *words: str) -> tuple[Commit, ...]:
        # Merges are compared with their first parent, so that texts changed in a merge commit are found.
        merges = ("--full-history", "--diff-merges=first-parent")
        return self._repository.log("--relative", *merges, *words, "--", BOOK)

    def _first_with(self, digest: Digest, steps: tuple[tuple[Commit, str], ...]) -> tuple[Commit, str] | None:
        """Return the first of `steps`, oldest first, that has `digest`; None if an earlier step cannot be read."""
        for commit, blob in steps:
            try:
                step_digest = self._digest(blob)
            except HistoryError:
                return None
            if step_digest == digest:
                return None if commit.id in self._repository.boundary else (commit, blob)
        return None

    def _digest(self, blob: str) -> Digest | None:
        if blob not in self._digests:
            text = self._text(blob)
            self._digests[blob] = Digest.of(text) if text else None
        return self._digests[blob]

    def _texts(self, commits: Iterable[Commit]) -> Iterator[str]:
        """Yield all texts of `commits` that are in this clone, each once, newest first."""
        for blob in _markdown(commits):
            with contextlib.suppress(HistoryError):
                if text := self._text(blob):
                    yield text

    def _text(self, blob: str) -> str | None:
        try:
            return canonical(parse_frontmatter(self._repository.content(blob).decode(), blob).body)
        except (UnicodeDecodeError, BookError):
            return None

    def _entry(self, tree_entry: TreeEntry, size: int) -> Entry:
        read = functools.partial(self._repository.content, tree_entry.blob)
        return Entry(path=tree_entry.path, kind=tree_entry.kind, size=size, read=read)

    def _unknown(self, ref: str) -> HistoryError:
        message = f"there is no commit “{ref}” in this clone"
        remote = f"origin/{ref}"
        if self._repository.commit_id(remote):
            return HistoryError(f"{message}; use “{remote}” instead")
        branch = ref.removeprefix("origin/")
        fix = f"fetch it with “git fetch origin {branch}”; in a workflow, check out with “fetch-depth: 0”"
        return HistoryError(f"{message}; {fix}")

    @functools.cached_property
    def _state(self) -> tuple[str, ...]:
        return tuple(self._remarks())

    def _remarks(self) -> Iterator[str]:
        if self._head is None:
            yield "The repository has no commits yet, so no version has a commit as evidence."
            return
        if self._repository.boundary:
            yield (
                "This clone is shallow: versions older than its first commit are shown without a commit. "
                "Fetch the rest with “git fetch --unshallow”, in a workflow with “fetch-depth: 0”."
            )
        if self._repository.is_partial:
            yield "This clone is partial: old texts that are only on the server could not be compared."
        if self._repository.answer("symbolic-ref", "--quiet", "HEAD") is None:
            yield f"No branch is checked out: the evidence comes from commit {self._head[:12]} and its ancestors."
        try:
            dirty = self._uncommitted(self._head)
        except HistoryError as cause:
            yield f"The files could not be compared with the last commit: {cause}."
            return
        if dirty:
            rest = f" and {len(dirty) - _NAMED} more" if len(dirty) > _NAMED else ""
            yield f"Changed since the last commit, and therefore without evidence: {', '.join(dirty[:_NAMED])}{rest}."

    def _uncommitted(self, head: str) -> list[str]:
        """Return the files of the book that differ from `head`; git status is not used because it could run filters."""
        committed = {entry.path: entry for entry in self._repository.tree(head, BOOK) if entry.kind is EntryKind.FILE}
        listing = list_folder(self._root, BOOK) if (self._root / BOOK).is_dir() else {}
        present = {entry.path: entry for entries in listing.values() for entry in entries}
        files = {path: entry for path, entry in present.items() if entry.kind is EntryKind.FILE and not _hidden(path)}
        same = {
            path
            for path in files.keys() & committed.keys()
            if _same(self._content_of(files[path]), committed[path].blob)
        }
        return sorted((files.keys() | {path for path in committed if not _hidden(path)}) - same)

    def _content_of(self, entry: Entry) -> bytes:
        text = self._read.get(entry.path)
        return entry.read() if text is None else text.encode()


def open_history(root: Path) -> History:
    """Return the history of the book in `root`, or NoHistory with the reason. Never raises."""
    try:
        return GitHistory(root, Repository.around(root))
    except HistoryError as cause:
        return NoHistory(str(cause))


def _all_editions(catalog: Catalog) -> Iterator[Edition]:
    return (edition for policy in catalog for version in policy.versions for edition in version.editions)


def _binding_editions(catalog: Catalog) -> Iterator[Edition]:
    for policy in catalog:
        editions = (version.edition(policy.binding_language) for version in policy.versions)
        yield from (edition for edition in editions if edition)


def _markdown(commits: Iterable[Commit]) -> Iterable[str]:
    """Return the blobs of all Markdown files in `commits`, each once, newest first."""
    changes = (change for commit in commits for change in commit.changes)
    return dict.fromkeys(change.blob for change in changes if change.path.endswith(".md") and change.is_file)


def _hidden(path: str) -> bool:
    return any(name.startswith(".") for name in path.split("/"))


def _path_of(blob: str, commit: Commit) -> str:
    """Return a path at which `commit` put the content `blob`."""
    return next(change.path for change in commit.changes if change.blob == blob and change.is_file)


def _same(data: bytes, blob: str) -> bool:
    """Return whether `data` is the content `blob`, up to CRLF line ends."""
    if object_id("blob", data, len(blob)) == blob:
        return True
    return b"\r\n" in data and object_id("blob", data.replace(b"\r\n", b"\n"), len(blob)) == blob
