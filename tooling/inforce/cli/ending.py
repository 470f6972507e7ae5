"""How a run of the command line ends: one message and one exit code for everything that can go wrong.

Keeps true: 0 fine, 1 findings, 2 wrong use or an unreadable book, 3 published history would change, 4 environment, 130
interrupted, 141 nobody reads on; what an editor typed never ends in a traceback; output is UTF-8 whatever the locale
says. Does not swallow our own mistakes: those keep their traceback.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Sequence

import click

from inforce.cli.commands import inforce
from inforce.cli.harmless import harmless
from inforce.errors import InforceError

INTERRUPTED = 130
NOBODY_READS = 141
ENVIRONMENT = 4


def run(words: Sequence[str]) -> int:
    """Run the command line with `words` and give the exit code."""
    _speak_utf8()
    try:
        code = _invoke(list(words))
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        return NOBODY_READS
    return code


def _invoke(words: list[str]) -> int:
    try:
        with inforce.make_context("inforce", words) as context:
            inforce.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as refusal:
        refusal.show()
        return refusal.exit_code
    except InforceError as refusal:
        _say(str(refusal))
        return refusal.exit_code
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except ModuleNotFoundError as missing:
        return _without(missing)
    except OSError as problem:
        _say(": ".join(str(part) for part in (problem.filename, problem.strerror or problem) if part))
        return ENVIRONMENT
    return 0


def _without(missing: ModuleNotFoundError) -> int:
    """Say which extra brings the `missing` library; a module of our own that is missing is our mistake."""
    library = (missing.name or "").partition(".")[0]
    if library in ("", "inforce"):
        raise missing
    extra = {"docx": "docx", "weasyprint": "pdf"}.get(library, "site")
    _say(f"this needs {library}, which is not here; install inforce[{extra}]")
    return ENVIRONMENT


def _say(message: str) -> None:
    click.echo(f"inforce: {harmless(message)}", err=True)


def _speak_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _drop_output() -> None:
    """Let Python's own last flush go nowhere."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
