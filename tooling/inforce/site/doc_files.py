"""Check that each file of docs/ is a regular file of this repository."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from inforce.errors import LayoutError, Place

_GIT = ".git"


def refuse_irregular(files: Iterable[tuple[str, Path]], root: Path) -> None:
    """Raise LayoutError for the first of `files` that is not a regular file, or leads out of the repository `root`.

    `files` are paths in docs/ with their files. MkDocs would wait forever for a named pipe, and publish the target of a
    link. Git's own folder counts as outside: it can contain the credentials of the machine.
    """
    root = root.resolve()
    for name, path in files:
        place = Place(path=f"docs/{name}")
        if not path.is_file():
            raise LayoutError(place, "expected a file, got something else", "remove it", rule="PATH-link")
        target = path.resolve()
        if not target.is_relative_to(root) or _GIT in target.relative_to(root).parts:
            problem = "this link leads out of the repository, so the site would publish another file of this machine"
            raise LayoutError(place, problem, "put a copy of the file here", rule="PATH-link")
