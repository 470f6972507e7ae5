"""Trees of files a book can be read from: a folder on disk, or a commit (see `history`).

Keeps true: entries come in the order of their paths, links are reported and never followed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from inforce.errors import EnvironmentProblemError


class EntryKind(StrEnum):
    """What an entry of a tree is."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file or folder of a tree; `path` is relative to the tree's root, with `/` between names."""

    path: str
    kind: EntryKind
    size: int
    read: Callable[[], bytes]

    @property
    def name(self) -> str:
        """The last name of the path."""
        return self.path.rpartition("/")[2]


Listing = Mapping[str, tuple[Entry, ...]]


def list_folder(root: Path, start: str) -> dict[str, tuple[Entry, ...]]:
    """List all folders at and below `start` in `root`: the entries of each, by the folder's path."""
    listing: dict[str, tuple[Entry, ...]] = {}
    waiting = [start]
    while waiting:
        folder = waiting.pop()
        entries = tuple(_entries(root, folder))
        listing[folder] = entries
        waiting.extend(entry.path for entry in entries if entry.kind is EntryKind.FOLDER)
    return listing


def _entries(root: Path, folder: str) -> Iterator[Entry]:
    try:
        with os.scandir(root / folder) as found:
            names = sorted(found, key=lambda entry: entry.name)
    except OSError as cause:
        message = f"{root / folder} cannot be listed: {cause.strerror}"
        raise EnvironmentProblemError(message) from cause
    for found_entry in names:
        path = f"{folder}/{found_entry.name}"
        yield Entry(
            path=path,
            kind=_kind(found_entry),
            size=found_entry.stat(follow_symlinks=False).st_size,
            read=(root / path).read_bytes,
        )


def _kind(entry: os.DirEntry[str]) -> EntryKind:
    mode = entry.stat(follow_symlinks=False).st_mode
    kinds = {stat.S_IFREG: EntryKind.FILE, stat.S_IFDIR: EntryKind.FOLDER, stat.S_IFLNK: EntryKind.LINK}
    return kinds.get(stat.S_IFMT(mode), EntryKind.OTHER)
