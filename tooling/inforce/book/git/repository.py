"""Read-only access to a git repository, through GitPython; no other module runs git.

Invariants:
    The repository is the one whose `.git` is closest above the folder, regardless of bare repositories committed
    beside the book (`book/enclosing.py`) and of `GIT_DIR`, which the callers hide (`book/git_environment.py`).
    Commits, trees and contents are compared with their ids (`objects.py`).
    No hook, filter, pager or transport is run. Git's own check of who owns the folder (`safe.directory`) is kept.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inforce.book.enclosing import GIT, is_bare_repository, top_of
from inforce.book.git.log import FORMAT, Commit, parse_log
from inforce.book.git.objects import FIELDS, Claim, Objects, Row, field, find_row, proven, rows
from inforce.book.tree import EntryKind
from inforce.disk import how_to_fix
from inforce.errors import HistoryError

if TYPE_CHECKING:
    from git.cmd import Git

# System settings are kept (no GIT_CONFIG_NOSYSTEM): images put `safe.directory` there. Settings that could run a
# program or change the output format are overridden individually.
_ENVIRONMENT = {
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_OVERRULED = {
    "core.commitGraph": "false",  # a copy of commit data that is not verified against ids
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "diff.relative": "false",
    "log.follow": "false",
    "log.showRoot": "true",
    "log.showSignature": "false",
    "protocol.allow": "never",
    "safe.bareRepository": "explicit",
}
_FOLDER = "040000"
_LATEST = 253_000_000_000  # seconds since 1970, within the range of datetime
_KINDS = {_FOLDER: EntryKind.FOLDER, "100644": EntryKind.FILE, "100755": EntryKind.FILE, "120000": EntryKind.LINK}


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeEntry:
    """An entry of a commit's tree; `blob` is the id of its object."""

    path: str
    kind: EntryKind
    blob: str


