"""Two builds of one book at one instant are the same bytes, whatever the machine is set to and the cache holds."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from built import build

AT = "2026-11-01T00:00:00Z"


def tree(folder: Path) -> dict[str, str]:
    """Give the digest of every file in `folder`."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache") / "kept"


@pytest.fixture(scope="module")
def first(sample_repository: Path, tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """A build with an empty cache."""
    return build(sample_repository, tmp_path_factory.mktemp("first") / "site", AT, INFORCE_CACHE=str(cache))


def test_a_warm_build_in_another_zone_locale_and_hash_seed_is_the_same(
    sample_repository: Path, first: Path, cache: Path, tmp_path: Path
) -> None:
    environ = {"TZ": "Pacific/Apia", "LC_ALL": "C", "PYTHONHASHSEED": "7", "INFORCE_CACHE": str(cache)}
    assert tree(build(sample_repository, tmp_path / "site", AT, **environ)) == tree(first)


def test_entries_that_are_gone_or_cut_short_are_made_again(
    sample_repository: Path, first: Path, cache: Path, tmp_path: Path
) -> None:
    entries = sorted(path for path in cache.rglob("*") if path.is_file())
    assert len(entries) > 50
    for path in entries[::3]:
        path.unlink()
    for path in entries[1::3]:
        path.chmod(0o644)
        whole = path.read_bytes()
        path.unlink()
        path.write_bytes(whole[: len(whole) // 2])
    environ = {"PYTHONHASHSEED": "9", "INFORCE_CACHE": str(cache)}
    assert tree(build(sample_repository, tmp_path / "site", AT, **environ)) == tree(first)
