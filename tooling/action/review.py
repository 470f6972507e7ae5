"""Write the review of a change and the number of its pull request into a folder, for the workflow that posts it.

Environment: BASE, the commit that the change targets; REVIEW, the output folder; optionally PULL_REQUEST, the number,
PREVIEW, the URL where a preview can be downloaded, and SITE, the folder of that preview.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Write `review.md` and `pull-request`; return the exit code of the review."""
    folder = Path(os.environ["REVIEW"])
    folder.mkdir(parents=True, exist_ok=True)
    command = ["inforce", "review", "--base", os.environ["BASE"], "--output", str(folder / "review.md")]
    if preview := os.environ.get("PREVIEW"):
        command += ["--artefact", preview, "--site", os.environ["SITE"]]
    (folder / "pull-request").write_text(os.environ.get("PULL_REQUEST", ""), "utf-8")
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
