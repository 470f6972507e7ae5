"""The output folder of a build: whether it may be replaced, its files, and the URLs that would disappear.

Invariants: only an empty folder or an inforce site may be replaced; nothing is written.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from inforce.address import MANIFEST, VERSIONS
from inforce.book.paths import BOOK
from inforce.manifest import digests_named

_PAGE = "index.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The files of a built site: the size of each, in bytes, by its path."""

    files: Mapping[str, int]

    @classmethod
    def of(cls, folder: Path) -> Contents:
        """Return the contents of `folder`."""
        return cls(files={address: entry.stat(follow_symlinks=False).st_size for address, entry in _files(folder)})

    @property
    def pages(self) -> int:
        """The number of pages and HTML fragments."""
        return sum(address.endswith(".html") for address in self.files)

    @property
    def size(self) -> int:
        """The total size in bytes."""
        return sum(self.files.values())

    def missing(self, old: Collection[str]) -> list[str]:
        """Return the paths of policies in `old` that are missing here, sorted; pages are listed by their folder.

        Files with a digest in their name are excluded, since the manifest refers to their replacement.
        """
        policies = [address.removesuffix(VERSIONS) for address in old if address.endswith(f"/{VERSIONS}")]
        ours = tuple(policy for policy in policies if policy.count("/") == 1)
        known = (address for address in old if address.startswith(ours) and not digests_named(address))
        gone = (address for address in known if address not in self.files)
        return sorted(address.removesuffix(_PAGE) for address in gone)


def addresses_in(folder: Path) -> list[str]:
    """Return the paths of the files in `folder`; empty if there is no such folder."""
    return [address for address, _ in _files(folder)] if folder.is_dir() else []


def is_site(folder: Path) -> bool:
    """Return whether `folder` contains an inforce site."""
    return (folder / MANIFEST).is_file()


def replaceable(target: Path, root: Path) -> Path:
    """Return the absolute path of the output folder `target` of the repository `root`.

    BadParameter if a build must not replace its contents.
    """
    folder, root = target.resolve(), root.resolve()
    if folder == root:
        raise _refusal(target, "is the repository itself")
    if folder in root.parents:
        raise _refusal(target, "contains the repository")
    if folder.is_relative_to(root / BOOK):
        raise _refusal(target, "is the book or inside it")
    if target.is_symlink() and target.parent.resolve().is_relative_to(root):
        raise _refusal(target, "is a symbolic link inside the repository")
    if folder.exists() and not folder.is_dir():
        raise _refusal(target, "is a file")
    if folder.is_dir() and any(folder.iterdir()) and not is_site(folder):
        raise _refusal(target, f"is not empty and contains no inforce site (there is no {MANIFEST} in it)")
    return folder


def _files(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield the files in `folder` and all its subfolders, each with its relative path."""
    waiting = [(str(folder), "")]
    while waiting:
        path, prefix = waiting.pop()
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, f"{prefix}{entry.name}/"))
                else:
                    yield prefix + entry.name, entry


def _refusal(target: Path, problem: str) -> click.BadParameter:
    return click.BadParameter(
        f"{target} {problem}, and a build would replace its contents; choose another folder", param_hint="--site-dir"
    )
