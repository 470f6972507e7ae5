"""Run the command line: map every error to one message and one exit code.

Exit codes: 0 success, 1 findings, 2 wrong usage or an unreadable book, 3 published history would change, 4 environment,
130 interrupted, 141 the pipe for the output was closed.

Invariants: neither the input of an editor nor a full disk or a closed stream causes a traceback (see `streams`).
Not responsible for: programming errors, which keep their traceback.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from inforce.cli.commands import inforce
from inforce.cli.streams import drop_output, open_streams
from inforce.disk import system_refusal
from inforce.errors import InforceError
from inforce.escaping import harmless

INTERRUPTED = 130
OUTPUT_CLOSED = 141
ENVIRONMENT = 4


def run(words: Sequence[str]) -> int:
    """Run the command line with `words` and return the exit code."""
    open_streams()
    try:
        code = _invoke(list(words))
        sys.stdout.flush()
    except BrokenPipeError:
        drop_output()
        return OUTPUT_CLOSED
    except OSError as problem:
        drop_output()
        return _system_refuses(problem)
    return code


def _invoke(words: list[str]) -> int:
    try:
        with inforce.make_context("inforce", words) as context:
            # Imported here, since help does not need the book.
            from inforce.book.git_environment import hidden_git_variables

            # A hook of git can start a command, with variables that would change the output of git.
            with hidden_git_variables(os.environ):
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
    except ModuleNotFoundError as missing:
        return _without(missing)
    return 0


def _system_refuses(problem: OSError) -> int:
    """Print the error of the operating system, the file concerned and how to fix it."""
    _say(system_refusal(problem))
    return ENVIRONMENT


def _without(missing: ModuleNotFoundError) -> int:
    """Print how to install the `missing` library; re-raise if it is a module of inforce."""
    library = (missing.name or "").partition(".")[0]
    if library in ("", "inforce"):
        raise missing
    needed = {"docx": "python-docx>=1.2,<2", "weasyprint": "weasyprint>=70,<71"}.get(library)
    fix = "install the wheel of inforce with its extra “site”"
    if needed:
        fix = f"python -m pip install '{needed}'"
    _say(f"this command needs {library}, which is not installed; {fix}")
    return ENVIRONMENT


def _say(message: str) -> None:
    click.echo(f"inforce: {harmless(message)}", err=True)
