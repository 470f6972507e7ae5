"""Run MkDocs or ProperDocs with one-line system errors: `python -m inforce.site.mkdocs.program MODULE …`."""

from __future__ import annotations

import runpy
import sys

from jinja2 import TemplateNotFound

from inforce.disk import system_refusal
from inforce.errors import printable, quoted

_ENVIRONMENT = 4


def main(words: list[str]) -> int:
    """Run the module `words[0]` with the remaining arguments; return 4 on a system error, 1 without a template."""
    sys.argv = words
    try:
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    except TemplateNotFound as problem:  # an OSError, although the system is not the cause
        fix = "correct “template” at the top of the page named above, or “theme” in mkdocs.yml"
        print(
            f"ERROR   -  There is no template {quoted(printable(str(problem.name)))}: {fix}.",
            file=sys.stderr,
            flush=True,
        )
        return 1
    except OSError as problem:
        print(f"ERROR   -  {system_refusal(problem, 'the site')}", file=sys.stderr, flush=True)
        return _ENVIRONMENT
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