class Repository:
    """The git repository around `folder`: paths are relative to `folder`."""

    def __init__(self, folder: Path, git_dir: Path | None = None, top: Path | None = None) -> None:
        """Use the repository in `git_dir`, whose work tree is `top` (None for a bare one); `around` finds both."""
        self.folder = folder
        self.top = top
        self._where = (f"--git-dir={git_dir}", *((f"--work-tree={top}",) if top else ())) if git_dir else ()
        self._objects = Objects(lambda: self._start("cat-file", "--batch"))

    @classmethod
    def around(cls, folder: Path) -> Repository:
        """Return the repository that contains `folder`; HistoryError if none can be read."""
        folder = folder.resolve()
        top = top_of(folder)
        if top is None:
            raise _outside(folder)
        # Run at the top, git finds `.git` first and, unlike with --git-dir, checks who owns the repository.
        answer = os.fsdecode(cls(top).ask("rev-parse", "--absolute-git-dir")).removesuffix("\n")
        if (top / GIT).is_dir() and Path(answer).resolve() != (top / GIT).resolve():
            raise _outside(folder)
        return cls(folder, Path(answer), top)

    @classmethod
    def named(cls, folder: Path) -> Repository:
        """Return the repository at the user-supplied `folder`: a bare one, or the one that contains it."""
        folder = folder.resolve()
        top = top_of(folder)
        if not (folder / GIT).exists() and is_bare_repository(entry.name for entry in folder.iterdir()):
            if top:
                message = f"{folder} is a bare repository inside the repository {top}; move it out of there first"
                raise HistoryError(message)
            # The folder is the repository itself; this call only checks who owns it.
            cls(folder).ask("-c", "safe.bareRepository=all", "rev-parse", "--git-dir")
            return cls(folder, folder)
        around = cls.around(folder)
        return around if around.top in (None, folder) else cls.around(around.top or folder)

    @classmethod
    def unpacked(cls, bundle: Path, folder: Path) -> Repository:
        """Unpack the file `bundle` into the empty `folder`; HistoryError if it is not a complete bundle."""
        allowed = ("-c", "protocol.file.allow=always")
        target = folder.resolve() / "bundle.git"
        cls(folder).ask(*allowed, "clone", "--bare", "--quiet", "--template=", "--", str(bundle.resolve()), str(target))
        return cls(target, target)

    def ask(self, *words: str) -> bytes:
        """Run git with `words` and return its output; HistoryError with git's message if it fails."""
        # Arguments are passed as a list without a shell, and callers put `--` before user input.
        code, printed, message = self._execute(words, with_extended_output=True, with_exceptions=False)
        if code:
            raise _refusal(self.folder, message)
        return bytes(printed)

    def answer(self, *words: str) -> str | None:
        """Run git with `words` and return the line it printed; None if it fails."""
        try:
            return os.fsdecode(self.ask(*words)).rstrip("\n")
        except HistoryError:
            return None

    def commit_id(self, ref: str) -> str | None:
        """Return the full commit id of `ref`; None if the commit is not in this clone.

        DamagedObjectError if the commit, or a tag on the way to it, does not match its id.
        """
        if ref.startswith("-") or not ref.isprintable() or not ref:
            return None
        name = self.answer("rev-parse", "--verify", "--quiet", ref)
        while name and (kind := self._objects.kind(name)) != "commit":
            name = field(self._objects.read("tag", name), "object") if kind == "tag" else None
        return name

    def committed_at(self, commit: str) -> datetime:
        """Return the commit time of `commit`, read from the object itself."""
        seconds = field(self._objects.read("commit", commit), "committer").split(" ")[-2]
        return datetime.fromtimestamp(min(int(seconds), _LATEST), UTC)

    def merge_base(self, first: str, other: str) -> str | None:
        """Return the merge base of the commits `first` and `other`; None if it is not in this clone.

        DamagedObjectError if a commit since then does not match its id, since its parents could be forged.
        """
        parted = self.answer("merge-base", first, other)
        since = self.ask("rev-list", f"{first}...{other}").decode().split()
        self._objects.read_all("commit", (*since, *([parted] if parted else ())))
        return parted

    def log(self, *words: str) -> tuple[Commit, ...]:
        """Return the commits selected by `words`, newest first, with the files each one changed."""
        shape = ("-z", "--raw", "--no-abbrev", "--no-color", "--encoding=UTF-8", f"--format={FORMAT}")
        return parse_log(self.ask("log", *shape, "--no-ext-diff", "--no-textconv", *words))

    def tree(self, commit: str, folder: str) -> tuple[TreeEntry, ...]:
        """Return everything at and below `folder` in `commit`, `folder` itself first; empty if it is not there."""
        tree = field(self._objects.read("commit", commit), "tree")
        *above, name = (*self._prefix, *folder.split("/"))
        for step in above:
            row = find_row(self._objects.read("tree", tree), os.fsencode(step), len(tree))
            if row is None or row.mode != _FOLDER:
                return ()
            tree = row.id
        first = find_row(self._objects.read("tree", tree), os.fsencode(name), len(tree))
        return tuple(self._below(first, folder)) if first else ()

    def _below(self, row: Row, path: str) -> Iterator[TreeEntry]:
        """Yield the entry `row` at `path`, and everything below it, level by level."""
        level = [(path, row)]
        while level:
            yield from (TreeEntry(path=at, kind=_kind(entry.mode), blob=entry.id) for at, entry in level)
            folders = [(at, entry.id) for at, entry in level if entry.mode == _FOLDER]
            trees = self._objects.read_all("tree", [tree for _, tree in folders])
            if missing := next((tree for _, tree in folders if tree not in trees), None):
                self._objects.read("tree", missing)
            level = [
                (f"{at}/{os.fsdecode(entry.name)}", entry)
                for at, tree in folders
                for entry in rows(trees[tree], len(tree))
            ]

    @property
    def _prefix(self) -> tuple[str, ...]:
        return self.folder.relative_to(self.top).parts if self.top else ()

    def sizes(self, blobs: Iterable[str]) -> dict[str, int]:
        """Return the sizes of the contents `blobs` in bytes by id, as the repository states them; 0 if unknown."""
        names = "".join(f"{blob}\n" for blob in dict.fromkeys(blobs)).encode()
        process = self._start("cat-file", "--batch-check")
        printed, _ = process.communicate(names)
        answers = (line.split() for line in printed.decode().splitlines())
        return {answer[0]: int(answer[2]) for answer in answers if len(answer) == FIELDS}

    def content(self, blob: str) -> bytes:
        """Read the content `blob`; HistoryError if it is not in this clone or does not match its id."""
        # One process reads all objects: one process per text would take minutes for a large book.
        return self._objects.read("blob", blob)

    def proven(self, claims: Iterable[Claim]) -> set[Claim]:
        """Return the `claims` that the objects prove: (commit, path below `folder`, blob)."""
        start = "".join(f"{name}/" for name in self._prefix)
        full = {(commit, f"{start}{path}", blob): (commit, path, blob) for commit, path, blob in claims}
        return {full[claim] for claim in proven(self._objects, list(full))}

    @cached_property
    def boundary(self) -> frozenset[str]:
        """The boundary commits of a shallow clone; empty for a full clone."""
        path = self.answer("rev-parse", "--git-path", "shallow")
        file = self.folder / path if path else None
        return frozenset(file.read_text().split()) if file and file.is_file() else frozenset()

    @property
    def is_partial(self) -> bool:
        """Whether this is a partial clone."""
        return self.answer("config", "--get-regexp", r"^remote\..*\.promisor$") is not None

    def _command(self, words: tuple[str, ...]) -> list[str]:
        program = shutil.which("git")
        if program is None:
            raise HistoryError("the program git is not installed, or not on PATH")
        settings = [word for name, value in _OVERRULED.items() for word in ("-c", f"{name}={value}")]
        return [program, "--no-pager", *self._where, *settings, *words]

    def _execute(self, words: tuple[str, ...], **how: Any) -> Any:
        """Run git with `words` through GitPython with its options `how`; HistoryError if git cannot be started."""
        command = self._command(words)
        git = _git()
        raw: dict[str, Any] = {"stdout_as_string": False, "strip_newline_in_stdout": False, "env": _ENVIRONMENT}
        try:
            return git(str(self.folder)).execute(command, **raw, **how)
        except OSError as cause:
            fix = how_to_fix(cause, "install git, or put it on the PATH")
            message = f"git could not be started in {self.folder}: {cause.strerror or cause}; {fix}"
            raise HistoryError(message) from cause

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        # GitPython kills the process when its handle is garbage-collected, so `_stop` keeps a reference to it.
        handle = self._execute(words, istream=subprocess.PIPE, as_process=True)
        process: subprocess.Popen[bytes] = handle.proc
        weakref.finalize(self, _stop, process, handle)
        return process


def _git() -> type[Git]:
    # Imported here because importing GitPython starts git once, which delays commands that need no history.
    from git.cmd import Git

    return Git


def _stop(process: subprocess.Popen[bytes], _handle: object) -> None:
    process.communicate()


def _kind(mode: str) -> EntryKind:
    return _KINDS.get(mode, EntryKind.OTHER)


def _outside(folder: Path) -> HistoryError:
    return HistoryError(f"{folder} is not in a git repository")


def _refusal(folder: Path, message: str) -> HistoryError:
    folder = folder.resolve()
    words = message.strip()
    if "dubious ownership" in words or "safe.directory" in words:
        fix = f"if you trust it: git config --global --add safe.directory {folder}"
        return HistoryError(f"git does not read {folder}, because the folder belongs to another user; {fix}")
    if "not a git repository" in words:
        return _outside(folder)
    return HistoryError(f"git in {folder}: {words.removeprefix('fatal: ') or 'failed without a message'}")
