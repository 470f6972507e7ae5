"""Find the git repository around a folder without running git.

Git uses the closest folder at or above the current one that has `.git` or the parts of a bare repository (`HEAD`,
`objects`, `refs`). A commit can hold those parts as ordinary files, but no `.git`.

Invariants:
    Only `.git` marks a repository.
    The parts of a bare repository are reported wherever git could mistake them for the repository of the book.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from inforce.book.tree import Listing
from inforce.errors import LayoutError, Place

GIT = ".git"
_DOCS = "docs"


def top_of(folder: Path) -> Path | None:
    """Return the closest folder at or above `folder` that has an entry `.git`; None if there is none."""
    folder = folder.resolve()
    return next((parent for parent in (folder, *folder.parents) if (parent / GIT).exists()), None)


def is_bare_repository(names: Iterable[str]) -> bool:
    """Return whether git would treat a folder with the entries `names` as a repository, ignoring case."""
    folded = {name.casefold() for name in names}
    return "head" in folded and ("commondir" in folded or {"objects", "refs"} <= folded)


def bare_repositories(listing: Listing) -> Iterator[LayoutError]:
    """Yield an error for each folder of `listing` that git could mistake for a repository."""
    for path, entries in listing.items():
        if is_bare_repository(entry.name for entry in entries):
            yield _fault(path)


def unlisted_bare_repositories(root: Path, listing: Listing) -> Iterator[LayoutError]:
    """Yield the same errors for the folders above the book in `root`, for its hidden folders and for `docs/`."""
    for folder in _enclosing(root):
        if is_bare_repository(_names(folder)):
            yield _fault(Path(os.path.relpath(folder, root.resolve())).as_posix())
    hidden = [entry.path for entries in listing.values() for entry in entries if entry.is_hidden]
    for start in (*hidden, _DOCS):
        yield from (_fault(path) for path in _bare_repositories_below(root, start))


def _bare_repositories_below(root: Path, start: str) -> Iterator[str]:
    if (root / start).is_symlink():
        return
    for folder, folders, files in os.walk(root / start):
        if Path(folder).name == GIT:  # no commit can contain it
            folders.clear()
            continue
        folders.sort()
        if is_bare_repository((*folders, *files)):
            yield Path(folder).relative_to(root).as_posix()


def _enclosing(root: Path) -> Iterator[Path]:
    """Yield `root` and the folders above it, up to the top of its repository; only `root` if it is in none."""
    folder, top = root.resolve(), top_of(root)
    yield folder
    while top and folder != top:
        folder = folder.parent
        yield folder


def _names(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except OSError:
        return []


def _fault(folder: str) -> LayoutError:
    path = "HEAD" if folder == "." else f"{folder}/HEAD"
    problem = "is part of a bare git repository, which git would use in place of the repository of the book"
    fix = "delete HEAD, objects, refs and commondir from this folder"
    return LayoutError(Place(path=path), problem, fix, rule="PATH-repository")
