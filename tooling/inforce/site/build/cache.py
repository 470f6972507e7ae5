"""A cache of finished files, keyed by their inputs; entries are hard-linked into a site.

Invariants: an entry is used only after its content was compared with its seal, a keyed hash that only this user of this
machine can compute, so that no other user can publish content through the cache; a missing, altered or foreign entry is
created again; no symbolic link below the folder is followed; deleting the folder loses no data; several builds can use
it concurrently, since entries are written atomically.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from inforce.book.files import real_folder
from inforce.book.user_cache import CachePlace
from inforce.disk import create_file, read_regular, replace_file

_READ_ONLY = 0o444
_COPY = 0o644
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
# Incomplete files of a killed build are removed after an hour.
_STALE_SECONDS = 3600
# Used entries are marked at most once per this many seconds; the marks determine the order of removal.
_MARK_SECONDS = 6 * 3600
# Libraries that affect the bytes of a page.
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


class CacheEntry(NamedTuple):
    """The path of an entry, its inode, and the time of its last use."""

    path: str
    inode: int
    used: float
    size: int
    seal: str


class Cache:
    """The entries in `folder`; the file name of each contains its key, size and seal."""

    def __init__(self, place: CachePlace) -> None:
        """List the entries in the folder of `place`; the folder is created with the first entry."""
        self.folder = folder = place.folder
        self._secret = place.secret
        self._genuine: set[str] = set()
        self._buckets: set[str] = set()
        self._unfinished: list[str] = []
        self._known = dict(_entries(folder, self._unfinished))
        self._used: set[str] = set()
        self._new: dict[str, CacheEntry] = {}

    def refresh(self) -> None:
        """List the entries again, since other processes may have added some."""
        self._known = dict(_entries(self.folder, self._unfinished))
        self._buckets.clear()
        self._genuine.clear()

    def keys(self) -> list[str]:
        """Return the keys of all entries."""
        return list(self._known)

    def contains(self, key: str) -> bool:
        """Return whether a complete entry `key` exists."""
        return key in self._known

    @property
    def disk(self) -> int:
        """Return the device number of the cache; -1 if the cache does not exist yet."""
        with contextlib.suppress(FileNotFoundError):
            return self.folder.stat().st_dev
        return -1

    def inode(self, key: str) -> int:
        """Return the inode of the entry `key`; 0 if it does not exist."""
        entry = self._known.get(key)
        return entry.inode if entry else 0

    def read(self, key: str) -> bytes | None:
        """Return the content of the entry `key`; None if it is missing or incomplete."""
        entry = self._known.get(key)
        if entry is None:
            return None
        self._used.add(key)
        content = _read_entry(entry)
        if content is not None and hmac.compare_digest(entry.seal, self._seal(key, content)):
            self._genuine.add(key)
            return content
        self._reject(key)
        return None

    def require(self, key: str) -> bytes:
        """Return the content of the entry `key`; raise LookupError if it is missing or altered."""
        content = self.read(key)
        if content is None:
            raise LookupError(key)
        return content

    def reject_altered(self, keys: Iterable[str]) -> bool:
        """Compare the content of each entry of `keys` with its seal, once; return whether one was missing or altered.

        Altered entries are removed, so that they are created again.
        """
        rejected = False
        for key in keys:
            if key not in self._genuine:
                rejected |= self.read(key) is None
        return rejected

    def _seal(self, key: str, content: bytes) -> str:
        """Return the keyed hash of `content` as the entry `key`, as 32 hex digits.

        The keyed hash covers the SHA-256 digest of the content, since processors have instructions for SHA-256.
        """
        inner = f"{key} {hashlib.sha256(content).hexdigest()}"
        return hashlib.blake2b(inner.encode(), key=self._secret, digest_size=16).hexdigest()

    def _reject(self, key: str) -> None:
        entry = self._known.pop(key, None)
        if entry is not None:
            with contextlib.suppress(OSError):
                Path(entry.path).unlink(missing_ok=True)

    def put(self, key: str, content: bytes) -> None:
        """Store `content` as the entry `key`."""
        bucket = self._bucket(key)
        seal = self._seal(key, content)
        path = Path(f"{bucket}/{key}-{len(content)}-{seal}")
        # Hard links share one file, so entries are read-only: writing to a site must not change the cache.
        try:
            replace_file(path, content, mode=_READ_ONLY, durable=False)
        except FileNotFoundError:  # the cache was emptied in the meantime
            replace_file(real_folder(path.parent) / path.name, content, mode=_READ_ONLY, durable=False)
        status = path.lstat()
        self._known[key] = self._new[key] = CacheEntry(str(path), status.st_ino, status.st_mtime, status.st_size, seal)
        self._genuine.add(key)
        self._used.add(key)

    def _bucket(self, key: str) -> str:
        """Return the folder of the entry `key`; create it if it does not exist."""
        bucket = f"{self.folder}/{key[:2]}"
        if bucket not in self._buckets:
            real_folder(Path(bucket))
            self._buckets.add(bucket)
        return bucket

    def drain(self) -> dict[str, CacheEntry]:
        """Return entries added since the last call, for another process to `merge`."""
        new, self._new = self._new, {}
        return new

    def merge(self, entries: Mapping[str, CacheEntry]) -> None:
        """Add `entries`, which another process stored, to the list."""
        self._known |= entries
        self._genuine |= entries.keys()

    def keep_content(self, content: bytes) -> str:
        """Store `content` under a key computed from it, unless it exists; return the key."""
        key = key_of("content", hashlib.sha256(content).hexdigest())
        if self.reject_altered([key]):
            self.put(key, content)
        return key

    def link(self, key: str, target: str) -> None:
        """Link the entry `key` to the new path `target`; copy it if the file system has no hard links.

        The folder of `target` must exist. Raise LookupError if the entry no longer exists, FileExistsError if `target`
        exists.
        """
        self._used.add(key)
        if self.reject_altered([key]):
            raise LookupError(key)
        path = self._known[key].path
        try:
            os.link(path, target)
        except FileNotFoundError as cause:
            raise LookupError(key) from cause
        except FileExistsError:
            raise
        except OSError:  # another file system, or one without hard links
            self._copy(key, target)

    def _copy(self, key: str, target: str) -> None:
        """Copy the entry `key` to the new file `target`."""
        content = self.read(key)
        if content is None:
            raise LookupError(key)
        # Never into an existing file, since it can be an entry linked by an earlier build.
        create_file(Path(target), content, mode=_COPY, durable=False)

    def use(self, key: str) -> None:
        """Mark the entry `key` as used."""
        self._used.add(key)

    def prune(self, most_bytes: int) -> None:
        """Remove entries that this build did not use, least recently used first, until at most `most_bytes` remain.

        Used entries get a new modification time, at most once per interval, for the next build.
        """
        now = time.time()
        held = 0
        for key, entry in self._known.items():
            held += entry.size
            if key in self._used and now - entry.used > _MARK_SECONDS:
                with contextlib.suppress(OSError):
                    os.utime(entry.path, (now, os.stat(entry.path).st_mtime))  # noqa: PTH116 - the path is a string
        _sweep(self._unfinished, now - _STALE_SECONDS)
        if held <= most_bytes:
            return
        unused = [(entry.used, entry.path, entry.size) for key, entry in self._known.items() if key not in self._used]
        for _, path, size in sorted(unused):
            if held <= most_bytes:
                return
            with contextlib.suppress(OSError):
                Path(path).unlink(missing_ok=True)
            held -= size


def key_of(*parts: str) -> str:
    """Return the key of an entry computed from its inputs `parts`, as 64 hex digits."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def renderer_fingerprint() -> str:
    """Return a digest of the programs that render pages: the files of this package and the relevant libraries."""
    state = hashlib.sha256()
    for name, content in _files(resources.files("inforce"), ""):
        state.update(f"{name}\0{len(content)}\0".encode())
        state.update(content)
    for library in _LIBRARIES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            state.update(f"{library} {metadata.version(library)}\0".encode())
    return state.hexdigest()


