"""Check the live site against the repository: every text, date, page, file, header and signature.

Environment: optionally SITE, its URL; by default the one in book.yml. The exit code is 1 if there is an error, so that
the run fails and GitHub notifies the owner.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys


def main() -> int:
    """Run `inforce verify` and return its exit code."""
    site = os.environ.get("SITE", "")
    if not site:
        manifest = subprocess.run(["inforce", "manifest"], check=False, stdout=subprocess.PIPE, text=True)
        if manifest.returncode:
            return manifest.returncode
        site = json.loads(manifest.stdout)["site"]
    return subprocess.run(["inforce", "verify", site, "--monitor"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
