"""A cache of finished files, named by their inputs; an entry is put into a site as a hard link.

Invariants: an entry is used only after its content was compared with its seal, a keyed hash that only this user of
this machine can make, so that no other user can publish words through the cache; an entry that is missing, altered or
made by another program is made again; no symbolic link below the folder is followed; deleting the folder costs time
and nothing else; several builds may use it at once, since an entry appears whole or not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import itertools
import os
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from inforce.book.files import machine_secret, real_folder

_READ_ONLY = 0o444
_COPY = 0o644
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
# What a build that was killed left unfinished is anybody's to sweep up after an hour.
_UNFINISHED = ".new-"
_STALE_SECONDS = 3600
# An entry that is used is marked as used once in so many seconds, so that the cache knows which to drop first.
_MARK_SECONDS = 6 * 3600
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


class CacheEntry(NamedTuple):
    """Where an entry lies, which file of the disk it is, and when it was last used."""

    path: str
    inode: int
    used: float
    size: int
    seal: str


class Cache:
    """The entries in `folder`; the name of each is its key, its size and its seal."""

    def __init__(self, folder: Path) -> None:
        """Look which entries `folder` holds; it is made when the first one is kept."""
        self.folder = folder
        self._secret = machine_secret()
        self._genuine: set[str] = set()
        self._buckets: set[str] = set()
        self._unfinished: list[str] = []
        self._known = dict(_entries(folder, self._unfinished))
        self._used: set[str] = set()
        self._new: dict[str, CacheEntry] = {}
        self._numbers = itertools.count()

    def refresh(self) -> None:
        """Look again which entries there are: other processes may have kept some."""
        self._known = dict(_entries(self.folder, self._unfinished))
        self._buckets.clear()
        self._genuine.clear()

    def keys(self) -> list[str]:
        """Return the keys of all entries."""
        return list(self._known)

    def holds(self, key: str) -> bool:
        """Tell whether there is a whole entry `key`."""
        return key in self._known

    @property
    def disk(self) -> int:
        """Tell which disk the cache is on; -1 where there is no cache yet."""
        with contextlib.suppress(FileNotFoundError):
            return self.folder.stat().st_dev
        return -1

    def inode(self, key: str) -> int:
        """Tell which file of the disk the entry `key` is; 0 where there is none."""
        found = self._known.get(key)
        return found.inode if found else 0

    def read(self, key: str) -> bytes | None:
        """Read the entry `key`; None where there is none, or no whole one any more."""
        found = self._known.get(key)
        if found is None:
            return None
        self._used.add(key)
        content = _read_entry(found)
        if content is not None and hmac.compare_digest(found.seal, self._seal(key, content)):
            self._genuine.add(key)
            return content
        self._reject(key)
        return None

    def require(self, key: str) -> bytes:
        """Read the entry `key`; LookupError where there is none, or one that was altered."""
        content = self.read(key)
        if content is None:
            raise LookupError(key)
        return content

    def reject_altered(self, keys: Iterable[str]) -> bool:
        """Compare the content of each entry of `keys` with its seal, once; return whether one was missing or altered.

        An altered entry is removed, so that it is made again.
        """
        rejected = False
        for key in keys:
            if key not in self._genuine:
                rejected |= self.read(key) is None
        return rejected

    def _seal(self, key: str, content: bytes) -> str:
        """Return the keyed hash of `content` as the entry `key`, as 32 hex digits.

        SHA-256 reads the content, since processors have instructions for it; the keyed hash covers its digest.
        """
        inner = f"{key} {hashlib.sha256(content).hexdigest()}"
        return hashlib.blake2b(inner.encode(), key=self._secret, digest_size=16).hexdigest()

    def _reject(self, key: str) -> None:
        found = self._known.pop(key, None)
        if found is not None:
            with contextlib.suppress(OSError):
                Path(found.path).unlink(missing_ok=True)

    def keep(self, key: str, content: bytes) -> None:
        """Keep `content` as the entry `key`."""
        bucket = self._bucket(key)
        seal = self._seal(key, content)
        unfinished = f"{bucket}/{_UNFINISHED}{os.getpid()}-{next(self._numbers)}-{time.monotonic_ns()}"
        path = f"{bucket}/{key}-{len(content)}-{seal}"
        # Hard links share one file: nobody may write to an entry through a site.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        try:
            handle = os.open(unfinished, flags, _READ_ONLY)
        except FileNotFoundError:  # the cache was emptied in the meantime
            real_folder(Path(bucket))
            handle = os.open(unfinished, flags, _READ_ONLY)
        with os.fdopen(handle, "wb", buffering=0) as file:
            file.write(content)
            os.fchmod(handle, _READ_ONLY)
            found = os.fstat(handle)
        os.replace(unfinished, path)  # noqa: PTH105 - tens of thousands of times
        self._known[key] = self._new[key] = CacheEntry(path, found.st_ino, found.st_mtime, found.st_size, seal)
        self._genuine.add(key)
        self._used.add(key)

    def _bucket(self, key: str) -> str:
        """Return the path of the folder of the entry `key`, which is made where there is none."""
        bucket = f"{self.folder}/{key[:2]}"
        if bucket not in self._buckets:
            real_folder(Path(bucket))
            self._buckets.add(bucket)
        return bucket

    def newly_kept(self) -> dict[str, CacheEntry]:
        """Give what this process has kept since it was asked last, for another one to `learn`."""
        new, self._new = self._new, {}
        return new

    def learn(self, kept: Mapping[str, CacheEntry]) -> None:
        """Know of the entries `kept` by another process."""
        self._known |= kept
        self._genuine |= kept.keys()

    def keep_content(self, content: bytes) -> str:
        """Keep `content` under a key of its own, unless it is held; give the key."""
        key = key_of("content", hashlib.sha256(content).hexdigest())
        if self.reject_altered([key]):
            self.keep(key, content)
        return key

    def enter(self, key: str, target: str) -> None:
        """Put the entry `key` at `target`, where nothing is yet, as a hard link where the disk allows it.

        The folder of `target` has to be there. LookupError where there is no such entry any more, FileExistsError where
        something stands at `target`.
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
        """Write the entry `key` to the new file `target`."""
        content = self.read(key)
        if content is None:
            raise LookupError(key)
        # Never into a file that is there: it may be an entry, linked by an earlier build.
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _COPY)
        with os.fdopen(handle, "wb") as made:
            made.write(content)
            os.fchmod(handle, _COPY)

    def use(self, key: str) -> None:
        """Note that the entry `key` is still wanted."""
        self._used.add(key)

    def prune(self, most_bytes: int) -> None:
        """Drop entries this build did not use, those not used for longest first, until at most `most_bytes` are held.

        Entries in use are marked as such, now and then, for the next build to know.
        """
        now = time.time()
        held = 0
        for key, entry in self._known.items():
            held += entry.size
            if key in self._used and now - entry.used > _MARK_SECONDS:
                with contextlib.suppress(OSError):
                    os.utime(entry.path, (now, os.stat(entry.path).st_mtime))  # noqa: PTH116 - the string is at hand
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