def _files(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda path: path.name):
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _files(entry, f"{prefix}{entry.name}/")
        elif entry.is_file():
            yield prefix + entry.name, entry.read_bytes()


def _entries(folder: Path, unfinished: list[str]) -> Iterator[tuple[str, CacheEntry]]:
    """Yield the complete entries of `folder`; add incomplete ones to `unfinished`."""
    for bucket in _buckets(folder):
        with os.scandir(bucket) as scan:
            for file in scan:
                key, _, rest = file.name.partition("-")
                size, _, seal = rest.partition("-")
                if len(key) != 64 or not size.isdecimal() or len(seal) != 32:
                    unfinished += [file.path] if file.name.startswith(".") else []
                    continue
                with contextlib.suppress(OSError):
                    state = file.stat(follow_symlinks=False)
                    if stat.S_ISREG(state.st_mode) and state.st_size == int(size):
                        used = max(state.st_atime, state.st_mtime)
                        yield key, CacheEntry(file.path, state.st_ino, used, state.st_size, seal)


def _read_entry(entry: CacheEntry) -> bytes | None:
    """Return the content of `entry`; None if it is missing, of another size, or not a regular file."""
    with contextlib.suppress(OSError):
        content = read_regular(entry.path, entry.size + 1, _NO_LINK)
        return content if len(content) == entry.size else None
    return None


def _buckets(folder: Path) -> list[str]:
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as scan:
        return [entry.path for entry in scan if len(entry.name) == 2 and entry.is_dir(follow_symlinks=False)]
    return []


def _sweep(unfinished: list[str], before: float) -> None:
    """Remove the files `unfinished` if they were written earlier than `before`, by processes that were killed."""
    for name in unfinished:
        path = Path(name)
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < before:
                path.unlink()
