"""The folder a site is built into: which one may be replaced, what stands in it, and which addresses would go.

Invariants: nothing but a site of inforce, or an empty folder, is ever replaced. Does not write.
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
    """What stands in a built site: the size of each file, in bytes, by its address."""

    files: Mapping[str, int]

    @classmethod
    def of(cls, folder: Path) -> Contents:
        """List what stands in `folder`."""
        return cls(files={address: entry.stat(follow_symlinks=False).st_size for address, entry in _files(folder)})

    @property
    def pages(self) -> int:
        """How many pages there are, and fragments of pages."""
        return sum(address.endswith(".html") for address in self.files)

    @property
    def size(self) -> int:
        """How many bytes there are in all."""
        return sum(self.files.values())

    def missing(self, old: Collection[str]) -> list[str]:
        """List what was published of policies at the addresses `old` and is not here, pages by their folder, sorted.

        A file named by its digest is not listed: another one takes its place, and the manifest names that one.
        """
        policies = [address.removesuffix(VERSIONS) for address in old if address.endswith(f"/{VERSIONS}")]
        ours = tuple(policy for policy in policies if policy.count("/") == 1)
        known = (address for address in old if address.startswith(ours) and not digests_named(address))
        gone = (address for address in known if address not in self.files)
        return sorted(address.removesuffix(_PAGE) for address in gone)


def addresses_in(folder: Path) -> list[str]:
    """List the addresses of what stands in `folder`; nothing where there is no such folder."""
    return [address for address, _ in _files(folder)] if folder.is_dir() else []


def is_site(folder: Path) -> bool:
    """Return whether `folder` holds a site of inforce."""
    return (folder / MANIFEST).is_file()


def replaceable(target: Path, root: Path) -> Path:
    """Resolve `target`, the folder of a site to be built out of the repository `root`; refuse what must not be lost."""
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
        raise _refusal(target, f"is not empty and contains no site of inforce (there is no {MANIFEST} in it)")
    return folder


def _files(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield the files in `folder` and all folders below, each with its address."""
    waiting = [(str(folder), "")]
    while waiting:
        path, prefix = waiting.pop()
        with os.scandir(path) as found:
            for entry in found:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, f"{prefix}{entry.name}/"))
                else:
                    yield prefix + entry.name, entry


def _refusal(target: Path, problem: str) -> click.BadParameter:
    return click.BadParameter(
        f"{target} {problem}, and a build would replace its contents; choose another folder", param_hint="--site-dir"
    )
