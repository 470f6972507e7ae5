"""The command line: `inforce`, with one module per command.

Invariants: a command parses its arguments, calls one use case, prints the result and exits with a documented code;
`runner` turns every error into one message on stderr. Not responsible for: rendering the site; `build` and `serve` run
the site generator as a separate process.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line with `sys.argv` and exit."""
    # Imported here, so that an installation for apps, which lacks click, prints a message instead of a traceback.
    try:
        from inforce.cli.runner import run
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] == "inforce":
            raise
        fix = "install the wheel of inforce with its extra “site”"
        print(f"inforce: the commands need {missing.name}, which is not installed; {fix}", file=sys.stderr)
        raise SystemExit(4) from None
    raise SystemExit(run(sys.argv[1:]))
