"""The one door to git, through GitPython: a repository that is only ever read.

Keeps true: the repository asked is the one around the folder named, whatever `GIT_DIR` a running hook has set; no
hook, filter, pager or transport is run. Git's own check of who owns the folder (`safe.directory`) stays in place.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inforce.errors import HistoryError
from inforce.store.history.log import FORMAT, Commit, parse_log
from inforce.store.tree import EntryKind

if TYPE_CHECKING:
    from git.cmd import Git

# Set by git for its hooks, and about that one run of git, not about the folder asked for here.
_OF_A_RUNNING_GIT = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
}
# System settings are kept (no GIT_CONFIG_NOSYSTEM): images put `safe.directory` there. What could run a program or
# change the shape of an answer is overruled one by one.
_ENVIRONMENT = {
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_OVERRULED = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "diff.relative": "false",
    "log.follow": "false",
    "log.showRoot": "true",
    "log.showSignature": "false",
    "protocol.allow": "never",
}
_KINDS = {"040000": EntryKind.FOLDER, "100644": EntryKind.FILE, "100755": EntryKind.FILE, "120000": EntryKind.LINK}


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeEntry:
    """An entry of a commit's tree; `blob` is the id of a file's content, `size` its bytes (0 where it has none)."""

    path: str
    kind: EntryKind
    blob: str
    size: int


class Repository:
    """The git repository around `folder`, asked from there: paths are relative to `folder`."""

    def __init__(self, folder: Path) -> None:
        """Take `folder` without looking; `around` looks first."""
        self.folder = folder
        self._contents: subprocess.Popen[bytes] | None = None

    @classmethod
    def around(cls, folder: Path) -> Repository:
        """Find the repository that `folder` lies in; HistoryError says why there is none to be asked."""
        repository = cls(folder)
        repository.ask("rev-parse", "--git-dir")
        return repository

    @classmethod
    def unpacked(cls, bundle: Path, folder: Path) -> Repository:
        """Unpack the file `bundle` into the empty `folder`; HistoryError where it is no bundle, or not a whole one."""
        allowed = ("-c", "protocol.file.allow=always")
        target = folder.resolve() / "bundle.git"
        cls(folder).ask(*allowed, "clone", "--bare", "--quiet", "--template=", "--", str(bundle.resolve()), str(target))
        return cls(target)

    def ask(self, *words: str) -> bytes:
        """Run git with `words` and give what it printed; HistoryError with git's own words where it refuses."""
        # Arguments go as a list, no shell reads them, and callers put `--` before what a person typed.
        code, printed, said = self._execute(words, with_extended_output=True, with_exceptions=False)
        if code:
            raise _refusal(self.folder, said)
        return bytes(printed)

    def answer(self, *words: str) -> str | None:
        """Run git with `words` and give the line it printed; None where it says no."""
        try:
            return os.fsdecode(self.ask(*words)).rstrip("\n")
        except HistoryError:
            return None

    def commit_id(self, ref: str) -> str | None:
        """Resolve `ref` to the full id of a commit; None where there is no such commit here."""
        if ref.startswith("-") or not ref.isprintable() or not ref:
            return None
        return self.answer("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")

    def log(self, *words: str) -> tuple[Commit, ...]:
        """List commits with the files each one changed, newest first; `words` say which."""
        shape = ("-z", "--raw", "--no-abbrev", "--no-color", "--encoding=UTF-8", f"--format={FORMAT}")
        return parse_log(self.ask("log", *shape, "--no-ext-diff", "--no-textconv", *words))

    def tree(self, commit: str, folder: str) -> tuple[TreeEntry, ...]:
        """List everything at and below `folder` as `commit` holds it, `folder` itself first; empty where it is not."""
        printed = self.ask("ls-tree", "-r", "-t", "-z", "-l", commit, "--", folder)
        entries = (_tree_entry(record) for record in printed.split(b"\0") if record)
        # Asked from a folder inside the repository, git also names the folders on the way there.
        return tuple(entry for entry in entries if entry.path == folder or entry.path.startswith(f"{folder}/"))

    def content(self, blob: str) -> bytes:
        """Read the content `blob`; HistoryError where it is not here, as in a partial clone."""
        # One process answers all questions: a process for each text would take minutes on a large book.
        if self._contents is None:
            self._contents = self._start("cat-file", "--batch")
        head = _header(self._contents, blob)
        if self._contents.stdout is None or len(head) != 3:
            # Asked for what a partial clone left behind, git may end instead of answering: begin anew next time.
            self._contents = self._contents if head else None
            message = f"the content {blob[:12]} is not in this clone; fetch it with “git fetch --refetch”"
            raise HistoryError(message)
        return self._contents.stdout.read(int(head[2]) + 1)[:-1]

    @cached_property
    def boundary(self) -> frozenset[str]:
        """The commits at which a shallow clone was cut off: what lies before them is unknown. Empty otherwise."""
        path = self.answer("rev-parse", "--git-path", "shallow")
        file = self.folder / path if path else None
        return frozenset(file.read_text().split()) if file and file.is_file() else frozenset()

    @property
    def is_partial(self) -> bool:
        """Whether this clone left contents behind on its server."""
        return self.answer("config", "--get-regexp", r"^remote\..*\.promisor$") is not None

    def _command(self, words: tuple[str, ...]) -> list[str]:
        program = shutil.which("git")
        if program is None:
            raise HistoryError("the program git is not installed, or not on PATH")
        settings = [word for name, value in _OVERRULED.items() for word in ("-c", f"{name}={value}")]
        return [program, "--no-pager", *settings, *words]

    def _execute(self, words: tuple[str, ...], **how: Any) -> Any:
        """Run git with `words` through GitPython, which answers as `how` says; HistoryError where it cannot be run."""
        command = self._command(words)
        git = _git()
        raw: dict[str, Any] = {"stdout_as_string": False, "strip_newline_in_stdout": False, "env": _ENVIRONMENT}
        try:
            with _hidden_hook():
                return git(str(self.folder)).execute(command, **raw, **how)
        except OSError as cause:
            message = f"git could not be started in {self.folder}: {cause.strerror or cause}"
            raise HistoryError(message) from cause

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        # GitPython kills the process when nobody holds its handle any more, so `_stop` does until it has ended well.
        handle = self._execute(words, istream=subprocess.PIPE, as_process=True)
        process: subprocess.Popen[bytes] = handle.proc
        weakref.finalize(self, _stop, process, handle)
        return process


