"""The process of MkDocs or ProperDocs: reads a request as JSON from stdin, and writes JSON lines to stdout.

A line is `{"done": 3, "total": 9}` for finished pages, or `{"level": "WARNING", "text": "…"}` for a message; the level
of printed text is "". A preview writes to the terminal instead. The exit code is 0, 1, or 4 for a system error.
"""

from __future__ import annotations

import io
import json
import logging
import os
import runpy
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module

from jinja2 import TemplateNotFound

from inforce.disk import system_refusal
from inforce.errors import printable, quoted
from inforce.site.mkdocs.generator import GeneratorRequest
from inforce.site.processes import end_with_parent

_ENVIRONMENT = 4
_INTERRUPTED = 130
_HOST = "127.0.0.1"
Tell = Callable[[str, str], None]


def main() -> int:
    """Execute the request on stdin and return the exit code."""
    request: GeneratorRequest = json.load(sys.stdin)
    end_with_parent(request["parent"])
    # Imported only now, since the import takes a second, in which the parent can end.
    from inforce.site.mkdocs.plugin import Handed, InforcePlugin

    handed = Handed(
        at=request.get("at"),
        offline=request.get("offline", False),
        pdf=request.get("pdf", False),
        unsigned=request.get("unsigned", False),
        scaffold=request.get("scaffold", False),
    )
    if "port" in request:
        InforcePlugin.accept(handed)
        return _serve(request)
    # Only events are written to the pipe; the output of programs that MkDocs starts goes to stderr.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as pipe:
        os.dup2(2, 1)

        def write(event: dict[str, object]) -> None:
            pipe.write(json.dumps(event) + "\n")
            pipe.flush()

        def tell(level: str, text: str) -> None:
            write({"level": level, "text": text})

        handed.progress = lambda done, total: write({"done": done, "total": total})
        InforcePlugin.accept(handed)
        sys.stdout = sys.stderr = _Printed(tell)
        try:
            return _build(request, tell)
        except KeyboardInterrupt:  # the terminal also interrupts the parent process, which reports it
            return _INTERRUPTED


def _serve(request: GeneratorRequest) -> int:
    # MkDocs 1.6 with click 8.3 or newer does not watch files by default.
    words = ["--config-file", request["configuration"], "--dev-addr", f"{_HOST}:{request['port']}", "--livereload"]
    sys.argv = [request["generator"], "serve", *words]
    runpy.run_module(request["generator"], run_name="__main__", alter_sys=True)
    return 0


def _build(request: GeneratorRequest, tell: Tell) -> int:
    """Build with the generator, report its messages to `tell`, and return the exit code."""
    generator = request["generator"]
    warnings.simplefilter("ignore")  # about the code of other programs
    for name in {"mkdocs", generator}:
        logging.getLogger(name).addHandler(_Messages(tell))
    try:
        load, builder = import_module(f"{generator}.config").load_config, import_module(f"{generator}.commands.build")
        configuration = load(config_file=request["configuration"], site_dir=request["site"])
        configuration.plugins.on_startup(command="build", dirty=False)
        try:
            builder.build(configuration)
        finally:
            configuration.plugins.on_shutdown()
    except TemplateNotFound as problem:  # an OSError, although the system is not the cause
        fix = "correct “template” at the top of the page named above, or “theme” in mkdocs.yml"
        tell("ERROR", f"There is no template {quoted(printable(str(problem.name)))}: {fix}.")
        return 1
    except OSError as problem:
        tell("ERROR", system_refusal(problem, "the site"))
        return _ENVIRONMENT
    except (Exception, SystemExit) as problem:
        for text in _reasons(problem):
            tell("", text)
        return 1
    return 0


def _reasons(problem: BaseException) -> Iterator[str]:
    """Yield the messages of the exceptions that caused `problem`, and then its own, for the user."""
    if message := getattr(problem, "format_message", None):  # the exceptions of MkDocs
        yield str(message())
        return
    if before := problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__):
        yield from _reasons(before)
    yield traceback.format_exception_only(problem)[-1].rstrip()


class _Messages(logging.Handler):
    """Reports each warning and error once."""

    def __init__(self, tell: Tell) -> None:
        super().__init__(logging.WARNING)
        self._tell, self._reported = tell, set[tuple[str, str]]()

    def emit(self, record: logging.LogRecord) -> None:
        """Report `record` unless it was reported before."""
        message = record.levelname, record.getMessage()
        if message not in self._reported:
            self._reported.add(message)
            self._tell(*message)


class _Printed(io.TextIOBase):
    """Reports each line that a hook or plugin prints."""

    def __init__(self, tell: Tell) -> None:
        self._tell, self._begun = tell, ""

    def write(self, text: str) -> int:
        """Report the lines that `text` completes."""
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            if line.strip():
                self._tell("", line)
        return len(text)


if __name__ == "__main__":
    sys.exit(main())
