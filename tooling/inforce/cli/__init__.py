"""The command line: `inforce`, one file per command.

Invariants: a command reads its words, calls one use case, prints, and ends with an exit code that says how it went;
what went wrong becomes one message on stderr in one place (see `ending`). Does not know how a site is made: `build`
and `serve` start the site generator as a program of its own.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line with the words this program was started with, and end the program."""
    # Only here, so that an installation for apps, which lacks click, ends with a sentence.
    try:
        from inforce.cli.runner import run
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] == "inforce":
            raise
        fix = "install the wheel of inforce with its extra “site”"
        print(f"inforce: the commands need {missing.name}, which is not installed; {fix}", file=sys.stderr)
        raise SystemExit(4) from None
    raise SystemExit(run(sys.argv[1:]))
