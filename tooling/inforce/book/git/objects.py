"""Git objects, each compared with its id before it is used.

Git does not compare the content of a loose object with its file name when it reads it; only `git fsck` does.

Invariants:
    Every returned content matches the requested id, by SHA-1 or SHA-256 as the repository uses.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from inforce.errors import HistoryError

_SHA1_DIGITS = 40
# The number of ids written before answers are read: 200 SHA-256 ids are 13,000 bytes; the smallest pipe is 16 KiB.
_AHEAD = 200
FIELDS = 3  # id, type and size; the answer for a missing object has two fields
_CLAIMS = 256


class DamagedObjectError(HistoryError):
    """A git object whose content does not match its id."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the git object {name} does not match its id, so nothing can be compared with it; "
            "run “git fsck”, and clone the repository again"
        )


@dataclass(frozen=True, slots=True)
class Row:
    """An entry of a git tree object: its `name`, git's `mode` such as `100644`, and the `id` of the object."""

    name: bytes
    mode: str
    id: str


class Objects:
    """Reads objects through one `git cat-file --batch` process, which `start` starts when it is first needed."""

    def __init__(self, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        """Read through the process that `start` returns."""
        self._start = start
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, kind: str, name: str) -> bytes:
        """Return the content of the object `name`, of the type `kind`; HistoryError if it is missing or damaged."""
        objects = self.read_all(kind, [name])
        if name not in objects:
            message = f"the content {name[:12]} is not in this clone; fetch it with “git fetch --refetch”"
            raise HistoryError(message)
        return objects[name]

    def read_all(self, kind: str, names: Collection[str]) -> dict[str, bytes]:
        """Return the contents of the objects `names` by id, without those that are missing or of another type.

        DamagedObjectError if the content of an object does not match its id.
        """
        return {name: content for name, type_, content in self._answers(names) if type_ == kind}

    def kind(self, name: str) -> str:
        """Return the type of the object `name`; empty if it is missing."""
        return next((type_ for _, type_, _ in self._answers([name])), "")

    def _answers(self, names: Collection[str]) -> Iterator[tuple[str, str, bytes]]:
        waiting = list(dict.fromkeys(names))
        while waiting:
            count, objects = self._ask(waiting[:_AHEAD])
            del waiting[:count]
            for answer in objects:
                name, type_, content = answer
                if object_id(type_, content, len(name)) != name:
                    raise DamagedObjectError(name)
                yield answer

    def _ask(self, names: Sequence[str]) -> tuple[int, list[tuple[str, str, bytes]]]:
        """Request `names`; return how many were processed, and the objects that exist."""
        process, self._process = self._process or self._start(), None
        if process.stdin is None or process.stdout is None:
            return len(names), []
        objects: list[tuple[str, str, bytes]] = []
        # The process can have ended: in a partial clone git can end instead of reporting that an object is missing.
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write("".join(f"{name}\n" for name in names).encode())
            process.stdin.flush()
        for count, name in enumerate(names):
            head = process.stdout.readline().split()
            if not head:
                return count + 1, objects
            if len(head) == FIELDS:
                content = process.stdout.read(int(head[2]) + 1)[:-1]
                objects.append((name, head[1].decode(), content))
        self._process = process
        return len(names), objects


def object_id(kind: str, content: bytes, digits: int) -> str:
    """Return the id of an object of the type `kind`; ids of 40 `digits` are SHA-1, ids of 64 are SHA-256."""
    state = hashlib.new("sha1" if digits == _SHA1_DIGITS else "sha256", usedforsecurity=False)
    state.update(f"{kind} {len(content)}\0".encode())
    state.update(content)
    return state.hexdigest()


def field(content: bytes, name: str) -> str:
    """Return the first header field `name` of the commit or tag `content`; empty if there is none."""
    head, _, _ = content.partition(b"\n\n")
    start = f"{name} ".encode()
    return next((line[len(start) :].decode() for line in head.split(b"\n") if line.startswith(start)), "")


def rows(tree: bytes, digits: int) -> Iterator[Row]:
    """Yield the entries of the tree object `tree`, whose ids have `digits` hexadecimal digits."""
    at, size = 0, digits // 2
    while at < len(tree):
        end = tree.find(b"\0", at)
        mode, _, name = tree[at:end].partition(b" ")
        if end < 0 or not mode.isdigit():
            message = "a git tree object cannot be read; run “git fsck”"
            raise HistoryError(message)
        at = end + 1 + size
        yield Row(name=name, mode=mode.decode("ascii").zfill(6), id=tree[end + 1 : at].hex())


def find_row(tree: bytes, name: bytes, digits: int) -> Row | None:
    """Return the entry `name` of the tree object `tree`; None if there is none."""
    return next((row for row in rows(tree, digits) if row.name == name), None)


Claim = tuple[str, str, str]


def proven(objects: Objects, claims: Collection[Claim]) -> set[Claim]:
    """Return the `claims` that are true: (commit, path, blob) states that the commit has the blob at the path.

    Reads the commits and every tree on the way, each compared with its id; DamagedObjectError for the first that does
    not match.
    """
    waiting, checked = list(claims), set[Claim]()
    while waiting:  # in parts, since every commit can have large trees of its own
        checked |= _proven(objects, waiting[:_CLAIMS])
        del waiting[:_CLAIMS]
    return checked


def _proven(objects: Objects, claims: Collection[Claim]) -> set[Claim]:
    names = {claim: os.fsencode(claim[1]).split(b"/") for claim in claims}
    commits = objects.read_all("commit", {commit for commit, _, _ in claims})
    reached = {claim: field(commits[claim[0]], "tree") for claim in claims if claim[0] in commits}
    for depth in range(max(map(len, names.values()), default=0)):
        going = {claim: tree for claim, tree in reached.items() if len(names[claim]) > depth}
        trees = objects.read_all("tree", set(going.values()))
        for claim, tree in going.items():
            row = find_row(trees[tree], names[claim][depth], len(tree)) if tree in trees else None
            reached[claim] = row.id if row else ""
    return {claim for claim, blob in reached.items() if blob == claim[2]}
