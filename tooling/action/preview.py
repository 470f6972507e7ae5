"""Build the site as it will be after the change is merged and all its versions are public.

Environment: BASE, the commit that the change targets; SITE, the output folder. The site is built from a copy of the
repository without `draft: true`, as of the first instant at which all new versions are public.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

DRAFT = re.compile(r"^draft:[ \t]*true[ \t]*(?:#.*)?\r?\n?", re.MULTILINE)


def main() -> int:
    """Build the preview and return the exit code of the build."""
    command = ["inforce", "review", "--base", os.environ["BASE"], "--visible-from"]
    review = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    if review.returncode:
        return review.returncode
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "policies"
        # Links are copied as links, so that no file outside the repository is read; the build rejects links in a book.
        shutil.copytree(".", copy, symlinks=True, ignore=shutil.ignore_patterns(".git", ".venv", "site", ".cache"))
        for file in copy.glob("policy_versions/*/*/version.yml"):
            if file.is_file() and not file.is_symlink():
                publish(file)
        build = [
            "inforce",
            "build",
            "--offline",
            "--unsigned",
            "--repo",
            str(copy),
            "--at",
            review.stdout.strip(),
            "--site-dir",
            os.environ["SITE"],
        ]
        return subprocess.run(build, check=False).returncode


def publish(file: Path) -> None:
    """Delete `draft: true` from the version.yml `file`; all other bytes are unchanged."""
    raw = file.read_bytes()
    text = raw.decode("utf-8", "surrogateescape")
    file.write_bytes(DRAFT.sub("", text).encode("utf-8", "surrogateescape"))


if __name__ == "__main__":
    sys.exit(main())
