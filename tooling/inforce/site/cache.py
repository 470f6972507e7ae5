"""A cache of finished files, named by what they were made of; entering one into a site is making a hard link.

Keeps true: an entry that is missing, cut short or of another maker is simply made again; deleting the folder costs
time and nothing else; several builds may use it at once, since an entry appears whole or not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path

_READ_ONLY = 0o444
# Libraries that shape the bytes of a page.
_LIBRARIES = (
    "babel",
    "budoux",
    "diff-match-patch",
    "jinja2",
    "langcodes",
    "markdown-it-py",
    "mdit-py-plugins",
    "nh3",
    "pydyf",
    "python-docx",
    "rapidfuzz",
    "weasyprint",
)


class Cache:
    """The entries in `folder`; the name of each is its key and, to know it whole, its size."""

    def __init__(self, folder: Path) -> None:
        """Look which entries `folder` holds; it is made when the first one is kept."""
        self._folder = folder
        self._known = {name.partition("-")[0]: path for name, path in _entries(folder)}
        self._used: set[str] = set()

    def refresh(self) -> None:
        """Look again which entries there are: other processes may have kept some."""
        self._known = {name.partition("-")[0]: path for name, path in _entries(self._folder)}

    def holds(self, key: str) -> bool:
        """Tell whether there is a whole entry `key`."""
        path = self._known.get(key)
        if path is None:
            return False
        try:
            return path.stat().st_size == int(path.name.partition("-")[2])
        except (OSError, ValueError):
            return False

    def keep(self, key: str, content: bytes) -> None:
        """Keep `content` as the entry `key`."""
        folder = self._folder / key[:2]
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".new-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        # Hard links share one file: nobody may write to an entry through a site.
        Path(name).chmod(_READ_ONLY)
        self._known[key] = Path(name).replace(folder / f"{key}-{len(content)}")

    def enter(self, key: str, target: Path) -> None:
        """Put the entry `key` at `target`, as a hard link where the disk allows it."""
        self._used.add(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        # What an earlier build left may be a link to an entry, and writing into it would change that entry.
        target.unlink(missing_ok=True)
        try:
            target.hardlink_to(self._known[key])
        except OSError:
            shutil.copyfile(self._known[key], target)

    def prune(self, most_bytes: int) -> None:
        """Drop entries this build did not use, the oldest first, until at most `most_bytes` are held."""
        rows = []
        for _, path in _entries(self._folder):
            with contextlib.suppress(OSError):
                found = path.stat()
                rows.append((path.name.partition("-")[0] in self._used, found.st_mtime, found.st_size, path))
        held = sum(row[2] for row in rows)
        for used, _, size, path in sorted(rows, key=lambda row: row[:2]):
            if used or held <= most_bytes:
                return
            path.unlink(missing_ok=True)
            held -= size


def key_of(*parts: str) -> str:
    """Name an entry by the `parts` it is made of, as 64 hex digits."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def maker() -> str:
    """Name what makes pages: this package's files, and the libraries that shape bytes."""
    state = hashlib.sha256()
    for name, content in _files(resources.files("inforce"), ""):
        state.update(f"{name}\0{len(content)}\0".encode())
        state.update(content)
    for library in _LIBRARIES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            state.update(f"{library} {metadata.version(library)}\0".encode())
    return state.hexdigest()


def _files(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _files(entry, f"{prefix}{entry.name}/")
        elif entry.is_file():
            yield prefix + entry.name, entry.read_bytes()


def _entries(folder: Path) -> Iterable[tuple[str, Path]]:
    for bucket in sorted(folder.glob("[0-9a-f][0-9a-f]")):
        for path in bucket.iterdir():
            if not path.name.startswith("."):
                yield path.name, path
