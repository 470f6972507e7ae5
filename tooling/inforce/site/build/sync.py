"""Synchronise a folder with cache entries: keep correct files, and replace or remove all others.

Invariants: an existing file is never written to, since it can be a cache entry; a file is correct only if it has the
same inode as its cache entry.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from inforce.disk import create_file
from inforce.site.build.cache import Cache

# A web server must be able to read the site, independent of the umask of the user who builds it.
PUBLIC_UMASK = 0o022


def settle(folder: Path, wanted: Mapping[str, str], cache: Cache) -> None:
    """Make `folder` contain exactly the entries of `cache` in `wanted`, which maps file paths to keys."""
    missing = dict(wanted)
    if folder.stat().st_dev != cache.disk:
        shutil.rmtree(folder)  # inodes are not comparable across file systems
        folder.mkdir()
    else:
        drop(folder, list(_wrong(folder, missing, cache)))
    add(folder, missing, cache)
    for key in wanted.values():
        cache.use(key)


def _wrong(folder: Path, missing: dict[str, str], cache: Cache) -> Iterator[str]:
    """Yield the unwanted paths in `folder` in the form for `drop`, and remove correct files from `missing`."""
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        with os.scandir(f"{folder}/{prefix}") as scan:
            entries = list(scan)
        if prefix and not entries:
            yield prefix
        for entry in entries:
            address = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                waiting.append(f"{address}/")
            elif address in missing and cache.inode(missing[address]) == entry.inode():
                del missing[address]
            else:
                yield address


def add(folder: Path, wanted: Mapping[str, str], cache: Cache) -> None:
    """Link the entries in `wanted` into `folder`, replacing existing files."""
    created: set[str] = set()
    for address, key in wanted.items():
        target = f"{folder}/{address}"
        parent = target.rpartition("/")[0]
        if parent not in created:
            os.makedirs(parent, exist_ok=True)  # noqa: PTH103 - tens of thousands of times
            created.add(parent)
        try:
            cache.link(key, target)
        except FileExistsError:
            _remove(target)
            cache.link(key, target)


def drop(folder: Path, gone: Iterable[str]) -> None:
    """Remove the files with the paths `gone` from `folder`, and folders that become empty.

    A path that ends with `/` is a folder that may be empty.
    """
    left: set[str] = set()
    for address in gone:
        if not address.endswith("/"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(f"{folder}/{address}")  # noqa: PTH108 - as above
        parent = address.rpartition("/")[0]
        while parent and parent not in left:
            left.add(parent)
            parent = parent.rpartition("/")[0]
    for parent in sorted(left, key=len, reverse=True):  # inner folders come before outer ones
        with contextlib.suppress(OSError):
            os.rmdir(f"{folder}/{parent}")  # noqa: PTH106 - as above


def write(path: Path, content: bytes) -> None:
    """Write `content` to a new file at `path` and create its parent folders; never write to an existing file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    create_file(path, content, durable=False)


def _remove(target: str) -> None:
    if os.path.isdir(target) and not os.path.islink(target):  # noqa: PTH112, PTH114 - as above
        shutil.rmtree(target)
    else:
        os.unlink(target)  # noqa: PTH108 - as above
