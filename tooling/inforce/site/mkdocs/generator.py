"""Run the site generator, MkDocs or ProperDocs, in its own process, which reads a JSON object and writes JSON lines.

Invariants: the process ends with the block or process that started it; its progress messages and tracebacks are not
passed on.

Not responsible for: the other side of the pipe (`program`).
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypedDict

from inforce.errors import GeneratorError, SetupError

_GENERATORS = ("mkdocs", "properdocs")
# Skips the messages for authors of MkDocs sites, and calls the generator.
_PROGRAM = "inforce.site.mkdocs.program"
_PATIENCE = 5


class GeneratorRequest(TypedDict, total=False):
    """The request to a process of the generator; `at` is an instant as text, `port` the port of a preview."""

    generator: str
    configuration: str
    site: str
    at: str | None
    offline: bool
    pdf: bool
    unsigned: bool
    scaffold: bool
    port: int
    parent: int


def installed_generator() -> str:
    """Return the name of the installed generator's module; raise SetupError if none is installed."""
    module = next((name for name in _GENERATORS if _can_run(name)), None)
    if module is None:
        message = "a site needs MkDocs, which is not installed; install the wheel of inforce with its extra “site”"
        raise SetupError(message)
    return module


def run_generator(
    request: GeneratorRequest, tell: Callable[[str, str], object], progress: Callable[[int, int], object]
) -> bool:
    """Build with the generator; return whether it warned. Raise GeneratorError if it fails.

    `tell` receives its messages and their level, `progress` the numbers of finished and of all pages.
    """
    levels: set[str] = set()
    with _running(request, stdout=subprocess.PIPE) as process:
        for line in process.stdout or ():
            event = json.loads(line)
            if "done" in event:
                progress(event["done"], event["total"])
            else:
                levels.add(event["level"])
                tell(event["level"], event["text"])
        code = process.wait()
    if code:
        raise GeneratorError(request["generator"], code)
    return bool(levels - {""})


def serve_with_generator(request: GeneratorRequest) -> int:
    """Serve a preview with the generator until it ends; return its exit code."""
    with _running(request) as process:
        return process.wait()


@contextlib.contextmanager
def _running(request: GeneratorRequest, **how: Any) -> Iterator[subprocess.Popen[str]]:
    """Start the generator with `request`; at the end of the block, terminate it, and kill it if it does not end."""
    # The flag -P prevents imports of modules from the repository.
    command = [sys.executable, "-P", "-X", "utf8", "-m", _PROGRAM]
    folder = Path(request["configuration"]).parent
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, encoding="utf-8", **how) as process:  # noqa: S603
        try:
            with contextlib.suppress(BrokenPipeError):
                _send(process, request)
            yield process
        finally:
            for stop in (process.terminate, process.kill):
                if process.poll() is None:
                    stop()
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(_PATIENCE)


def _send(process: subprocess.Popen[str], request: GeneratorRequest) -> None:
    if process.stdin:
        with process.stdin as pipe:
            json.dump({**request, "parent": os.getpid()}, pipe)


def _can_run(module: str) -> bool:
    try:
        return find_spec(f"{module}.__main__") is not None
    except ModuleNotFoundError:
        return False
