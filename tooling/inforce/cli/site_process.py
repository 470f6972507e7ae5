"""The site generator, MkDocs or ProperDocs, run as a program of its own.

Invariants: it sees the book at the instant it is told and in UTF-8; what it warns about and refuses is passed on, its
progress and tracebacks are not; it never outlives the command that started it, on Linux not even where that one is
killed. Does not know what the generator's plugin does.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pickle
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from inforce.cli.repository import Workspace
from inforce.errors import BookError, Place, SetupError
from inforce.fields import Source

CONFIGURATION = "mkdocs.yml"
_GENERATORS = ("mkdocs", "properdocs")
# The plugin knows better than the generator what need not be done again, and calls it where it must.
_PROGRAM = "inforce.site.{}"
_PATIENCE = 5
_MADE = re.compile(r"^INFO .*made (\d+) of (\d+) pages")
_DEATH = 1  # PR_SET_PDEATHSIG of prctl(2)
_TERMINATED = 143
_TRACEBACK = "Traceback (most recent call last):"
_CHAINED = ("During handling of the above exception", "The above exception was the direct cause")


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator:
    """A site generator for the repository `root`; `variables` are added to its environment."""

    root: Path
    module: str
    variables: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, repository: Workspace, **variables: str) -> Generator:
        """Find the generator for `repository`; refused where there is none, or nothing to configure it."""
        root = repository.root.resolve()
        if not (root / CONFIGURATION).is_file():
            fix = "run “inforce init DIR” and copy the file from there"
            raise BookError(Place(path=str(root / CONFIGURATION)), "is missing, so no site can be built", fix)
        module = next((name for name in _GENERATORS if _can_run(name)), None)
        if module is None:
            message = "a site needs MkDocs, which is not installed; install the wheel of inforce with its extra “site”"
            raise SetupError(message)
        return cls(root=root, module=module, variables=variables)

    def command(self, verb: str, *words: str) -> list[str]:
        """Spell the generator's command `verb` with the options `words`."""
        return [sys.executable, "-P", "-m", _PROGRAM.format(verb), self.module, *self._where, *words]

    @property
    def _where(self) -> tuple[str, str]:
        return "--config-file", str(self.root / CONFIGURATION)

    @contextlib.contextmanager
    def running(self, verb: str, *words: str, piped: bool) -> Iterator[subprocess.Popen[str]]:
        """Run the command `verb`; where `piped` it is written to and read from here. It ends when the block does."""
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "NO_MKDOCS_2_WARNING": "true", **self.variables}
        pipe = subprocess.PIPE if piped else None
        with (
            subprocess.Popen(  # noqa: S603 - our own interpreter, and words of ours
                self.command(verb, *words),
                cwd=self.root,
                env=environment,
                stdin=pipe or subprocess.DEVNULL,
                stdout=pipe,
                stderr=subprocess.STDOUT if piped else None,
                encoding="utf-8",
                errors="replace",
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            ) as process,
            ending(process),
            _terminated_in_order(),
        ):
            yield process


@contextlib.contextmanager
def ending(process: subprocess.Popen[str]) -> Iterator[None]:
    """Let `process` have ended when the block has."""
    try:
        yield
    finally:
        for stop in (process.terminate, process.kill):
            if process.poll() is None:
                stop()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_PATIENCE)


def hand_over(process: subprocess.Popen[str], book: object) -> None:
    """Give the generator's `process` the `book`; of its files it is told the paths, since only commands quote lines.

    Where the process has ended, it is for its exit code to tell why.
    """
    if process.stdin:
        with contextlib.suppress(BrokenPipeError), open(process.stdin.fileno(), "wb", closefd=False) as pipe:
            _Handover(pipe, pickle.HIGHEST_PROTOCOL).dump(book)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


class _Handover(pickle.Pickler):
    def reducer_override(self, value: object) -> Any:
        if isinstance(value, Source):
            return _source, (value.path,)
        return NotImplemented


def _source(path: str) -> Source:
    return Source(path=path)


def worth_telling(lines: Iterable[str]) -> Iterator[str]:
    """Pass on warnings and errors out of the generator's `lines`; of a traceback only its last line."""
    telling = inside_traceback = False
    for line in lines:
        text = line.rstrip()
        if text.startswith(_TRACEBACK):
            inside_traceback = True
        elif inside_traceback:
            ended = text and not text.startswith((" ", "\t"))
            inside_traceback = not ended
            if ended and not text.startswith(_CHAINED):
                yield text
        elif text and not text.startswith(_CHAINED):
            telling = not text.startswith(("INFO", "DEBUG")) and (telling or not text.startswith(" "))
            if telling:
                yield text


def counted(lines: Iterable[str], report: Callable[[int, int], None]) -> Iterator[str]:
    """Pass on `lines`, and tell `report` how many of how many pages are made where one of them says so."""
    for line in lines:
        if found := _MADE.search(line):
            report(int(found[1]), int(found[2]))
        yield line


def _can_run(module: str) -> bool:
    try:
        return find_spec(f"{module}.__main__") is not None
    except ModuleNotFoundError:
        return False


def _end_with_parent() -> None:
    """Let the process that is being started end when this one does, even where this one is killed."""
    ctypes.CDLL(None).prctl(_DEATH, signal.SIGTERM)


@contextlib.contextmanager
def _terminated_in_order() -> Iterator[None]:
    """Let SIGTERM unwind what is open, as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(_TERMINATED)
