"""A folder brought to hold exactly the files it should: what is right is left, what is wrong or too much goes.

Keeps true: nothing is ever written into a file that is there, since that file may be an entry of the cache. A file is
right where it is the very file of the disk that the cache keeps.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from inforce.site.cache import Cache


@dataclass(frozen=True, slots=True)
class Stock:
    """What stands in a folder: which file of the disk is at each address, and folders that hold nothing.

    `top` tells which file or folder of the disk each entry of the folder itself is.
    """

    files: Mapping[str, int]
    empty: tuple[str, ...]
    top: Mapping[str, int]

    @classmethod
    def of(cls, folder: Path) -> Stock:
        """Look through `folder`; FileNotFoundError where it is not there, or goes meanwhile."""
        files: dict[str, int] = {}
        empty: list[str] = []
        waiting = [""]
        while waiting:
            prefix = waiting.pop()
            with os.scandir(f"{folder}/{prefix}") as found:
                entries = list(found)
            empty += [prefix] if prefix and not entries else []
            for entry in entries:
                address = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{address}/")
                else:
                    files[address] = entry.inode()
        return cls(files=files, empty=tuple(empty), top=_top(folder))


def settle(folder: Path, wanted: Mapping[str, str], cache: Cache, known: Stock | None = None) -> None:
    """Make `folder` hold the entries of `cache` that `wanted` names by the address of each file, and nothing else.

    `known` is what somebody looked up who did not yet know the folder: what stands there was moved here, or it was not.
    """
    missing = dict(wanted)
    if folder.stat().st_dev != cache.disk:
        shutil.rmtree(folder)  # numbers of files say nothing across disks
        folder.mkdir()
    else:
        stock = known if known and known.top == _top(folder) else Stock.of(folder)
        wrong = [address for address, inode in stock.files.items() if not _is_right(address, inode, wanted, cache)]
        for address in stock.files.keys() - wrong:
            del missing[address]
        drop(folder, [*wrong, *stock.empty])
    add(folder, missing, cache)
    for key in wanted.values():
        cache.use(key)


def _top(folder: Path) -> dict[str, int]:
    with os.scandir(folder) as found:
        return {entry.name: entry.inode() for entry in found}


def _is_right(address: str, inode: int, wanted: Mapping[str, str], cache: Cache) -> bool:
    return address in wanted and cache.inode(wanted[address]) == inode


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
