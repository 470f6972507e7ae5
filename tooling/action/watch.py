"""Check the live site against the lock: every text, date, page, header and signature.

Environment: optional SITE, its address; that of book.yml by default. Ends with 1 where something is wrong, so that
the run fails and GitHub notifies the owner.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys


def main() -> int:
    """Verify, and end with the exit code of that."""
    site = os.environ.get("SITE", "")
    if not site:
        told = subprocess.run(["inforce", "manifest"], check=False, stdout=subprocess.PIPE, text=True)
        if told.returncode:
            return told.returncode
        site = json.loads(told.stdout)["site"]
    return subprocess.run(["inforce", "verify", site, "--monitor"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
