"""Benchmark of the command line.

Imports every Markdown document of a git bundle or repository into a new book, checks, shows and builds it, and prints
for each command the duration, the limit, and their ratio: below 1 is within the limit. Durations are of whole
processes, the shortest of several runs if repeating changes nothing. Without an argument, it generates a history.

    python tooling/benchmarks/cli.py legal.bundle
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PROGRAM = (sys.executable, "-P", "-m", "inforce.cli")
AGAIN = 3
# The generated history: 6 documents, 30 states each, of about 20 kB.
DOCUMENTS, STATES, SECTIONS, WORDS = 6, 30, 30, 18
EPOCH = 1_600_000_000


class Wait(NamedTuple):
    """A command, its duration and its limit in seconds."""

    command: str
    seconds: float
    bound: float

    def __str__(self) -> str:
        return f"{self.command:<34} {self.seconds:7.2f} s {self.bound:7.2f} s {self.seconds / self.bound:6.2f}"


def main() -> int:
    """Print the table; return 1 if a command exceeded its limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "history", type=Path, nargs="?", help="a git bundle or repository with Markdown files at the top level"
    )
    named = parser.parse_args().history
    print(f"{'command':<34} {'took':>9} {'may take':>9} {'ratio':>6}")
    slow = False
    with tempfile.TemporaryDirectory() as folder:
        history = named.resolve() if named else made_up(Path(folder) / "history")
        for wait in waits(history, Path(folder) / "policies"):
            print(wait, flush=True)
            slow = slow or wait.seconds > wait.bound
    return int(slow)


def waits(history: Path, book: Path) -> Iterator[Wait]:
    """Run the commands of an editor and a workflow in order on a book created from `history` in the folder `book`."""
    run("init", str(book), "--empty")
    documents = documents_of(history)
    began = time.perf_counter()
    for name in documents:
        run("import", "git", str(history), "--file", name, "--policy", Path(name).stem, "--repo", str(book))
    yield Wait(f"import git ({len(documents)} documents)", time.perf_counter() - began, 10)
    run("freeze", "--repo", str(book))
    versions = len(list(book.glob("policy_versions/*/*/version.yml")))
    yield best(f"check ({versions} versions)", 2, "check", "--repo", str(book))
    yield best(f"status ({versions} versions)", 2, "status", "--repo", str(book))
    yield best("--help", 0.3, "--help")
    began = time.perf_counter()
    run("build", "--repo", str(book))
    yield Wait(f"build ({versions} versions)", time.perf_counter() - began, 30)


def best(name: str, bound: float, *words: str) -> Wait:
    """Run `words` several times and return the shortest duration."""
    times = []
    for _ in range(AGAIN):
        began = time.perf_counter()
        run(*words, may_find=True)
        times.append(time.perf_counter() - began)
    return Wait(name, min(times), bound)


def run(*words: str, may_find: bool = False) -> None:
    """Run a command of inforce; fail if it fails, except that a check `may_find` errors."""
    process = subprocess.run([*PROGRAM, *words], capture_output=True, encoding="utf-8", check=False)
    if process.returncode and not (may_find and process.returncode == 1):
        sys.exit(f"inforce {' '.join(words)} ended with {process.returncode}:\n{process.stderr}")


def made_up(folder: Path) -> Path:
    """Create a repository in `folder` with several states of a few documents, and return the folder."""
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(folder)], check=True)
    states = [(document, state) for state in range(STATES) for document in range(DOCUMENTS)]
    stream = "".join(commit(document, state, mark) for mark, (document, state) in enumerate(states))
    imported = ["git", "-C", str(folder), "fast-import", "--quiet"]
    subprocess.run(imported, input=stream.encode(), check=True)
    return folder


def commit(document: int, state: int, mark: int) -> str:
    """Return the `git fast-import` commit of `document` in `state`, at the hour `mark`."""
    sections = [
        f"## Section {number}\n\n" + f"We keep item {number} for {number + state // (number + 1)} months. " * WORDS
        for number in range(SECTIONS)
    ]
    text = f"# Document {document}\n\n" + "\n\n".join(sections) + "\n"
    message = f"document {document}, state {state}"
    return (
        f"commit refs/heads/main\ncommitter Ada Editor <ada@example.org> {EPOCH + 3600 * mark} +0000\n"
        f"data {len(message)}\n{message}\nM 644 inline document-{document}.md\ndata {len(text)}\n{text}\n"
    )


def documents_of(history: Path) -> list[str]:
    """Return the Markdown files at the top level of the main branch of `history`."""
    with tempfile.TemporaryDirectory() as folder:
        clone = ["git", "clone", "--quiet", "--bare", str(history), folder]
        subprocess.run(clone, check=True)
        heads = ["git", "-C", folder, "for-each-ref", "--format=%(refname)", "refs/heads"]
        branch = subprocess.run(heads, check=True, capture_output=True, text=True).stdout.split()[0]
        names = ["git", "-C", folder, "ls-tree", "--name-only", branch]
        listed = subprocess.run(names, check=True, capture_output=True, text=True).stdout.splitlines()
    return [name for name in listed if name.endswith(".md")]


if __name__ == "__main__":
    sys.exit(main())
