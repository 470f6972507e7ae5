"""A folder brought to hold exactly the files it should: what is right is left, what is wrong or too much goes.

Keeps true: nothing is ever written into a file that is there, since that file may be an entry of the cache. A file is
right where it is the very file of the disk that the cache keeps.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from inforce.site.build.cache import Cache

# Files and folders of a site are read by a web server, whatever the umask of the person who builds it.
PUBLIC_UMASK = 0o022


def settle(folder: Path, wanted: Mapping[str, str], cache: Cache) -> None:
    """Make `folder` hold the entries of `cache` that `wanted` names by the address of each file, and nothing else."""
    missing = dict(wanted)
    if folder.stat().st_dev != cache.disk:
        shutil.rmtree(folder)  # numbers of files say nothing across disks
        folder.mkdir()
    else:
        drop(folder, list(_wrong(folder, missing, cache)))
    add(folder, missing, cache)
    for key in wanted.values():
        cache.use(key)


def _wrong(folder: Path, missing: dict[str, str], cache: Cache) -> Iterator[str]:
    """List what is not wanted in `folder`, as `drop` takes it, and strike what is right off what is `missing`."""
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        with os.scandir(f"{folder}/{prefix}") as found:
            entries = list(found)
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
    """Put the entries that `wanted` names into `folder`, in place of whatever is at their addresses."""
    made: set[str] = set()
    for address, key in wanted.items():
        target = f"{folder}/{address}"
        parent = target.rpartition("/")[0]
        if parent not in made:
            os.makedirs(parent, exist_ok=True)  # noqa: PTH103 - tens of thousands of times
            made.add(parent)
        try:
            cache.enter(key, target)
        except FileExistsError:
            _remove(target)
            cache.enter(key, target)


def drop(folder: Path, gone: Iterable[str]) -> None:
    """Remove the files at the addresses `gone` from `folder`, and folders that nothing is left in.

    An address that ends with `/` is that of a folder that may be such a one.
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
    for parent in sorted(left, key=len, reverse=True):  # those inside come before those around them
        with contextlib.suppress(OSError):
            os.rmdir(f"{folder}/{parent}")  # noqa: PTH106 - as above


def write(path: Path, content: bytes) -> None:
    """Write `content` to `path`, making the folders above it, never into a file that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def _remove(target: str) -> None:
    if os.path.isdir(target) and not os.path.islink(target):  # noqa: PTH112, PTH114 - as above
        shutil.rmtree(target)
    else:
        os.unlink(target)  # noqa: PTH108 - as above
