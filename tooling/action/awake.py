"""Keep schedules running in a quiet repository.

GitHub switches the schedules of a public repository off after 60 days without activity in it, and a repository of
policies is that quiet. Switching a workflow on again, before it was switched off, restarts those days.

Environment: WORKFLOWS, file names with blanks between; and what `service` needs, with the right to write actions.
"""

from __future__ import annotations

import os
import re
import sys

import service

NAME = re.compile(r"[A-Za-z0-9._-]+\.ya?ml")


def main() -> int:
    """Switch each workflow on; a failure fails the run, so that GitHub notifies the owner."""
    for name in os.environ["WORKFLOWS"].split():
        if not NAME.fullmatch(name):
            print(f"expected the file name of a workflow, got “{name}”", file=sys.stderr)
            return 1
        service.call("PUT", f"actions/workflows/{name}/enable")
        print(f"{name} stays on.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
