"""Run MkDocs or ProperDocs with one-line system errors: `python -m inforce.site.mkdocs.program MODULE …`."""

from __future__ import annotations

import runpy
import sys

from inforce.disk import system_refusal

_ENVIRONMENT = 4


def main(words: list[str]) -> int:
    """Run the module `words[0]` with the remaining arguments; return 4 on a system error."""
    sys.argv = words
    try:
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    except OSError as problem:
        print(f"ERROR   -  {system_refusal(problem, 'the site')}", file=sys.stderr, flush=True)
        return _ENVIRONMENT
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