def _entries(folder: Path, unfinished: list[str]) -> Iterator[tuple[str, CacheEntry]]:
    """Go through the whole entries of `folder`; what is not one yet is added to `unfinished`."""
    for bucket in _buckets(folder):
        with os.scandir(bucket) as found:
            for file in found:
                key, _, rest = file.name.partition("-")
                size, _, seal = rest.partition("-")
                if len(key) != 64 or not size.isdecimal() or len(seal) != 32:
                    unfinished += [file.path] if file.name.startswith(_UNFINISHED) else []
                    continue
                with contextlib.suppress(OSError):
                    state = file.stat(follow_symlinks=False)
                    if stat.S_ISREG(state.st_mode) and state.st_size == int(size):
                        used = max(state.st_atime, state.st_mtime)
                        yield key, CacheEntry(file.path, state.st_ino, used, state.st_size, seal)


def _read_entry(found: CacheEntry) -> bytes | None:
    """Read the entry `found`; None where it is gone, of another size, or no longer a regular file."""
    with contextlib.suppress(OSError):
        handle = os.open(found.path, os.O_RDONLY | _NO_LINK)
        with os.fdopen(handle, "rb") as file:
            content = file.read(found.size + 1)
            return content if len(content) == found.size else None
    return None


def _buckets(folder: Path) -> list[str]:
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as found:
        return [entry.path for entry in found if len(entry.name) == 2 and entry.is_dir(follow_symlinks=False)]
    return []


def _sweep(unfinished: list[str], before: float) -> None:
    """Remove the files `unfinished` of writers that were killed `before`."""
    for name in unfinished:
        path = Path(name)
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < before:
                path.unlink()
