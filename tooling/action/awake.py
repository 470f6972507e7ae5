"""Keep scheduled workflows enabled in a repository without activity.

GitHub disables the schedules of a public repository after 60 days without activity. Enabling a workflow that is still
enabled restarts that period.

Environment: WORKFLOWS, file names separated by spaces; and the variables of `service`, with write access to actions.
"""

from __future__ import annotations

import os
import re
import sys

import service

NAME = re.compile(r"[A-Za-z0-9._-]+\.ya?ml")


def main() -> int:
    """Enable each workflow; an error fails the run, so that GitHub notifies the owner."""
    for name in os.environ["WORKFLOWS"].split():
        if not NAME.fullmatch(name):
            print(f"expected the file name of a workflow, got “{name}”", file=sys.stderr)
            return 1
        service.call("PUT", f"actions/workflows/{name}/enable")
        print(f"{name} remains enabled.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
