"""Run the site generator, MkDocs or ProperDocs, as a separate process.

Invariants: its output is UTF-8; its warnings and errors are passed on, its progress messages and tracebacks are not; it
ends with the command that started it, on Linux even if that command is killed.
Not responsible for: the generator's plugin.
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
# These modules skip unnecessary work of the generator and call it for the rest.
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
        """Return the generator for `repository`; SetupError if none is installed, BookError without mkdocs.yml."""
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
        """Return the command line that runs the generator's command `verb` with the options `words`."""
        return [sys.executable, "-P", "-m", _PROGRAM.format(verb), self.module, *self._where, *words]

    @property
    def _where(self) -> tuple[str, str]:
        return "--config-file", str(self.root / CONFIGURATION)

    @contextlib.contextmanager
    def running(self, verb: str, *words: str, piped: bool) -> Iterator[subprocess.Popen[str]]:
        """Run the command `verb` until the end of the block; if `piped`, its stdin and stdout are pipes."""
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "NO_MKDOCS_2_WARNING": "true", **self.variables}
        pipe = subprocess.PIPE if piped else None
        with (
            subprocess.Popen(  # noqa: S603 - a constant command of this package
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
    """Terminate `process` at the end of the block, and kill it if it does not end."""
    try:
        yield
    finally:
        for stop in (process.terminate, process.kill):
            if process.poll() is None:
                stop()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_PATIENCE)


def hand_over(process: subprocess.Popen[str], book: object) -> None:
    """Send the `book` to the generator's `process`, with the paths of its files but without their texts and lines.

    A process that has already ended is ignored here; its exit code is reported later.
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
    """Yield the warnings and errors among the generator's `lines`; of a traceback, only the last line."""
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
    """Yield `lines`, and call `report` with the number of finished pages and the total for each progress line."""
    for line in lines:
        if match := _MADE.search(line):
            report(int(match[1]), int(match[2]))
        yield line


def _can_run(module: str) -> bool:
    try:
        return find_spec(f"{module}.__main__") is not None
    except ModuleNotFoundError:
        return False


def _end_with_parent() -> None:
    """Let the kernel end the new process when this process ends, even if this one is killed."""
    ctypes.CDLL(None).prctl(_DEATH, signal.SIGTERM)


@contextlib.contextmanager
def _terminated_in_order() -> Iterator[None]:
    """Handle SIGTERM like Ctrl-C, so that context managers are closed."""
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(_TERMINATED)
