"""Parse git's log: commits, the files each one changed, and the history of a current file.

Invariants: texts are traced through exact renames only; the functions are pure and run nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from inforce.errors import HistoryError

# The format for `parse_log`, with `-z --raw`: NUL after every record.
FORMAT = "%H %ct%n%s"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """A file that a commit changed: its path, the id of its new content (`blob`), and the path it was renamed from.

    `kind` is git's letter: A added, M modified, D deleted, R renamed, T turned into a link or back. `mode` is git's
    mode of the file after the commit: `100644` a file, `120000` a link.
    """

    kind: str
    path: str
    blob: str
    renamed_from: str = ""
    mode: str = "100644"

    @property
    def is_file(self) -> bool:
        """Whether the path is a file after the commit, rather than a link, a submodule or deleted."""
        return self.mode.startswith("100")


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit: its full id, its commit time (UTC), the first line of its message, and its changes."""

    id: str
    committed: datetime
    subject: str
    changes: tuple[FileChange, ...] = ()


def parse_log(printed: bytes) -> tuple[Commit, ...]:
    """Parse the output of `git log -z --raw --no-abbrev` in `FORMAT`; HistoryError for a time after the year 9999."""
    tokens = iter(printed.split(b"\0"))
    commits: list[tuple[bytes, list[FileChange]]] = []
    for token in tokens:
        entry = token.removeprefix(b"\n")
        if entry.startswith(b":"):
            commits[-1][1].append(_change(entry, tokens))
        elif entry:
            commits.append((token, []))
    return tuple(_commit(head, changes) for head, changes in commits)


def lineages(commits: Iterable[Commit], paths: Iterable[str]) -> Mapping[str, tuple[tuple[Commit, str], ...]]:
    """Trace each of `paths` through `commits`, newest first, along exact renames.

    Returns for each path the commits that changed it, under its current or an earlier name, oldest first, with blobs.
    """
    traced: dict[str, list[tuple[Commit, str]]] = {path: [] for path in paths}
    names = {path: {path} for path in traced}
    for commit in commits:
        for change in commit.changes:
            heirs = names.get(change.path, set())
            if change.is_file:
                for path in heirs:
                    traced[path].append((commit, change.blob))
            if change.renamed_from and heirs:
                names.setdefault(change.renamed_from, set()).update(heirs)
    return {path: tuple(reversed(steps)) for path, steps in traced.items()}


def _change(entry: bytes, rest: Iterator[bytes]) -> FileChange:
    _, mode, _, blob, kind = entry.decode("ascii").split(" ")
    path = os.fsdecode(next(rest))
    if kind[0] not in "RC":
        return FileChange(kind=kind[0], path=path, blob=blob, mode=mode)
    old, path = path, os.fsdecode(next(rest))
    return FileChange(kind=kind[0], path=path, blob=blob, mode=mode, renamed_from=old if kind[0] == "R" else "")


def _commit(head: bytes, changes: list[FileChange]) -> Commit:
    first, _, subject = head.decode(errors="replace").partition("\n")
    commit, seconds = first.split(" ")
    try:
        committed = datetime.fromtimestamp(int(seconds), UTC)
    except (OverflowError, ValueError, OSError) as cause:
        message = f"commit {commit} has an invalid time ({seconds} seconds after 1970)"
        raise HistoryError(message) from cause
    return Commit(id=commit, committed=committed, subject=subject.strip(), changes=tuple(changes))
