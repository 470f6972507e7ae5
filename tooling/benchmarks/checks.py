"""Benchmark of `inforce check` on a book of 2,000 versions.

Creates such a book with 20 policies of 100 versions, and another with one policy; locks and commits each, and drafts
one more version. Prints for each command the shortest duration of the whole process and its CPU time, beside those of
`git status` and `git diff` in the same repository and run. The CPU time is compared with the limit of the command.

    python tooling/benchmarks/checks.py
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

PROGRAM = (sys.executable, "-P", "-m", "inforce.cli")
AGAIN = 3
SECONDS_ALLOWED = 3.0
SECTIONS, SENTENCES = 30, 6
FIRST = date(2006, 1, 1)
DAYS = 7000
BOOK_YML = """\
publisher:
  name: Example Shop
  url: https://shop.example/
  contact: privacy@shop.example
site: https://policies.shop.example/
timezone: UTC
languages: [en]
"""
SOMEBODY = {
    "GIT_AUTHOR_NAME": "Ada Editor",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada Editor",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


class Wait(NamedTuple):
    """A command, its duration, its CPU time and its limit in seconds (None for a peer)."""

    name: str
    seconds: float
    cpu: float
    bound: float | None = None

    def __str__(self) -> str:
        ratio = f"{self.bound:7.2f} s {self.cpu / self.bound:6.2f}" if self.bound else ""
        return f"{self.name:<48} {self.seconds:6.2f} s {self.cpu:6.2f} s {ratio}"


def main() -> int:
    """Print the table; return 1 if a check exceeded its limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    print(f"{'command':<48} {'took':>8} {'of CPU':>8} {'may take':>9} {'ratio':>6}")
    slow = False
    with tempfile.TemporaryDirectory() as folder:
        for policies, versions in ((20, 100), (1, 2000)):
            for wait in waits(Path(folder) / f"book-{policies}", policies, versions):
                print(wait, flush=True)
                slow = slow or (wait.bound is not None and wait.cpu > wait.bound)
    return int(slow)


def waits(root: Path, policies: int, versions: int) -> Iterator[Wait]:
    """Measure the commands of an editor and a workflow on a book of `policies`, each with `versions`, in `root`."""
    written(root, policies, versions)
    inforce("freeze", "--repo", str(root))
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "all of it")
    inforce("new", "policy-0", "--effective", "2027-03-01", "--change", "notice", "--repo", str(root))
    text = root / "policy_versions/policy-0/2027-03-01/en.md"
    text.write_text(text.read_text("utf-8").replace("item 3 for", "item 3 of yours for"), "utf-8")
    size = f"{policies} × {versions}"
    at = ("--at", "2027-02-01", "--repo", str(root))
    yield best(f"git status, {size}", None, "git", "-C", str(root), "status", "--short")
    yield best(f"git diff main, {size}", None, "git", "-C", str(root), "diff", "main")
    yield best(f"inforce check, {size}", SECONDS_ALLOWED, *PROGRAM, "check", *at)
    yield best(f"inforce check --base main, {size}", SECONDS_ALLOWED, *PROGRAM, "check", "--base", "main", *at)
    yield best(f"inforce review --base main, {size}", SECONDS_ALLOWED, *PROGRAM, "review", "--base", "main", *at)


def best(name: str, bound: float | None, *command: str) -> Wait:
    """Run `command` several times and return the shortest duration; a check may report findings."""
    times = []
    for _ in range(AGAIN):
        used, began = os.times(), time.perf_counter()
        process = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        seconds, after = time.perf_counter() - began, os.times()
        if process.returncode not in (0, 1):
            sys.exit(f"{name} ended with {process.returncode}:\n{process.stderr}")
        cpu = after.children_user + after.children_system - used.children_user - used.children_system
        times.append((seconds, cpu))
    return Wait(name, min(seconds for seconds, _ in times), min(cpu for _, cpu in times), bound)


def written(root: Path, policies: int, versions: int) -> None:
    """Write the book."""
    book = root / "policy_versions"
    book.mkdir(parents=True)
    (book / "book.yml").write_text(BOOK_YML, "utf-8")
    for policy in range(policies):
        folder = book / f"policy-{policy}"
        folder.mkdir()
        title = f"title:\n  en: Policy {policy}\nkind: terms\nbinding_language: en\nact: accept\n"
        (folder / "policy.yml").write_text(title, "utf-8")
        for number in range(versions):
            day = FIRST + timedelta(days=DAYS // versions * number)
            version = folder / day.isoformat()
            version.mkdir()
            level = "notice" if number % 5 else "material"
            (version / "version.yml").write_text(f"published: {day}\neffective: {day}\nchange: {level}\n", "utf-8")
            (version / "en.md").write_text(text_of(policy, number), "utf-8")


def text_of(policy: int, number: int) -> str:
    """Return the text of version `number`, about 10 kB, in which a few sections differ from the previous one."""
    sections = [
        f"## Section {section} {{#s{section}}}\n\n"
        + f"We keep item {section} for {section + number // (section + 1)} months and tell you about it. " * SENTENCES
        for section in range(SECTIONS)
    ]
    summary = "---\nsummary:\n  - section: s0\n    text: Other periods.\n---\n" if number else ""
    return f"{summary}# Policy {policy}\n\n" + "\n\n".join(sections) + "\n"


def inforce(*words: str) -> None:
    """Run a command that must succeed."""
    process = subprocess.run([*PROGRAM, *words], capture_output=True, encoding="utf-8", check=False)
    if process.returncode:
        sys.exit(f"inforce {words[0]} ended with {process.returncode}:\n{process.stderr}")


def git(root: Path, *words: str) -> None:
    """Run git in `root`."""
    subprocess.run(["git", "-C", str(root), *words], check=True, env={**os.environ, **SOMEBODY})


if __name__ == "__main__":
    sys.exit(main())
