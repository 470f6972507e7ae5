"""File trees from which a book can be read: a folder on disk or a commit (see `git`).

Invariants: entries are sorted by path; links are reported and never followed.
"""

from __future__ import annotations

import functools
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from inforce.disk import how_to_fix, read_regular
from inforce.errors import SetupError, printable

# A file that was replaced by a link after it was listed is rejected.
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


class EntryKind(StrEnum):
    """The kind of an entry of a tree."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file or folder of a tree; `path` is relative to the tree's root, with `/` between names.

    `state` identifies the file's content by size, times and inode; empty if unknown.
    """

    path: str
    kind: EntryKind
    size: int
    read: Callable[[], bytes]
    state: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The last name of the path."""
        return self.path.rpartition("/")[2]

    @property
    def is_hidden(self) -> bool:
        """Whether the name begins with a dot; such an entry is not part of the book."""
        return self.name.startswith(".")


_KINDS = {stat.S_IFREG: EntryKind.FILE, stat.S_IFDIR: EntryKind.FOLDER, stat.S_IFLNK: EntryKind.LINK}
Listing = Mapping[str, tuple[Entry, ...]]


def list_folder(root: Path, start: str) -> dict[str, tuple[Entry, ...]]:
    """Return the entries of the folder `start` of `root` and of all non-hidden folders below it, by folder path."""
    listing: dict[str, tuple[Entry, ...]] = {}
    waiting = [start]
    while waiting:
        folder = waiting.pop()
        try:
            entries = tuple(_entries(root, folder))
        except OSError as cause:
            raise _problem(root / folder, "listed", cause) from cause
        listing[folder] = entries
        waiting.extend(entry.path for entry in entries if entry.kind is EntryKind.FOLDER and not entry.is_hidden)
    return listing


def _entries(root: Path, folder: str) -> Iterator[Entry]:
    with os.scandir(root / folder) as scan:
        names = sorted(scan, key=lambda entry: entry.name)
    for found_entry in names:
        path = f"{folder}/{found_entry.name}"
        known = found_entry.stat(follow_symlinks=False)
        yield Entry(
            path=path,
            kind=_kind(known),
            size=known.st_size,
            read=functools.partial(_read, found_entry.path),
            state=(known.st_size, known.st_mtime_ns, known.st_ctime_ns, known.st_ino),
        )


def _kind(known: os.stat_result) -> EntryKind:
    return _KINDS.get(stat.S_IFMT(known.st_mode), EntryKind.OTHER)


def _read(path: str) -> bytes:
    try:
        return read_regular(path, flags=_NO_LINK)
    except OSError as cause:
        raise _problem(path, "read", cause) from cause


def _problem(path: Path | str, action: str, cause: OSError) -> SetupError:
    fix = how_to_fix(cause, "if it changed while the book was read, run the command again")
    return SetupError(f"{printable(str(path))} cannot be {action}: {cause.strerror or cause}; {fix}")
