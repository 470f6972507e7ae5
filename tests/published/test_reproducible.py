"""Two builds of one book at one instant have the same bytes, independent of machine settings and the cache."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import copies
from built import build

AT = "2026-11-01T00:00:00Z"
EPOCH = 1_793_491_200  # the same instant


def tree(folder: Path) -> dict[str, str]:
    """Return the digest of every file in `folder`."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# The builder without the command: root, output folder, and “cached” if MkDocs must not run.
BUILDER = """
import os, sys
from pathlib import Path
from inforce.book.user_cache import CachePlace
from inforce.clock import Clock
from inforce.site.build.builder import BuildOptions, build_site
from inforce.site.mkdocs import prebuild

root, site = Path(sys.argv[1]), Path(sys.argv[2])
if "cached" in sys.argv:
    prebuild.run_generator = None
cache, clock = CachePlace.of(root, os.environ), Clock.of(os.environ)
build_site(BuildOptions(root=root, site=site, cache=cache, clock=clock), tell=print)
"""


def start(root: Path, target: Path, *words: str, **environ: str) -> subprocess.Popen[str]:
    """Start to build the book in `root` into `target` as `inforce build` does, with the `words` of `BUILDER`.

    With a hash seed, which Python reads when it starts, this is a new process of Python.
    """
    env = {**os.environ, "INFORCE_AT": AT, **environ}
    target.mkdir(parents=True, exist_ok=True)
    python = sys.executable if "PYTHONHASHSEED" in environ else copies.python()
    command = [python, "-c", BUILDER, str(root), str(target), *words]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(process: subprocess.Popen[str]) -> str:
    """Wait for the end of `process` and return its output."""
    output, _ = process.communicate()
    assert process.returncode == 0, output
    return output


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache") / "kept"


@pytest.fixture(scope="module")
def first(sample_repository: Path, tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """A build by MkDocs with an empty cache."""
    return build(sample_repository, tmp_path_factory.mktemp("first") / "site", AT, INFORCE_CACHE=str(cache))


def test_warm_build_is_independent_of_zone_locale_and_hash_seed(
    sample_repository: Path, first: Path, cache: Path, tmp_path: Path
) -> None:
    environ = {"TZ": "Pacific/Apia", "LC_ALL": "C", "PYTHONHASHSEED": "7", "INFORCE_CACHE": str(cache)}
    assert tree(build(sample_repository, tmp_path / "site", AT, sys.executable, **environ)) == tree(first)


def test_build_without_mkdocs_makes_the_same_site_over_old_files(
    sample_repository: Path, first: Path, cache: Path, tmp_path: Path
) -> None:
    shutil.copytree(first, tmp_path / "site")
    (tmp_path / "site/terms/left-over").mkdir(parents=True)
    (tmp_path / "site/terms/left-over/index.html").write_text("of another book")
    (tmp_path / "site/policies.json").unlink()
    environ = {"INFORCE_CACHE": str(cache), "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "3"}
    finish(start(sample_repository, tmp_path / "site", **environ))  # MkDocs builds the scaffold once
    finish(start(sample_repository, tmp_path / "site", "cached", **environ))
    assert tree(tmp_path / "site") == tree(first)


def test_concurrent_builds_on_one_cache_do_not_affect_each_other(
    sample_repository: Path, first: Path, tmp_path: Path
) -> None:
    environment = {"INFORCE_CACHE": str(tmp_path / "cache")}
    both = [start(sample_repository, tmp_path / name, **environment) for name in ("one", "other")]
    for process in both:
        finish(process)
    assert tree(tmp_path / "one") == tree(tmp_path / "other") == tree(first)


def test_source_date_epoch_replaces_the_clock(
    sample_repository: Path, first: Path, cache: Path, tmp_path: Path
) -> None:
    """https://reproducible-builds.org/specs/source-date-epoch/: seconds since 1970, used if no instant is set."""
    environ = {"INFORCE_AT": "", "SOURCE_DATE_EPOCH": str(EPOCH), "INFORCE_CACHE": str(cache)}
    finish(start(sample_repository, tmp_path / "site", **environ))
    assert tree(tmp_path / "site") == tree(first)


def test_build_is_independent_of_file_order_and_times(
    sample_repository: Path, first: Path, cache: Path, tmp_path: Path
) -> None:
    for path in sorted(sample_repository.rglob("*"), reverse=True):
        copy = tmp_path / "repository" / path.relative_to(sample_repository)
        if path.is_dir():
            copy.mkdir(parents=True, exist_ok=True)
        else:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
            os.utime(copy, (1, 1))
    finish(start(tmp_path / "repository", tmp_path / "site", INFORCE_CACHE=str(cache)))
    assert tree(tmp_path / "site") == tree(first)


def test_manifest_file_time_is_its_instant_of_issue(first: Path) -> None:
    issued = datetime.fromisoformat(json.loads((first / "policies.json").read_text())["issued_at"])
    assert datetime.fromtimestamp((first / "policies.json").stat().st_mtime, UTC) == issued


def test_missing_or_truncated_entries_are_created_again(
    sample_repository: Path, first: Path, cache: Path, tmp_path: Path
) -> None:
    environment = {"INFORCE_CACHE": str(tmp_path / "cache"), "PYTHONHASHSEED": "9"}
    shutil.copytree(cache, tmp_path / "cache")
    entries = sorted(path for path in (tmp_path / "cache").rglob("*") if path.is_file())
    assert len(entries) > 50
    for path in entries[::3]:
        path.unlink()
    for path in entries[1::3]:
        whole = path.read_bytes()
        path.unlink()
        path.write_bytes(whole[: len(whole) // 2])
    finish(start(sample_repository, tmp_path / "site", **environment))
    assert tree(tmp_path / "site") == tree(first)
