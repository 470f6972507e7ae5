"""The folder a site is built into: which one may be replaced, and what stands in it.

Keeps true: nothing but a site of inforce, or an empty folder, is ever replaced. Does not write.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from inforce.address import MANIFEST
from inforce.store.names import BOOK


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What stands in a built site: how many pages, and how many bytes in all."""

    pages: int
    size: int

    @classmethod
    def of(cls, folder: Path) -> Contents:
        """Count what stands in `folder`."""
        files = [path for path in folder.rglob("*") if path.is_file()]
        pages = sum(path.suffix == ".html" for path in files)
        return cls(pages=pages, size=sum(path.stat().st_size for path in files))


def is_site(folder: Path) -> bool:
    """Say whether `folder` holds a site of inforce."""
    return (folder / MANIFEST).is_file()


def replaceable(target: Path, root: Path) -> Path:
    """Resolve `target`, the folder of a site to be built out of the repository `root`; refuse what must not be lost."""
    folder, root = target.resolve(), root.resolve()
    if folder == root:
        raise _refusal(target, "is the repository itself")
    if folder in root.parents:
        raise _refusal(target, "holds the repository")
    if folder.is_relative_to(root / BOOK):
        raise _refusal(target, "is the book, or lies inside it")
    if folder.exists() and not folder.is_dir():
        raise _refusal(target, "is a file")
    if folder.is_dir() and any(folder.iterdir()) and not is_site(folder):
        raise _refusal(target, f"is not empty and holds no site of inforce (there is no {MANIFEST} in it)")
    return folder


def _refusal(target: Path, problem: str) -> click.BadParameter:
    return click.BadParameter(
        f"{target} {problem}, and a build would replace all of it; name another folder", param_hint="--site-dir"
    )
