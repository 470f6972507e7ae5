"""Fixtures for tests of commands: the command line in this process, and a book with two versions."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from book_builder import BookBuilder
from inforce.cli.runner import run

OLD = "# Privacy\n\n## Retention {#retention}\n\nWe keep your data for 12 months.\n"
NEW = """\
---
summary:
  - section: retention
    text: We keep your data for 24 months instead of 12.
---
# Privacy

## Retention {#retention}

We keep your data for 24 months.
"""


def listening() -> None:
    """Reset SIGINT in subprocesses, which background shells ignore."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass(frozen=True, slots=True)
class Ending:
    """The result of a command: its exit code and its output on stdout and stderr."""

    code: int
    out: str
    err: str


Type = Callable[..., Ending]


@pytest.fixture
def inforce(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Type:
    """Return a function that runs a command: `inforce("status", "--repo", folder)`."""
    monkeypatch.delenv("INFORCE_AT", raising=False)

    def type_words(*words: object) -> Ending:
        capsys.readouterr()
        code = run([str(word) for word in words])
        output = capsys.readouterr()
        return Ending(code, output.out, output.err)

    return type_words


@pytest.fixture
def book(tmp_path: Path) -> BookBuilder:
    """A privacy policy of 2026, and its successor, effective on 1 March 2027."""
    return privacy_book(tmp_path / "repository")


def privacy_book(root: Path) -> BookBuilder:
    """Create the book of the fixture `book` in the folder `root`."""
    builder = BookBuilder(root, timezone="Europe/Berlin")
    policy = builder.policy("privacy", kind="privacy", act="acknowledge")
    policy.version("2026-01-15", en=OLD)
    policy.version("2027-03-01", meta={"published": "2027-01-20", "effective": "2027-03-01"}, en=NEW)
    return builder


MKDOCS_YML = "site_name: Policies\ntheme: {name: mkdocs}\nhooks: [hook.py]\n"
HOOK = """\
from pathlib import Path

def on_post_build(config):
    Path(config.site_dir, "policies.json").write_text("{}")
"""


@pytest.fixture
def shell(book: BookBuilder) -> BookBuilder:
    """The book with a fast substitute for MkDocs that writes one page and an empty manifest."""
    return with_substitute_for_mkdocs(book)


def with_substitute_for_mkdocs(book: BookBuilder) -> BookBuilder:
    """Add the files of the fixture `shell` to `book`."""
    book.write("mkdocs.yml", MKDOCS_YML)
    book.write("docs/index.md", "# Policies\n")
    book.write("hook.py", HOOK)
    return book


def everything_in(folder: Path) -> dict[str, bytes]:
    """Return every file, link and folder in `folder` with its content, for comparison."""
    contents = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        content = path.readlink().as_posix().encode() if path.is_symlink() else b""
        contents[name] = path.read_bytes() if path.is_file() and not path.is_symlink() else content
    return contents