def _git() -> type[Git]:
    # Here, because importing GitPython starts git once, and a command that needs no history should not wait for it.
    from git.cmd import Git

    return Git


@contextmanager
def _hidden_hook() -> Iterator[None]:
    """Hide what a running git has set for its hook: GitPython hands the whole environment on."""
    hidden = {name: os.environ.pop(name) for name in _OF_A_RUNNING_GIT if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _header(process: subprocess.Popen[bytes], blob: str) -> list[bytes]:
    """Ask `process` for `blob`: gives its id, type and size; its id and “missing”; nothing if the process has ended."""
    if process.stdin is None or process.stdout is None:
        return []
    try:
        process.stdin.write(f"{blob}\n".encode())
        process.stdin.flush()
    except BrokenPipeError:
        return []
    return process.stdout.readline().split()


def _stop(process: subprocess.Popen[bytes], _handle: object) -> None:
    process.communicate()


def _tree_entry(record: bytes) -> TreeEntry:
    head, _, path = record.partition(b"\t")
    mode, _, blob, size = head.decode("ascii").split()
    kind = _KINDS.get(mode, EntryKind.OTHER)
    return TreeEntry(path=os.fsdecode(path), kind=kind, blob=blob, size=0 if size == "-" else int(size))


def _refusal(folder: Path, said: str) -> HistoryError:
    folder = folder.resolve()
    words = said.strip()
    if "dubious ownership" in words or "safe.directory" in words:
        mend = f"if you trust it: git config --global --add safe.directory {folder}"
        return HistoryError(f"git does not read {folder}, because the folder belongs to somebody else; {mend}")
    if "not a git repository" in words:
        return HistoryError(f"{folder} lies in no git repository")
    return HistoryError(f"git in {folder}: {words.removeprefix('fatal: ') or 'refused without a word'}")
