"""Sites for tests, built by MkDocs for a given instant."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import copies
from book_builder import BookBuilder
from inforce.book.user_cache import CachePlace
from inforce.clock import Clock
from inforce.site.build.builder import build_site
from inforce.site.build.options import BuildOptions

ROOT = Path(__file__).parents[1]
SECRET = b"the secret of a test machine" + bytes(4)
MKDOCS_YML = "site_name: Example\ntheme:\n  name: material\nplugins: [search, inforce]\n"


def shared_cache() -> dict[str, str]:
    """Return the variable for a cache that tests share if it is not their subject, so that MkDocs runs less often."""
    home = os.environ.get("XDG_CACHE_HOME")  # the tests set it; the script of the pictures does not
    return {"INFORCE_CACHE": f"{home}/builds"} if home else {}


def build(root: Path, target: Path, at: str, python: str = "", **environ: str) -> Path:
    """Build the book in `root` into `target` for the instant `at`, by default with the cache of other tests.

    `python` is the program that runs MkDocs, by default that of `copies`.
    """
    env = {**os.environ, "INFORCE_AT": at, **shared_cache(), **environ}
    command = [
        python or copies.python(),
        "-m",
        "mkdocs",
        "build",
        "-q",
        "-f",
        str(root / "mkdocs.yml"),
        "-d",
        str(target),
    ]
    process = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    return target


def build_here(
    root: Path, target: Path, cache: Path, at: str, tell: Callable[[str, str], object] | None = None
) -> Path:
    """Update the folder `target` from the book in `root` in this process, as `inforce build` does."""
    target.mkdir(parents=True, exist_ok=True)
    options = BuildOptions(root=root, site=target, cache=CachePlace(cache, SECRET), clock=Clock(option=at))
    build_site(options, **({"tell": tell} if tell else {}))
    return target


def scaffold(book: BookBuilder) -> BookBuilder:
    """Add the files that MkDocs needs to the repository `book`."""
    book.write("mkdocs.yml", MKDOCS_YML)
    (book.root / "docs").mkdir(exist_ok=True)
    return book


@pytest.fixture(scope="session")
def sample_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample book of this project, committed in its own repository."""
    root = tmp_path_factory.mktemp("sample")
    shutil.copytree(ROOT / "policy_versions", root / "policy_versions")
    book = BookBuilder.__new__(BookBuilder)
    book.root = root
    scaffold(book).commit("book: the sample policies", when="2026-10-31T12:00:00Z")
    return root


@pytest.fixture(scope="session")
def sample_site(sample_repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample book as built on 1 November 2026, when its last version is announced and not yet in force."""
    return build(sample_repository, tmp_path_factory.mktemp("site") / "site", "2026-11-01T00:00:00Z")
