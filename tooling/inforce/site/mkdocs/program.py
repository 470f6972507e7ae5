"""MkDocs or ProperDocs as a program with one-line system errors: `python -m inforce.site.mkdocs.program MODULE …`."""

from __future__ import annotations

import runpy
import sys

from inforce.disk import system_refusal

_ENVIRONMENT = 4


def main(words: list[str]) -> int:
    """Run the program of the module `words[0]` with the other words; 4 where the system refuses it something."""
    sys.argv = words
    try:
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    except OSError as problem:
        print(f"ERROR   -  {system_refusal(problem, 'the site')}", file=sys.stderr, flush=True)
        return _ENVIRONMENT
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
