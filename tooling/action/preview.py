"""Build the site as it will be once a change is merged and everything in it is public.

Environment: BASE, the commit the change goes to; SITE, the folder to build into. Works on a copy: drafts are taken for
final in it, and the clock stands at the first instant at which all that is new can be read.
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
    """Build, and end with the exit code of the build."""
    asked = ["inforce", "review", "--base", os.environ["BASE"], "--visible-from"]
    told = subprocess.run(asked, check=False, stdout=subprocess.PIPE, text=True)
    if told.returncode:
        return told.returncode
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "policies"
        # Links are copied as links: the book refuses them, and nothing outside of the repository is read.
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
            told.stdout.strip(),
            "--site-dir",
            os.environ["SITE"],
        ]
        return subprocess.run(build, check=False).returncode


def publish(file: Path) -> None:
    """Take `draft: true` out of the version.yml `file`, all other bytes as they are."""
    raw = file.read_bytes()
    text = raw.decode("utf-8", "surrogateescape")
    file.write_bytes(DRAFT.sub("", text).encode("utf-8", "surrogateescape"))


if __name__ == "__main__":
    sys.exit(main())
